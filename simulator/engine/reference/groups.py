"""Groups of rows: aggregates and windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulator.engine.functions import RANKINGS
from simulator.engine.functions.calls import aggregate
from simulator.engine.reference.model import Row, in_order, together
from simulator.ir import Aggregate, Measure, Window, columns_of, kind_of
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.engine.reference.evaluator import World


def aggregated(node: Aggregate, rows: Sequence[Row], world: World) -> list[Row]:
    """One row for each combination of `by` values."""
    kinds = columns_of(node.source)
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(world.key([value for _, value in node.by], row, kinds), []).append(row)
    if not groups and not node.by and node.always:
        groups[()] = []
    found = []
    for members in groups.values():
        fields = {name: world.value(value, members[0], kinds) for name, value in node.by}
        fields |= {measure.name: _measured(measure, members, kinds, world) for measure in node.measures}
        found.append(Row(fields, together(members)))
    return found


def windowed(node: Window, rows: Sequence[Row], world: World) -> list[Row]:
    """All rows, each with measures over the rows around it."""
    kinds = columns_of(node.source)
    groups: dict[Any, list[Row]] = {}
    for row in world.sorted(rows, node.order, kinds):
        groups.setdefault(world.key(node.by, row, kinds), []).append(row)
    found = []
    for members in groups.values():
        for place, row in enumerate(members):
            first = 0 if node.preceding is None else max(place - node.preceding, 0)
            last = len(members) if node.following is None else place + node.following + 1
            frame = members[first : max(last, first)]
            fields = dict(row.fields)
            for measure in node.measures:
                if measure.function in RANKINGS:
                    args = [tuple(world.value(arg, member, kinds) for arg in measure.args) for member in members]
                    fields[measure.name] = RANKINGS[measure.function].python(args, place)
                else:
                    fields[measure.name] = _measured(measure, frame, kinds, world)
            found.append(Row(fields, together(frame) if node.gather else row.evidence))
    return found


def _measured(measure: Measure, members: Sequence[Row], kinds: dict[str, Type], world: World) -> Any:
    counting = [row for row in members if measure.where is None or world.holds(measure.where, row, kinds)]
    ordered = world.sorted(counting, measure.order, kinds) if measure.order else in_order(counting, kinds)
    args = [[world.value(arg, row, kinds) for arg in measure.args] for row in ordered]
    return aggregate(
        measure.function, args, [kind_of(arg, kinds) for arg in measure.args], measure.kind, measure.distinct
    )
