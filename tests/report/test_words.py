from __future__ import annotations

import pytest

from simulator.report import words
from simulator.score import BlindSpot, Noise, Ratio, Spread, Unmeasured


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (1 / 3, "33 %"),
        (0.996, "99.6 %"),
        (0.99999, ">99.9 %"),
        (0.004, "0.4 %"),
        (0.000025, "0.0025 %"),
        (0.000001, "<0.001 %"),
    ],
)
def test_percent_claims_no_more_than_it_knows(value: float, text: str) -> None:
    assert words.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0123, "0.012"), (3.61, "3.6"), (10, "10"), (42.4, "42"), (361.23, "361"), (12345, "12,300")],
)
def test_number(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.25, "250 ms"), (5, "5 s"), (42.7, "43 s"), (150, "2.5 min"), (9000, "2.5 h"), (172_800, "2 d")],
)
def test_duration(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (500, "500 B"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")])
def test_size(count: float, text: str) -> None:
    assert words.size(count) == text


def test_measures() -> None:
    assert words.ratio(Ratio(1 / 3, 0.061, 0.792, 3)) == "33 % (6–79 %)"
    assert words.interval(Ratio(0.00002, 0.000004, 0.00019, 3)) == "0.0004–0.019 %"
    assert words.rate(Ratio(100, 12.1, 361.2, 20)) == "100 (12–361)"
    assert words.ratio(Unmeasured("no alerts")) == words.rate(Unmeasured("no alerts")) == "–"
    assert words.median_duration(Spread(150, 222, 4)) == "2.5 min"
    assert words.median_duration(Unmeasured("none")) == "–"


def test_findings_in_words() -> None:
    assert words.blind_spot(BlindSpot((("binary", "renamed"), ("verb", "move")), 4)) == (
        "misses all 4 with binary=renamed and verb=move"
    )
    backup, push = Noise("backup", "Backup", 5, 9, 2), Noise("git-push", "Push", 3, 3, 1)
    assert words.noise([backup, push], 8) == "of 8 false cases: 5 from backup, 3 from git-push"
    assert words.noise([backup], 5) == "all false cases (5) come from backup"


def test_nothing_steers_the_terminal() -> None:
    assert words.clean("a\x1b[31mred\u202eback\ttab\nline") == "a\ufffd[31mred\ufffdback tab line"
