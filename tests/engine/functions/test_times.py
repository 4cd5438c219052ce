"""Times as Kusto spells them. Cases of Microsoft Learn: "format_datetime()", "format_timespan()", "timespan"."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.engine.functions.harness import SPAN, TIME, Case, T, cases, check

HOUR = 3_600_000_000
WHEN = int(dt.datetime(2017, 1, 29, 9, 0, 5, 123400, dt.UTC).timestamp()) * 1_000_000 + 123_400
SUMMER = int(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC).timestamp()) * 1_000_000

EVERY = [
    cases(
        "read_any_time",
        (T,),
        TIME,
        ("2026-07-01T12:00:00Z", SUMMER),
        ("07/01/2026 12:00:00", SUMMER),
        ("7/1/2026 12:00:00 PM", SUMMER),
        ("Wed, 01 Jul 2026 12:00:00 GMT", SUMMER),
        ("Wednesday, 01-Jul-26 12:00:00 UTC", SUMMER),
        ("1 Jul 2026 12:00:00", SUMMER),
        ("later", None),
    ),
    cases(
        "parse_span",
        (T,),
        SPAN,
        ("0.00:01:00", 60_000_000),
        ("1.02:03:04.5", 26 * HOUR + 184_500_000),
        ("-01:00:00", -HOUR),
        ("1.5h", HOUR * 3 // 2),
        ("2", 48 * HOUR),
        ("soon", None),
    ),
    cases(
        "span_text",
        (SPAN,),
        T,
        (HOUR, "01:00:00"),
        (26 * HOUR, "1.02:00:00"),
        (-1_500_000, "-00:00:01.5000000"),
        (0, "00:00:00"),
    ),
    cases(
        "format_time_letters",
        (TIME, T),
        T,
        (WHEN, "yy-MM-dd [HH:mm:ss]", "17-01-29 [09:00:05]"),
        (WHEN, "yyyy-M-dd [H:mm:ss]", "2017-1-29 [9:00:05]"),
        (WHEN, "yy-MM-dd [hh:mm:ss tt]", "17-01-29 [09:00:05 AM]"),
        (WHEN, "s.fff F", "5.123 1"),
    ),
    cases(
        "format_span_letters",
        (SPAN, T),
        T,
        (29 * 24 * HOUR + 9 * HOUR + 5_123_000, "dd.hh:mm:ss [FFF]", "29.09:00:05 [123]"),
        (HOUR, "h:mm", "1:00"),
    ),
    cases(
        "time_to_zone", (TIME, T), TIME, (SUMMER, "Europe/Berlin", SUMMER + 2 * HOUR), (SUMMER, "Nowhere/Land", None)
    ),
    cases("time_from_zone", (TIME, T), TIME, (SUMMER + 2 * HOUR, "Europe/Berlin", SUMMER)),
]


@pytest.mark.parametrize("some", EVERY, ids=lambda some: some[0].name)
def test_cases(some: list[Case]) -> None:
    check(some)
