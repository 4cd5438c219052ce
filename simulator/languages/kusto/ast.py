"""The syntax tree of a Kusto query. Every node says where it stands: `at`, an offset into the query's text."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.tables import Type

# --- Expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A column, a variable, a table; `pattern` when it holds `*` (tables of `union`, columns of `project-away`)."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant; `value` as `simulator.ir.Literal` has it."""

    value: str | int | float | bool | None
    kind: Type
    at: int


@dataclass(frozen=True, slots=True)
class Member:
    """`target.name` or `target['name']`."""

    target: Expr
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Index:
    """`target[index]`."""

    target: Expr
    index: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Named:
    """`name = value`, or with several names `(a, b) = value`."""

    names: tuple[str, ...]
    value: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Apply:
    """`name(args)`: a function, an aggregate or a table-valued function."""

    name: str
    args: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `+x`."""

    op: str
    item: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`: arithmetic, comparison, text operators, `and`, `or`; `in` and `has_any` have a List."""

    op: str
    left: Expr
    right: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """The parenthesised list that `in`, `has_any` and `has_all` take."""

    items: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Between:
    """`item between (low .. high)`."""

    item: Expr
    low: Expr
    high: Expr
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Star:
    """`*`."""

    at: int


@dataclass(frozen=True, slots=True)
class TypeOf:
    """`typeof(long)`; a tabular one has columns."""

    kind: Type
    at: int


# --- Tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`source | step | step`. Without a source the first step makes rows."""

    source: Expr | None
    steps: tuple[Step, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function: a scalar of `kind`, or, without a kind, rows."""

    name: str
    kind: Type | None
    default: Expr | None
    at: int


@dataclass(frozen=True, slots=True)
class Lambda:
    """`(parameters) { statements; body }`."""

    parameters: tuple[Parameter, ...]
    lets: tuple[Let, ...]
    body: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Let:
    """`let name = value`."""

    name: str
    value: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Script:
    """A whole query: `let` statements and the expressions that give results."""

    lets: tuple[Let, ...]
    results: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A key of an order. `nulls_first` None: Kusto's default for the direction."""

    value: Expr
    descending: bool
    nulls_first: bool | None
    at: int


@dataclass(frozen=True, slots=True)
class Where:
    """`where`, `filter`."""

    condition: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Columns:
    """`extend`, `project`, `project-away`, `project-keep`, `project-rename`, `project-reorder`, `distinct`, `print`,
    `serialize`: `op` over items."""

    op: str
    items: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Summarize:
    """`summarize measures by groups`."""

    measures: tuple[Expr, ...]
    groups: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class JoinStep:
    """`join` and `lookup`: `on` are equal names or conditions."""

    op: str
    kind: str
    right: Expr
    on: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class UnionStep:
    """`union tables`; as a step of a pipeline the rows before it are among them."""

    tables: tuple[Expr, ...]
    inner: bool
    source_column: str | None
    at: int


@dataclass(frozen=True, slots=True)
class SortStep:
    """`sort by`, `order by`."""

    keys: tuple[Order, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Take:
    """`take`, `limit`, `sample`; with keys, `top`."""

    count: Expr
    keys: tuple[Order, ...]
    at: int


@dataclass(frozen=True, slots=True)
class SampleDistinct:
    """`sample-distinct count of column`."""

    count: Expr
    value: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Count:
    """`count`; `as` its column's name."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """One column of `mv-expand` or `mv-apply`."""

    name: str | None
    value: Expr
    kind: Type | None
    at: int


@dataclass(frozen=True, slots=True)
class Expand:
    """`mv-expand`, and with `steps`, `mv-apply`."""

    items: tuple[Expanded, ...]
    index: str | None
    limit: Expr | None
    steps: tuple[Step, ...] | None
    at: int
    bag: bool = True
    """An object becomes bags of one key each; otherwise (kind=array) arrays of key and value."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One piece of a `parse` pattern: a text to find, a column, or `*`."""

    text: str | None
    column: str | None
    kind: Type
    at: int


@dataclass(frozen=True, slots=True)
class Parse:
    """`parse`, `parse-where`."""

    value: Expr
    mode: str
    flags: str
    pieces: tuple[Parsed, ...]
    filtering: bool
    at: int


@dataclass(frozen=True, slots=True)
class ParseKv:
    """`parse-kv value as (columns) with (…)`."""

    value: Expr
    columns: tuple[tuple[str, Type], ...]
    options: tuple[tuple[str, str], ...]
    at: int


@dataclass(frozen=True, slots=True)
class Plugin:
    """`evaluate name(args)`, `invoke name(args)`."""

    op: str
    call: Apply
    schema: tuple[tuple[str, Type], ...] | None
    at: int


@dataclass(frozen=True, slots=True)
class As:
    """`as name`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Range:
    """`range name from start to stop step step`."""

    name: str
    start: Expr
    stop: Expr
    step: Expr
    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    """`datatable(columns)[values]`, `externaldata(columns)[…]`."""

    op: str
    columns: tuple[tuple[str, Type], ...]
    values: tuple[Expr, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Search:
    """`search in (tables) condition`, `find in (tables) where condition project columns`."""

    op: str
    tables: tuple[Expr, ...]
    condition: Expr
    columns: tuple[Expr, ...]
    cased: bool
    at: int


@dataclass(frozen=True, slots=True)
class MakeSeries:
    """`make-series measures on axis from start to stop step step by groups`."""

    measures: tuple[tuple[Expr, Expr | None], ...]
    axis: Expr
    start: Expr | None
    stop: Expr | None
    step: Expr
    groups: tuple[Expr, ...]
    at: int
    inclusive: bool = False
    """`in range(start, stop, step)`: the bin of `stop` is there too."""


@dataclass(frozen=True, slots=True)
class Partition:
    """`partition by column (steps)`."""

    by: Expr
    steps: tuple[Step, ...]
    at: int


@dataclass(frozen=True, slots=True)
class TopNested:
    """`top-nested n of value by aggregate, …`: each (count, value, aggregate)."""

    levels: tuple[tuple[Expr | None, Expr, Expr], ...]
    at: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """What changes no rows: `render`, `consume`."""

    op: str
    at: int


@dataclass(frozen=True, slots=True)
class Schema:
    """`getschema`."""

    at: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """An operator that is Kusto's but does not run here; what it says is passed over."""

    op: str
    at: int


Expr = (
    Name
    | Lit
    | Member
    | Index
    | Named
    | Apply
    | Unary
    | Binary
    | Sequence
    | Between
    | Star
    | TypeOf
    | Pipeline
    | Lambda
)
Step = (
    Where
    | Columns
    | Summarize
    | JoinStep
    | UnionStep
    | SortStep
    | Take
    | SampleDistinct
    | Count
    | Expand
    | Parse
    | ParseKv
    | Plugin
    | As
    | Range
    | Constant
    | Search
    | MakeSeries
    | Partition
    | TopNested
    | Ignored
    | Schema
    | Unknown
)
