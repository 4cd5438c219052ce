"""What a command sees: the rows so far and their columns, and where more columns can be read from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulator.errors import InvalidRule, UnsupportedRule, nearest
from simulator.ir import Extend, Field, Key, Problem, Relation, Value
from simulator.languages.ecs import Fields
from simulator.languages.embedded import Query
from simulator.languages.esql.syntax import Name, Node, Pattern, within
from simulator.languages.esql.typed import Typed
from simulator.tables import Type


@dataclass(slots=True)
class Scope:
    """The state between two commands.

    `columns` are the visible columns in order. Beside them `relation` may have hidden ones, whose names begin with `?`
    as no name of ES|QL does. While `open`, a name that is no column yet is a field of the index, unless a KEEP or DROP
    has put it out of sight.
    """

    query: Query
    relation: Relation
    columns: dict[str, Type]
    fields: Fields | None = None
    inferred: dict[str, Type] = field(default_factory=dict)
    open: bool = True
    kept: list[tuple[Pattern, ...]] = field(default_factory=list)
    dropped: list[Pattern] = field(default_factory=list)
    raw: set[str] = field(default_factory=set)
    """Columns that still are what the index holds."""
    defined: dict[str, Node] = field(default_factory=dict)
    """Columns made by EVAL out of raw ones only."""
    hidden: dict[Value, str] = field(default_factory=dict)
    order: tuple[Key, ...] = ()
    """The order of the last SORT, for a LIMIT to come."""
    bases: dict[str, str] = field(default_factory=dict)
    """Fields of the index whose column in the table is called otherwise (`@timestamp`: `_time`)."""
    complete: bool = False
    """Whether all fields of the index that the query reads are columns from the start."""
    read: dict[str, int] = field(default_factory=dict)
    """The fields of the index that the query names, and where it first does."""
    warnings: list[Problem] = field(default_factory=list)
    counter: list[int] = field(default_factory=lambda: [0])
    later: frozenset[str] = frozenset()
    """Every name that the query mentions: what an undeclared LOOKUP JOIN may give."""

    def copy(self) -> Scope:
        """A scope of its own with the same rows; what is read of the index stays shared."""
        return replace(
            self,
            columns=dict(self.columns),
            kept=list(self.kept),
            dropped=list(self.dropped),
            raw=set(self.raw),
            defined=dict(self.defined),
            hidden=dict(self.hidden),
        )

    def order_columns(self) -> tuple[str, ...]:
        """The hidden columns that the last SORT's order is made of."""
        return tuple(key.value.name for key in self.order if isinstance(key.value, Field))

    def fields_closed(self) -> None:
        """Nothing more can be read from the index, and no column is what it holds."""
        self.open, self.order = False, ()
        self.raw.clear()
        self.defined.clear()
        self.hidden.clear()

    def invalid(self, node: Node | Name | Pattern, message: str) -> InvalidRule:
        """An error about `node`."""
        return InvalidRule(self.query.at(node.at), f"{message}\n{self.query.shown(node.at, node.end - node.at)}")

    def unsupported(self, at: int, end: int, message: str) -> UnsupportedRule:
        """A construct that cannot run, from `at` to `end`."""
        return UnsupportedRule(self.query.at(at), f"{message}\n{self.query.shown(at, end - at)}")

    def column(self, name: Name) -> Typed:
        """The column called `name`: one that is there, or a field of the index."""
        if name.name not in self.columns:
            self._read(name)
        return Typed(Field(name.name), self.columns[name.name])

    def _read(self, name: Name) -> None:
        if self.fields is None or not self.open or not self._in_sight(name.name):
            raise self.invalid(name, f"there is no column {name.name!r} here{nearest(name.name, self.columns)}")
        self.columns[name.name] = self.use(name.name, name.at)
        self.raw.add(name.name)
        self.read.setdefault(name.name, name.at)

    def use(self, name: str, at: int) -> Type:
        """The kind of a field of the index, which then is read."""
        assert self.fields is not None
        base, _, _ = self.fields.column(name)
        like = self.inferred.get(name, Type.TEXT)
        return self.fields.use(base, self.query.at(at), like=like, optional=name.startswith("_"))

    def _in_sight(self, name: str) -> bool:
        return all(any(matches(one, name) for one in kept) for kept in self.kept) and not any(
            matches(one, name) for one in self.dropped
        )

    def extend(self, name: str, typed: Typed, node: Node | None = None) -> None:
        """A column is added or replaced; `node` is what it is made of."""
        self.relation = Extend(self.relation, ((name, typed.value),))
        self.columns.pop(name, None)
        self.columns[name] = typed.kind
        self.touched(name)
        if node is not None and all(one.name in self.raw for one in within(node) if isinstance(one, Name)):
            self.defined[name] = node

    def touched(self, *names: str) -> None:
        """Columns of these names are no longer what they were."""
        gone = set(names)
        self.raw -= gone
        self.hidden.clear()
        self.defined = {
            name: node
            for name, node in self.defined.items()
            if name not in gone and not any(isinstance(one, Name) and one.name in gone for one in within(node))
        }

    def hide(self, typed: Typed) -> str:
        """The name of a column that holds `typed`: its own, or a hidden one."""
        if isinstance(typed.value, Field):
            return typed.value.name
        if typed.value not in self.hidden:
            self.counter[0] += 1
            self.hidden[typed.value] = f"?{self.counter[0]}"
            self.relation = Extend(self.relation, ((self.hidden[typed.value], typed.value),))
        return self.hidden[typed.value]


def matches(pattern: Pattern, name: str) -> bool:
    """Whether `name` is one of those that `pattern` stands for."""
    parts = pattern.parts
    if len(parts) == 1:
        return name == parts[0]
    if not name.startswith(parts[0]) or not name.endswith(parts[-1]):
        return False
    at, end = len(parts[0]), len(name) - len(parts[-1])
    for part in parts[1:-1]:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
