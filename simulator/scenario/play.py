"""Play a scenario: its instances go through its steps, all at once, and leave actions.

Every step turns rows into rows. Its base are the instances, or the rows of the process it is done by; `when` and
`chance` take some of them away, `times` multiplies them. A clock for each base says when the step before was over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from simulator import draw
from simulator.scenario import acts, ambient, sessions
from simulator.scenario.actions import ActionFrames
from simulator.scenario.ambient import BY_NAME, Actor
from simulator.scenario.bindings import of_scenario, of_tool
from simulator.scenario.evaluate import Column, Scope, evaluate, scatter, take, text, whole
from simulator.scenario.instances import Chunk, instances
from simulator.scenario.model import Scenario, Step, Use
from simulator.scenario.recorder import Recorder
from simulator.scenario.rows import Index, Rows, host_array
from simulator.scenario.values import Const, Value
from simulator.world import LOCAL_SERVICE, NETWORK_SERVICE, SECOND, SYSTEM, World

MOST_REPETITIONS: Final = 100_000
"""No step is repeated more often than this for one row, whatever its `times` says."""


@dataclass(slots=True)
class Played:
    """What a step left: its rows, the process if it started one, and what later steps may refer to."""

    scope: Scope
    base: Index
    """For each row the row of the frame it belongs to."""
    actor: Actor | None
    exports: dict[str, Column]
    repeated: bool
    start: Index
    end: Index
    clock: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    """For a repeated process: when the last thing done in each repetition was over."""


@dataclass(slots=True)
class Frame:
    """A scope in which a list of steps is played: a scenario's instances, or the calls of a tool."""

    scope: Scope
    path: str
    clock: Index
    recorder: Recorder
    actor: Actor | None = None
    """Who does what no `by` says: the caller's process, in a tool without one of its own."""
    played: dict[str, Played] = field(default_factory=dict)
    last: str | None = None

    def export(self, name: str, scope: Scope) -> Column:
        """What an earlier step has, for the rows of `scope`."""
        step, _, one = name.partition(".")
        done = self.played.get(step)
        if done is None:
            return None
        column = done.exports[one]
        index = scope.index_to(done.scope)
        if not isinstance(index, bool):
            return take(column, index)
        own = scope.index_to(self.scope)
        assert not isinstance(own, bool)
        return take(_first(column, done.base, len(self.scope.rows)), own)


def _first(column: Column, base: Index, count: int) -> Column:
    """A column of a step for each row of its frame: its first repetition's, null where it did not happen."""
    rows, first = np.unique(base, return_index=True)
    if len(rows) == count:
        return take(column, first)
    return scatter([(rows, take(column, first))], count) if len(rows) else None


def play(world: World, scenario: Scenario, chunk: Chunk) -> tuple[ActionFrames, pl.DataFrame]:
    """What happens in a chunk because of a scenario, and the truth about its instances.

    The second frame has instance_id, host, user, start, end (microseconds), variation (JSON), tags, bytes_out.
    """
    return play_rows(scenario, instances(world, scenario, chunk))


def play_rows(scenario: Scenario, rows: Rows) -> tuple[ActionFrames, pl.DataFrame]:
    """What happens in these instances, which begin when the rows say. As `play`."""
    recorder = Recorder(rows)
    if len(rows):
        scope = Scope(rows, of_scenario(scenario), prefix=scenario.id)
        frame = Frame(scope, scenario.id, rows.time.copy(), recorder)
        scope.steps = frame.export
        _play(frame, scenario.steps)
    return recorder.frames(), recorder.truth(scenario)


def _play(frame: Frame, steps: tuple[Step, ...]) -> None:
    for step in steps:
        _step(frame, step)


