"""Rules of several languages on the hand-made stream: `mega` happens four times, the last three with a renamed binary,
the last two with `move`."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Reading
from simulator.score import Comparison, Dispute, LanguageCatch, Scorecard, score
from tests.score.hand import PROCESS, alert, at, rule, stream


def judged(**caught: list[int]) -> Scorecard:
    """The scorecard of one rule a language, all called `rclone`, each catching the given instances of `mega`."""
    rules = tuple(
        replace(rule(f"in-{language}", f"Rclone in {language}", PROCESS, name=f"{language}/rclone"), language=language)
        for language in caught
    )
    rows = [alert(f"in-{language}", at("09:05"), 100 * i + 1) for language, found in caught.items() for i in found]
    return score(Alerts(pa.Table.from_pylist(rows, schema=ALERT_SCHEMA), rules, Reading()), stream())


def test_one_language_is_no_comparison() -> None:
    assert judged(sigma=[1]).comparisons == ()


def test_what_an_equivalent_rule_ought_to_catch_is_what_the_named_one_ought_to() -> None:
    card = judged(sigma=[1], kusto=[1])
    assert [one.scope.scenarios for one in card.rules] == [("mega",), ("mega",)]
    assert {one.scope.by for one in card.rules} == {"expect"}


def test_who_catches_what_and_what_they_disagree_about() -> None:
    assert judged(sigma=[1, 2, 3, 4], kusto=[1], spl=[1, 2]).comparisons == (
        Comparison(
            question="rclone",
            scenario="mega",
            n=4,
            languages=(
                LanguageCatch("kusto", "in-kusto", "Rclone in kusto", 1),
                LanguageCatch("sigma", "in-sigma", "Rclone in sigma", 4),
                LanguageCatch("spl", "in-spl", "Rclone in spl", 2),
            ),
            all_caught=1,
            all_missed=0,
            disputes=(
                Dispute(("in-sigma",), ("in-kusto", "in-spl"), 2, (("binary", "renamed"), ("verb", "move"))),
                Dispute(("in-sigma", "in-spl"), ("in-kusto",), 1, ()),
            ),
        ),
    )


def test_agreement_has_no_disputes() -> None:
    (one,) = judged(sigma=[1, 2], kusto=[1, 2]).comparisons
    assert (one.all_caught, one.all_missed, one.disputes) == (2, 2, ())


def test_as_json() -> None:
    (one,) = judged(sigma=[1, 2, 3, 4], kusto=[1, 2]).to_json()["comparisons"]
    (dispute,) = one["disputes"]
    assert (dispute["caught_by"], dispute["missed_by"], dispute["n"]) == (["in-sigma"], ["in-kusto"], 2)
    # That none of the agreed ones was moved tells more than that not all of them were renamed.
    assert list(dispute["shared"].items()) == [("verb", "move"), ("binary", "renamed")]
