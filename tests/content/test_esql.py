"""Our bare ES|QL queries: whole, with equivalents in other languages, and of use on the bundled scenarios."""

from __future__ import annotations

import pytest

from simulator.content import content
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.score import score
from simulator.simulate import simulate

FOLDER = content("detections") / "esql"
FILES = sorted(FOLDER.glob("*.esql"))
TABLES = ["elastic.endpoint.events.process", "elastic.endpoint.events.network"]


def test_they_are_read_without_a_word() -> None:
    ruleset = load_rules([FOLDER])
    assert ruleset.problems == ()
    assert [rule.name for rule in ruleset.rules] == [f"esql/{path.stem}" for path in FILES]
    assert all(rule.title != path.stem for rule, path in zip(ruleset.rules, FILES, strict=True))


def test_only_what_reads_the_clock_is_run_again_and_again() -> None:
    scheduled = {rule.name: rule.schedule for rule in load_rules([FOLDER]).rules if rule.schedule}
    assert list(scheduled) == ["esql/many-uploads-in-an-hour"]
    (one,) = scheduled.values()
    assert (one.every, one.lookback, one.source) == (3_600_000_000, None, "default")


def test_each_has_an_equivalent_in_another_language() -> None:
    stems = {path.stem for folder in ("sigma", "elastic") for path in (content("detections") / folder).iterdir()}
    assert [path.stem for path in FILES if path.stem not in stems] == []


@pytest.mark.slow
def test_each_catches_what_it_is_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("played") / "stream"
    stream = simulate(out=folder, seed=7, days=1, hosts=40, tables=TABLES, workers=1)
    alerts = detect(load_rules([FOLDER]), stream, workers=1)
    assert alerts.failures == ()
    caught = {rule.name: rule.tp for rule in score(alerts, stream).rules}
    assert [name for name, cases in caught.items() if not cases] == []