def _step(frame: Frame, step: Step) -> None:
    parent, scope, base = _base(frame, step)
    keep = _kept(step, scope, f"{frame.path}.{step.name}")
    if keep is not None:
        scope, base = scope.subset(keep), base[keep]
    rows, start = scope.rows, _start(frame, step, parent, scope, base)
    ids = draw.mix(rows.ids, "step", frame.path, step.name)
    if step.times is None:
        made = Rows(rows.origin, ids, start, rows.host, rows.user, rows.root, rows.ordinal)
        inner, repeated = scope.within(made, None), parent is not None and parent.repeated
    else:
        made, index = _repeat(step, scope, ids, start)
        inner, base, repeated = scope.within(made, index), base[index], True
    if step.account is not None:
        made.user = _account(step.account, made)
    actor = _actor(frame, step, inner, parent)
    if step.account is None and parent is not None:
        made.user = actor.user
    done = _act(frame, step, inner, actor, base, repeated)
    frame.played[step.name] = done
    frame.last = step.name
    _advance(frame, step, parent, done)


def _base(frame: Frame, step: Step) -> tuple[Played | None, Scope, Index]:
    """The process a step is done by (when it is a step's), and the rows it is done on."""
    name = step.by
    if name is None and frame.actor is None:
        name = next((n for n in reversed(frame.played) if frame.played[n].actor is not None), None)
        name = None if step.what in ("process", "use", "session") else name
    elif name is None:
        name = "process" if "process" in frame.played else None
    if name is not None and name in frame.played:
        done = frame.played[name]
        return done, done.scope, done.base
    return None, frame.scope, np.arange(len(frame.scope.rows))


def _kept(step: Step, scope: Scope, path: str) -> Index | None:
    """The rows for which `when` and `chance` hold; None for all."""
    if step.when is None and step.chance is None:
        return None
    keep = np.ones(len(scope.rows), bool)
    for dimension, wanted in (step.when or {}).items():
        case = text(scope.lookup(f"vary:{dimension}"), len(keep))
        keep &= case.is_in(list(wanted)).to_numpy()
    if step.chance is not None:
        keep &= draw.uniform(scope.rows.ids, "chance", path, step.name) < step.chance
    return np.flatnonzero(keep)


def _start(frame: Frame, step: Step, parent: Played | None, scope: Scope, base: Index) -> Index:
    """When a step begins: so long after what it comes after."""
    index = None if parent is None else scope.index_to(parent.scope)
    assert not isinstance(index, bool)
    delay = step.after
    before: Index
    if delay is not None and delay.of is not None:
        before = _edge(frame, frame.played[delay.of], scope, base, from_start=delay.from_start)
    elif delay is not None and delay.from_start and frame.last is not None:
        before = _edge(frame, frame.played[frame.last], scope, base, from_start=True)
    elif parent is not None and parent.repeated:
        before = parent.clock if index is None else parent.clock[index]
    else:
        before = frame.clock[base]
    if parent is not None:
        # Nothing is done by a process that has not begun.
        before = np.maximum(before, parent.start if index is None else parent.start[index])
    names = ("after", frame.path, step.name)
    if delay is None:
        gap = ((0.05 + 1.95 * draw.uniform(scope.rows.ids, *names)) * SECOND).astype(np.int64)
    else:
        gap = whole(evaluate(delay.value, scope), len(scope.rows))
    made: Index = before + gap
    return made


def _edge(frame: Frame, done: Played, scope: Scope, base: Index, *, from_start: bool) -> Index:
    """When an earlier step began or ended, for the rows of `scope`."""
    edge = done.start if from_start else done.end
    index = scope.index_to(done.scope)
    if not isinstance(index, bool):
        return edge if index is None else edge[index]
    count = len(frame.scope.rows)
    whole_frame = frame.scope.rows.time.copy()
    if from_start:
        whole_frame[done.base[::-1]] = edge[::-1]
    else:
        latest = np.full(count, -1, np.int64)
        np.maximum.at(latest, done.base, edge)
        whole_frame = np.where(latest >= 0, latest, whole_frame)
    made: Index = whole_frame[base]
    return made


