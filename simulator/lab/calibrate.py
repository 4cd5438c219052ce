"""Tool models against recordings: what a model says a tool does, and what the tool did.

Both are actions of the same instance: the recording's, and what the simulator plays with the volume that was recorded.
Only programs that ran in the lab are compared. How long things last is told but never wrong: the lab has no network.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import polars as pl

from simulator.lab.plan import Run
from simulator.lab.recording import Exchange, Recording
from simulator.lab.streams import Played, planned, recorded, simulated
from simulator.scenario.model import Scenario
from simulator.telemetry.proxy import tunnel_agent
from simulator.world import World

_CLOSE: Final = 1.5
"""Counts and sizes agree when neither is more than this many times the other."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that was compared. `agrees` is None where it is only told."""

    scenario: str
    program: str
    what: str
    model: str
    tool: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Side:
    """What one program did, by the model or for real."""

    processes: pl.DataFrame
    requests: pl.DataFrame
    connections: pl.DataFrame
    lookups: pl.DataFrame
    writes: pl.DataFrame
    parents: Mapping[int, str]


def calibrate(world: World, recordings: Sequence[Recording], scenarios: Mapping[str, Scenario]) -> list[Facet]:
    """Everything that was compared, recording by recording."""
    made: list[Facet] = []
    for recording in recordings:
        run = planned(world, recording, scenarios)
        made += compare(run, recording, simulated(world, run, recording), recorded(world, run, recording))
    return made


def compare(run: Run, recording: Recording, model: Played, real: Played) -> list[Facet]:
    """The facets of one run, program by program."""
    made: list[Facet] = []
    images = real.actions["process_start"]["image"].unique(maintain_order=True)
    for image in images:
        theirs, ours = _side(real, image), _side(model, image)
        program = image.rpartition("\\")[2].rpartition("/")[2]
        if ours.processes.is_empty():
            made.append(
                Facet(run.scenario.id, program, "process", "never runs", f"runs {theirs.processes.height}x", False)
            )
            continue
        for what, measure in FACETS.items():
            left, right = measure(ours), measure(theirs)
            if left or right:
                made.append(Facet(run.scenario.id, program, what, _shown(left), _shown(right), _agree(left, right)))
        made.append(_lasting(run, program, ours, theirs))
    return [*made, *_tunnels(run, recording)]


Measured = frozenset[str] | tuple[str, ...] | int


def _agents(side: Side) -> frozenset[str]:
    """Versions left out: those of the lab are Debian's."""
    return frozenset(re.sub(r"\d+(\.\d+)*", "#", agent) for agent in side.requests["user_agent"].drop_nulls())


def _hosts(side: Side) -> frozenset[str]:
    return frozenset(side.requests["name"].drop_nulls())


def _lookups(side: Side) -> frozenset[str]:
    return frozenset(f"{name} {kind}" for name, kind in side.lookups.select("name", "query_type").iter_rows())


def _shapes(side: Side) -> frozenset[str]:
    """Kinds of requests: the method, the number of path segments beyond one or none, and the names in the query."""
    return frozenset(_shape(method, path) for method, path in side.requests.select("method", "path").iter_rows())


def _shape(method: str, path: str) -> str:
    parts = urlsplit(path)
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    where = "/…" if parts.path.strip("/") else "/"
    return f"{method} {where}" + (f"?{names}" if names else "")


def _order(side: Side) -> tuple[str, ...]:
    """Methods in order of first use."""
    ordered = side.requests.sort("time")
    return tuple(dict.fromkeys(ordered["method"]))


def _count(side: Side) -> int:
    return side.requests.height


def _sent(side: Side) -> int:
    return int(side.requests["bytes_out"].sum())


def _connections(side: Side) -> int:
    return side.connections.height


def _children(side: Side) -> frozenset[str]:
    return frozenset(side.parents.values())


def _flags(side: Side) -> frozenset[str]:
    found: set[str] = set()
    for line in side.processes["command_line"]:
        words = shlex.split(line.replace("\\", "/"), posix=True) if line.count('"') % 2 == 0 else line.split()
        found |= {re.split(r"[=@]", word)[0] for word in words[1:] if re.match(r"--?[A-Za-z]", word)}
    return frozenset(found)


def _files(side: Side) -> frozenset[str]:
    """Names of files that were made, digits and hashes left out."""
    names = (path.replace("/", "\\").rpartition("\\")[2] for path in side.writes["path"])
    return frozenset(re.sub(r"[0-9a-f]{16,}|\d+", "#", name) for name in names)


FACETS: Final[Mapping[str, Callable[[Side], Measured]]] = {
    "user agents": _agents,
    "hosts": _hosts,
    "look-ups": _lookups,
    "requests": _shapes,
    "order of methods": _order,
    "number of requests": _count,
    "bytes sent": _sent,
    "connections": _connections,
    "started by": _children,
    "flags": _flags,
    "files made": _files,
}
"""What is compared of each program. Sets must be equal, numbers near each other."""


def _side(played: Played, image: str) -> Side:
    def of(kind: str) -> pl.DataFrame:
        from simulator.scenario.actions import empty

        return played.actions.get(kind, empty(kind)).filter(pl.col("image") == image)

    processes = of("process_start")
    parents = {
        identity: (parent or "").rpartition("\\")[2].lower()
        for identity, parent in processes.select("process", "parent_image").iter_rows()
    }
    return Side(processes, of("request"), of("connection"), of("lookup"), of("write"), parents)


def _agree(left: Measured, right: Measured) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        return left == right or (min(left, right) > 0 and max(left, right) <= _CLOSE * min(left, right))
    return left == right


def _shown(value: Measured) -> str:
    match value:
        case int():
            return f"{value:,}"
        case tuple():
            return " ".join(value) or "nothing"
        case _:
            return ", ".join(sorted(value)) or "nothing"


def _lasting(run: Run, program: str, ours: Side, theirs: Side) -> Facet:
    return Facet(run.scenario.id, program, "time", _span(ours), _span(theirs), None)


def _span(side: Side) -> str:
    times = [*side.processes["time"], *side.requests["time"]]
    return f"{(max(times) - min(times)) / 1e6:.1f} s" if times else "-"


def _tunnels(run: Run, recording: Recording) -> Iterable[Facet]:
    """What clients call themselves when they ask a proxy for a tunnel, against what telemetry assumes."""
    asked = [one for one in recording.of(Exchange) if one.method == "CONNECT"]
    inside = Counter(one.user_agent for one in recording.of(Exchange) if one.method != "CONNECT")
    if not asked or not inside:
        return
    usual = inside.most_common(1)[0][0]
    frame = pl.DataFrame({"user_agent": [usual]}, schema={"user_agent": pl.String})
    assumed = frame.select(tunnel_agent(pl.col("user_agent"))).to_series()[0]
    real = asked[0].user_agent
    yield Facet(run.scenario.id, str(usual), "agent of CONNECT", str(assumed), str(real), assumed == real)
