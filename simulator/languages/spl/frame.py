"""The rows between two commands: a relation, its fields with their kinds, and which fields could still be asked for.

SPL has no declared fields: an event has whatever was extracted from it. The IR wants columns. So a field that a command
mentions and that nobody made is asked of the places where fields come from (events read, `spath` over a text), which
are noted in `Wants`; the whole search is then lowered again with those fields, until nothing new is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from simulator.ir import Expr, Extend, Field, Filter, Key, Literal, Project, Relation, Sort, Value
from simulator.languages.spl import names
from simulator.tables import Type


@dataclass(slots=True)
class Wants:
    """For each place where fields come from (the offset of its command), the fields asked of it."""

    found: dict[int, dict[str, None]] = field(default_factory=dict)
    grown: bool = False

    def ask(self, place: int, name: str) -> None:
        """Note that `name` is wanted of `place`."""
        known = self.found.setdefault(place, {})
        if name not in known:
            known[name] = None
            self.grown = True

    def of(self, place: int) -> list[str]:
        """What is wanted of `place`."""
        return list(self.found.get(place, ()))


@dataclass(frozen=True, slots=True)
class Renamed:
    """A `rename` with wildcards that later names went through."""

    old: str
    new: str


Origin = int | Renamed


@dataclass(frozen=True, slots=True)
class Typed:
    """A value and its kind."""

    value: Value
    kind: Type

    @property
    def null(self) -> bool:
        """Whether it is null whatever the row."""
        return isinstance(self.value, Literal) and self.value.value is None


NULL = Typed(Literal(None, Type.TEXT), Type.TEXT)


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of `relation` with `columns`. `origins` are where other fields may come from, `gone` the fields that a
    command took away. `order` is the order of the rows, when it is one; `sorted` whether a `Sort` gives it already.
    `events`: the rows are events still, newest first."""

    relation: Relation
    columns: dict[str, Type]
    wants: Wants
    origins: tuple[Origin, ...] = ()
    gone: frozenset[str] = frozenset()
    order: tuple[Key, ...] = ()
    sorted: bool = False
    events: bool = False

    def has(self, name: str) -> bool:
        """Whether the rows have this field, now that it is asked for."""
        if name in self.columns:
            return True
        if self.origins and name not in self.gone and not name.startswith("__"):
            wanted = {name}
            for origin in reversed(self.origins):
                if isinstance(origin, Renamed):
                    found = {names.filled(origin.old, parts) for one in wanted
                             if (parts := names.matches(origin.new, one)) is not None}  # fmt: skip
                    wanted |= {one for one in found if len(one) < 200}
                else:
                    for one in sorted(wanted):
                        self.wants.ask(origin, one)
        return False

    @property
    def open(self) -> bool:
        """Whether there may be other fields than those known."""
        return bool(self.origins)

    def get(self, name: str) -> Typed:
        """The field, null where the rows have none of this name."""
        if self.has(name):
            return Typed(Field(name), self.columns[name])
        kind = Type.TEXTS if "{}" in name and self.open else Type.TEXT
        return Typed(Literal(None, kind), kind)

    def where(self, expr: Expr) -> Frame:
        """The rows for which `expr` holds."""
        return replace(self, relation=Filter(self.relation, expr))

    def extend(self, made: dict[str, Typed]) -> Frame:
        """With fields added or replaced; all values see the rows as they are."""
        if not made:
            return self
        columns = tuple((name, typed.value) for name, typed in made.items())
        kinds = self.columns | {name: typed.kind for name, typed in made.items()}
        lost = any(isinstance(key.value, Field) and key.value.name in made for key in self.order)
        frame = self.in_order() if lost else self
        return replace(
            frame,
            relation=Extend(frame.relation, columns),
            columns=kinds,
            gone=self.gone - set(made),
            order=() if lost else self.order,
        )

    def project(self, made: dict[str, Typed], *, closed: bool = True) -> Frame:
        """With exactly these fields."""
        columns = tuple((name, typed.value) for name, typed in made.items())
        kinds = {name: typed.kind for name, typed in made.items()}
        same = {name for name, typed in made.items() if typed.value == Field(name)}
        lost = [key.value.name for key in self.order if isinstance(key.value, Field) and key.value.name not in same]
        return replace(
            self,
            relation=Project(self.relation, columns),
            columns=kinds,
            origins=() if closed else self.origins,
            order=() if lost else self.order,
        )

    def drop(self, dropped: Iterable[str]) -> Frame:
        """Without these fields."""
        away = set(dropped)
        kept = {name: Typed(Field(name), kind) for name, kind in self.columns.items() if name not in away}
        if len(kept) == len(self.columns):
            return replace(self, gone=self.gone | away)
        return replace(self.project(kept, closed=False), gone=self.gone | away)

    def in_order(self) -> Frame:
        """The same rows under a `Sort`, so that what takes the first rows takes them in order."""
        if self.sorted or not self.order:
            return self
        return replace(self, relation=Sort(self.relation, self.order), sorted=True)

    def made(self, relation: Relation, columns: dict[str, Type], order: tuple[Key, ...] = ()) -> Frame:
        """Other rows, made of these: no other fields, no order but the one given."""
        return Frame(relation, columns, self.wants, order=order)