def _repeat(step: Step, scope: Scope, ids: draw.Ids, start: Index) -> tuple[Rows, Index]:
    """The rows of a repeated step, and the row of the base for each."""
    assert step.times is not None
    rows = scope.rows
    counts = whole(evaluate(step.times, scope), len(rows), MOST_REPETITIONS)
    index, ordinal, children = draw.children(ids, counts, "times")
    made = Rows(rows.origin, children, start[index], rows.host[index], rows.user[index], rows.root[index], ordinal)
    every: Value = step.every or Const(SECOND)
    gap = whole(evaluate(every, scope.within(made, index)), len(made))
    # Repetition n begins after the gaps of all repetitions from the second to the n-th.
    gap[ordinal == 0] = 0
    total = np.cumsum(gap)
    first = total[np.maximum.accumulate(np.where(ordinal == 0, np.arange(len(gap)), 0))] if len(gap) else total
    made.time = start[index] + total - first
    return made, index


_ACCOUNTS: Final[Mapping[str, int]] = {
    "system": SYSTEM,
    "local-service": LOCAL_SERVICE,
    "network-service": NETWORK_SERVICE,
}


def _account(name: str, rows: Rows) -> Index:
    if name == "service":
        return host_array(rows.origin.world, "service")[rows.host].astype(np.int64)
    return np.full(len(rows), _ACCOUNTS[name])


def _actor(frame: Frame, step: Step, inner: Scope, parent: Played | None) -> Actor:
    """The process that does a step, for each of its rows."""
    if parent is not None and parent.actor is not None:
        index = inner.index_to(parent.scope)
        assert not isinstance(index, bool)
        return parent.actor.take(index)
    if step.by is not None and step.by in BY_NAME:
        return ambient.ambient(inner.rows, step.by)
    if frame.actor is not None:
        index = inner.index_to(frame.scope)
        assert not isinstance(index, bool)
        return frame.actor.take(index)
    return ambient.ambient(inner.rows, ambient.default_parent(inner.rows))


def _act(frame: Frame, step: Step, inner: Scope, actor: Actor, base: Index, repeated: bool) -> Played:
    rows = inner.rows
    process: Actor | None = None
    exports: dict[str, Column] = {}
    end = rows.time
    match step.what:
        case "use":
            assert step.use is not None
            process, exports, end = _use(frame, step, step.use, inner, actor)
        case "process":
            process, exports, end = acts.process(frame.recorder, step, inner, actor)
        case "session":
            sessions.record(frame.recorder, rows, str(step.choices["session"]))
        case _:
            exports, end = acts.ACTS[step.what](frame.recorder, step, inner, actor, repeated)
    return Played(inner, base, process, exports, repeated, rows.time, end, rows.time.copy() if process else end)


def _use(frame: Frame, step: Step, use: Use, inner: Scope, caller: Actor) -> tuple[Actor, dict[str, Column], Index]:
    """Play an invocation of a tool: its process, then its steps by that process."""
    rows = inner.rows
    scope = Scope(rows, of_tool(use, inner), prefix=f"{frame.path.split('.')[0]}.{use.tool.name}")
    within = Frame(scope, f"{frame.path}.{step.name}.{use.tool.name}", rows.time.copy(), frame.recorder, caller)
    scope.steps = within.export
    end, actor = rows.time, caller
    exports: dict[str, Column] = {"image": caller.image, "command_line": caller.command_line, "folder": None}
    if use.invocation.process is not None:
        actor, exports, end = acts.process(frame.recorder, use.invocation.process, scope, caller)
        everything = np.arange(len(rows))
        within.played["process"] = Played(scope, everything, actor, exports, False, rows.time, rows.time)
        within.actor = actor
    _play(within, use.invocation.steps)
    return actor, exports, np.maximum(end, within.clock)


def _advance(frame: Frame, step: Step, parent: Played | None, done: Played) -> None:
    """Move the clocks: of the frame, and of the repeated process the step was done by."""
    # A program that merely runs does not hold up what comes after it.
    over = done.start if step.what == "process" else done.end
    np.maximum.at(frame.clock, done.base, over)
    if parent is not None and parent.repeated:
        index = done.scope.index_to(parent.scope)
        assert not isinstance(index, bool)
        if index is None:
            parent.clock = np.maximum(parent.clock, over)
        else:
            np.maximum.at(parent.clock, index, over)
