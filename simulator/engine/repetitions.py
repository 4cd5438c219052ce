"""Repetitions: rows whose evidence has been in one alert of the same rule before (`ir.Schedule`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def first_of_their_kind(rows: Sequence[tuple[int, tuple[int, ...]]]) -> Iterator[int]:
    """The places of those rows (number of the run, evidence), ordered by run, that are no repetitions."""
    seen: set[tuple[int, ...]] = set()
    holding: dict[int, list[frozenset[int]]] = {}
    """For each event the alerts that it is in."""
    without_events = {run for run, events in rows if not events}
    for place, (run, events) in enumerate(rows):
        if not events:
            if run - 1 not in without_events:
                yield place
            continue
        if events in seen:
            continue
        wanted = frozenset(events)
        # The last event has been in the fewest alerts.
        if any(wanted <= other for other in holding.get(events[-1], ())):
            continue
        seen.add(events)
        for event in events:
            holding.setdefault(event, []).append(wanted)
        yield place
