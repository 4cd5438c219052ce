"""After an exercise: which rules fired when on which step, what was missed, what left the house, and a timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from simulator.lab.exercise import SECOND, Exercise, Step
from simulator.lab.streams import Played


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert: which rule, when, and the instance it is about (None: none of the exercise's)."""

    rule: str
    time: int
    instance: int | None


@dataclass(frozen=True, slots=True)
class StepCard:
    """What became of one step."""

    number: int
    scenario: str
    label: str
    technique: str | None
    host: str
    user: str
    instance: int
    start: int
    end: int
    bytes_out: int
    bytes_before_alert: int | None
    first_alert: int | None
    rules: tuple[str, ...]
    """Those that fired, in order of time."""

    @property
    def missed(self) -> bool:
        """An attack that nobody saw."""
        return self.label == "malicious" and not self.rules


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    time: int
    what: str
    step: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Debriefing:
    """The scorecard of an exercise."""

    name: str
    source: str
    """Whose alerts these are."""
    steps: tuple[StepCard, ...]
    timeline: tuple[Moment, ...]
    unrelated: int
    """Alerts about nothing that was done."""

    def to_json(self) -> dict[str, Any]:
        """The scorecard in plain values; times in ISO 8601."""
        steps = [
            asdict(one) | {k: _iso(getattr(one, k)) for k in ("start", "end", "first_alert")} for one in self.steps
        ]
        moments = [asdict(one) | {"time": _iso(one.time)} for one in self.timeline]
        return {
            "exercise": self.name,
            "alerts_of": self.source,
            "attacks": sum(one.label == "malicious" for one in self.steps),
            "missed": sum(one.missed for one in self.steps),
            "unrelated_alerts": self.unrelated,
            "steps": steps,
            "timeline": moments,
        }


def debrief(exercise: Exercise, played: Sequence[Played], firings: Iterable[Firing], source: str) -> Debriefing:
    """Hold alerts against what was done. `played` are the steps as they happened, in the exercise's order."""
    every = sorted(firings, key=lambda one: (one.time, one.rule))
    cards = tuple(_card(step, one, every) for step, one in zip(exercise.steps, played, strict=True))
    known = {card.instance: card.number for card in cards}
    moments = [
        Moment(card.start, "begins", card.number, f"{card.scenario} on {card.host} as {card.user}") for card in cards
    ]
    moments += [Moment(card.end, "ends", card.number, f"{card.bytes_out:,} bytes sent") for card in cards]
    again = Counter((one.rule, one.instance) for one in every)
    for one in every:
        # A rule that goes on and on about one step is one line, at the first of its alerts.
        if count := again.pop((one.rule, one.instance), 0):
            text = one.rule + (f" ({count:,} alerts)" if count > 1 else "")
            moments.append(Moment(one.time, "alert", None if one.instance is None else known.get(one.instance), text))
    order = {"begins": 0, "alert": 1, "ends": 2}
    timeline = tuple(sorted(moments, key=lambda one: (one.time, order[one.what], one.text)))
    unrelated = sum(one.instance not in known for one in every)
    return Debriefing(exercise.name, source, cards, timeline, unrelated)


def firings_of(alerts: pl.DataFrame, labels: pl.DataFrame, names: dict[str, str]) -> list[Firing]:
    """Our engine's alerts as firings: one for each instance that has evidence in an alert."""
    if alerts.is_empty():
        return []
    each = alerts.with_row_index("alert").select("alert", "rule", "time", event_id="events").explode("event_id")
    joined = each.join(labels.select("event_id", "instance_id"), on="event_id", how="left")
    about = joined.select("alert", "rule", pl.col("time").cast(pl.Int64), "instance_id")
    rows = about.drop_nulls("time").unique().sort("alert", "instance_id")
    return [Firing(names.get(rule, rule), time, instance) for _, rule, time, instance in rows.iter_rows()]


def _card(step: Step, played: Played, firings: Sequence[Firing]) -> StepCard:
    mine = [one for one in firings if one.instance == step.instance]
    first = mine[0].time if mine else None
    truth = played.truth
    return StepCard(
        number=step.number,
        scenario=step.scenario.id,
        label=step.scenario.label,
        technique=step.scenario.technique,
        host=step.host,
        user=step.user,
        instance=step.instance,
        start=int(truth["start"]),
        end=int(truth["end"]),
        bytes_out=int(truth["bytes_out"]),
        bytes_before_alert=None if first is None else _sent_before(played, first),
        first_alert=first,
        rules=tuple(dict.fromkeys(one.rule for one in mine)),
    )


def _sent_before(played: Played, time: int) -> int:
    """Bytes of the requests that had begun by then."""
    requests = played.actions.get("request")
    return 0 if requests is None else int(requests.filter(pl.col("time") < time)["bytes_out"].sum())


def _iso(time: int | None) -> str | None:
    return None if time is None else datetime.fromtimestamp(time / SECOND, UTC).isoformat()
