"""What the lowering hands around: values with their kinds, rows with their columns, names with their meanings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator.ir import Expr, Field, Key, Literal, Measure, Relation, Value
from simulator.ir.values import Plain
from simulator.languages.kusto import ast
from simulator.tables import Type

Origin = tuple[str, str]
"""Table and column: where a value of a kind that nobody declared comes from."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value and its kind. `solid`: never null (Kusto's texts never are; a column of a table may lack)."""

    value: Value
    kind: Type
    origin: Origin | None = None
    solid: bool = False

    @property
    def constant(self) -> bool:
        """Whether it is a literal that is not null."""
        return isinstance(self.value, Literal) and self.value.value is not None

    @property
    def plain(self) -> Plain:
        """The literal's value; None for what is no literal."""
        return self.value.value if isinstance(self.value, Literal) else None


@dataclass(frozen=True, slots=True)
class Info:
    """A column of some rows."""

    kind: Type
    origin: Origin | None = None
    solid: bool = False

    def of(self, name: str) -> Typed:
        """The column as a value."""
        return Typed(Field(name), self.kind, self.origin, self.solid)


def info(value: Typed) -> Info:
    """The column that a value makes."""
    return Info(value.kind, value.origin, value.solid)


@dataclass(frozen=True, slots=True)
class Open:
    """A table that may have columns beyond those of its schema; `known`: its vendor documents it, so that such a column
    is worth a warning."""

    table: str
    known: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows: their plan, their columns in order, and what is known of their order and origin.

    `opens` are the tables that a name not among `columns` may be a column of. `bags` are columns whose members such a
    name may be (`evaluate bag_unpack`). `inside` are hidden columns that set apart the rows of a sub-query for each row
    (`mv-apply`, `partition`); `carried` go through such a sub-query whatever it does; `pending` is a condition that its
    next `summarize` puts on its measures.
    """

    relation: Relation
    columns: Mapping[str, Info]
    opens: tuple[Open, ...] = ()
    bags: tuple[str, ...] = ()
    order: tuple[Key, ...] = ()
    name: str = ""
    inside: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    pending: Expr | None = None

    def over(self, relation: Relation) -> Frame:
        """The same columns over another plan."""
        return replace(self, relation=relation)

    def shown(self) -> list[str]:
        """The names of its columns, without those that the query cannot name."""
        return [name for name in self.columns if not name.startswith("$")]

    def kinds(self) -> dict[str, Type]:
        """The kinds of its columns."""
        return {name: one.kind for name, one in self.columns.items()}


@dataclass(slots=True)
class Deferred:
    """The right side of a `let`: lowered when first used."""

    expr: ast.Expr
    env: Env
    made: Typed | Frame | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the query's own."""

    definition: ast.Lambda
    env: Env


Binding = Typed | Frame | Deferred | Function


@dataclass(slots=True)
class Env:
    """Names that stand for values, rows and functions; inner before outer."""

    outer: Env | None = None
    names: dict[str, Binding] = field(default_factory=dict)

    def find(self, name: str) -> Binding | None:
        """What a name stands for."""
        here: Env | None = self
        while here is not None:
            if (found := here.names.get(name)) is not None:
                return found
            here = here.outer
        return None


@dataclass(frozen=True, slots=True)
class Beside:
    """A measure over neighbouring rows of the same `by`: over those up to the row itself if `running`."""

    measure: Measure
    running: bool
    by: tuple[Value, ...] = ()


@dataclass(slots=True)
class Collector:
    """Aggregates found while an expression is lowered: they become measures over the rows of `rows`."""

    rows: Scope
    measures: list[Measure] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """What an expression can see: the row's columns, and names. `windows` gathers measures over neighbouring rows that
    it asks for, `collector` aggregates. `sides` are the columns of `$left` and `$right`."""

    frame: Frame
    env: Env
    windows: list[Beside] = field(default_factory=list)
    collector: Collector | None = None
    sides: Mapping[str, Frame] = field(default_factory=dict)
    serial: bool = False
    """Whether functions over neighbouring rows may stand here."""
