"""Which code lowers which operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.languages.kusto import (
    ast,
    lower_columns,
    lower_expand,
    lower_joins,
    lower_parse,
    lower_plugins,
    lower_series,
    lower_sources,
    lower_summarize,
)
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame

Lower = Callable[[Lowering, Any, Frame, Env], Frame]
Make = Callable[[Lowering, Any, Frame | None, Env], Frame]

_OVER: dict[type, Lower] = {
    ast.Where: lower_columns.where,
    ast.Columns: lower_columns.columns,
    ast.SortStep: lower_columns.sort,
    ast.Take: lower_columns.take,
    ast.SampleDistinct: lower_columns.sample_distinct,
    ast.Count: lower_summarize.count,
    ast.Summarize: lower_summarize.summarize,
    ast.TopNested: lower_summarize.top_nested,
    ast.MakeSeries: lower_series.make_series,
    ast.JoinStep: lower_joins.join,
    ast.Expand: lower_expand.expand,
    ast.Partition: lower_expand.partition,
    ast.Parse: lower_parse.parse,
    ast.ParseKv: lower_parse.parse_kv,
    ast.As: lower_columns.named,
    ast.Schema: lower_columns.schema,
    ast.Ignored: lower_columns.ignored,
}
_MAKE: dict[type, Make] = {
    ast.UnionStep: lower_joins.union,
    ast.Plugin: lower_plugins.plugin,
    ast.Search: lower_sources.search,
    ast.Constant: lower_sources.constant,
    ast.Range: lower_sources.spread,
}


def lower(low: Lowering, part: ast.Step, frame: Frame | None, env: Env) -> Frame:
    """One step of a pipeline: what it makes of the rows before it. Raises InvalidRule or UnsupportedRule."""
    if isinstance(part, ast.Unknown):
        raise low.unsupported(part.at, f"the operator {part.op} is not supported", len(part.op))
    if isinstance(part, ast.Columns) and part.op == "print" and frame is None:
        return lower_sources.printed(low, part, env)
    make = _MAKE.get(type(part))
    if make is not None:
        return make(low, part, frame, env)
    if frame is None:
        raise low.invalid(part.at, "this operator needs rows before it")
    return _OVER[type(part)](low, part, frame, env)
