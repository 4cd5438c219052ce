from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from simulator.report import print_scorecard
from simulator.report.terminal import MOST_RULES
from simulator.score import Scorecard, Unmeasured, score
from tests.score import hand


def printed(card: Scorecard, width: int, *, terminal: bool = False) -> str:
    file = io.StringIO()
    system = "standard" if terminal else None
    console = Console(file=file, width=width, highlight=False, force_terminal=terminal, color_system=system)
    print_scorecard(card, console)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return score(hand.alerts(), hand.stream())


@pytest.mark.parametrize("width", [80, 110])
def test_the_hand_made_case(card: Scorecard, width: int, snapshot: SnapshotAssertion) -> None:
    text = printed(card, width)
    assert max(map(len, text.splitlines())) <= width
    assert text == snapshot


def test_colour_only_on_a_terminal(card: Scorecard) -> None:
    assert "\x1b[" in printed(card, 110, terminal=True)
    assert "\x1b" not in printed(card, 110)


def test_titles_cannot_steer_the_terminal(card: Scorecard) -> None:
    hostile = replace(card, rules=tuple(replace(rule, title="\x1b]0;owned\x07[red]x") for rule in card.rules))
    text = printed(hostile, 110)
    assert "\x1b" not in text
    assert "[red]x" in text, "titles are text, not markup"


def test_many_rules_are_cut_short_and_counted(card: Scorecard) -> None:
    many = replace(
        card, rules=tuple(replace(card.rules[0], id=str(n), title=f"Rule {n}") for n in range(MOST_RULES + 5))
    )
    text = printed(many, 110)
    assert "and 5 rules more" in text
    assert text.count("misses all 3 with binary=renamed") == MOST_RULES


def test_many_reasons_are_cut_short_and_counted(card: Scorecard) -> None:
    browser = card.rules[3]
    rules = tuple(replace(browser, id=str(n), recall=Unmeasured(f"reason {n}")) for n in range(9))
    text = printed(replace(card, rules=rules), 110)
    assert [f"reason {n}:" in text for n in range(5)] == [True, True, True, False, False]
    assert "Recall unmeasured for 6 more rules" in text


def test_logs_without_truth_print_their_alerts() -> None:
    text = printed(score(hand.alerts(), hand.without_truth()), 110)
    assert "there is no truth beside these logs" in text
    assert "Rclone runs" in text
