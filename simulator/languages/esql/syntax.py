"""The syntax tree of an ES|QL query. `at` and `end` are offsets into the query's text.

Source of the grammar: https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A column, its dotted name without backticks."""

    at: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A column name in KEEP, DROP or RENAME in which `*` stands for any text: the literal parts between the stars."""

    at: int
    end: int
    parts: tuple[str, ...]

    @property
    def plain(self) -> str | None:
        """The name, where there is no star."""
        return self.parts[0] if len(self.parts) == 1 else None


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number, truth value or null (None)."""

    at: int
    end: int
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Many:
    """`[1, 2, 3]`: a constant of several values."""

    at: int
    end: int
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """`5 minutes`: a number of `unit` (singular, lower case)."""

    at: int
    end: int
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Function:
    """`name(args)`; the name is in lower case, `star` is COUNT(*)."""

    at: int
    end: int
    name: str
    args: tuple[Node, ...]
    star: bool = False
    options: tuple[tuple[str, str | int | float | bool | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `+x` or `not x`."""

    at: int
    end: int
    operator: str
    item: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, comparison, `like`, `rlike`, `:`."""

    at: int
    end: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` of several."""

    at: int
    end: int
    operator: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """`item in (…)`, `item like (…)`, `item rlike (…)`."""

    at: int
    end: int
    operator: str
    item: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Null:
    """`item is null`."""

    at: int
    end: int
    item: Node


@dataclass(frozen=True, slots=True)
class Cast:
    """`item::kind`."""

    at: int
    end: int
    item: Node
    kind: str


Node = Name | Constant | Many | TimeSpan | Function | Unary | Binary | Logic | OneOf | Null | Cast


@dataclass(frozen=True, slots=True)
class Assigned:
    """`name = value`; the name of an unnamed value is its own text. `where` is an aggregate's condition."""

    at: int
    end: int
    name: str
    value: Node
    where: Node | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """One index pattern of FROM."""

    at: int
    end: int
    pattern: str


@dataclass(frozen=True, slots=True)
class From:
    """FROM indices METADATA fields."""

    at: int
    end: int
    indices: tuple[Index, ...]
    metadata: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """ROW a = 1, …"""

    at: int
    end: int
    columns: tuple[Assigned, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """WHERE condition."""

    at: int
    end: int
    condition: Node


@dataclass(frozen=True, slots=True)
class Eval:
    """EVAL a = …, b = …"""

    at: int
    end: int
    columns: tuple[Assigned, ...]


@dataclass(frozen=True, slots=True)
class Keep:
    """KEEP a, b*"""

    at: int
    end: int
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP a, b*"""

    at: int
    end: int
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """RENAME old AS new, …: pairs of (old, new)."""

    at: int
    end: int
    pairs: tuple[tuple[Name, Name], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One key of SORT."""

    at: int
    end: int
    value: Node
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Sort:
    """SORT keys."""

    at: int
    end: int
    keys: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """LIMIT count."""

    at: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class Stats:
    """STATS … BY …, and INLINE STATS."""

    at: int
    end: int
    measures: tuple[Assigned, ...]
    by: tuple[Assigned, ...]
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Dissect:
    """DISSECT input pattern."""

    at: int
    end: int
    value: Node
    pattern: Constant
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Grok:
    """GROK input patterns."""

    at: int
    end: int
    value: Node
    patterns: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Expand:
    """MV_EXPAND column."""

    at: int
    end: int
    column: Name


@dataclass(frozen=True, slots=True)
class Enrich:
    """ENRICH policy ON field WITH new = field, …; no fields at all means all of the policy's."""

    at: int
    end: int
    policy: str
    on: Name | None
    fields: tuple[tuple[Name, Name], ...]


@dataclass(frozen=True, slots=True)
class LookupJoin:
    """LOOKUP JOIN index ON a, b, or on pairs of (ours, theirs) that are equal."""

    at: int
    end: int
    index: Index
    on: tuple[tuple[Name, Name], ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """COMPLETION target = prompt WITH {"inference_id": …}."""

    at: int
    end: int
    target: str
    prompt: Node
    inference: str


@dataclass(frozen=True, slots=True)
class Sample:
    """SAMPLE probability."""

    at: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Fork:
    """FORK (commands) (commands) …"""

    at: int
    end: int
    branches: tuple[tuple[Command, ...], ...]


Command = (
    From
    | Row
    | Where
    | Eval
    | Keep
    | Drop
    | Rename
    | Sort
    | Limit
    | Stats
    | Dissect
    | Grok
    | Expand
    | Enrich
    | LookupJoin
    | Completion
    | Sample
    | Fork
)


def children(node: Node) -> tuple[Node, ...]:
    """The expressions right below `node`."""
    match node:
        case Function(args=args):
            return args
        case Logic(items=items):
            return items
        case Unary(item=item) | Null(item=item) | Cast(item=item):
            return (item,)
        case Binary(left=left, right=right):
            return (left, right)
        case OneOf(item=item, choices=choices):
            return (item, *choices)
        case _:
            return ()


def within(node: Node) -> tuple[Node, ...]:
    """`node` and all expressions below it."""
    found, at = [node], 0
    while at < len(found):
        found.extend(children(found[at]))
        at += 1
    return tuple(found)
