import pytest

from simulator.scenario.units import duration, size


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12 GiB", 12 * 2**30),
        ("8MiB", 8 * 2**20),
        ("1.5 kB", 1500),
        ("8 MiB/s", 8 * 2**20),
        ("17", 17),
        ("x", None),
        ("3 s", None),
    ],
)
def test_sizes(text: str, wanted: float | None) -> None:
    assert size(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5 s", 5_000_000),
        ("200 ms", 200_000),
        ("2 h", 7_200_000_000),
        ("1.5 min", 90_000_000),
        ("5", None),
        ("5 GiB", None),
    ],
)
def test_durations(text: str, wanted: float | None) -> None:
    assert duration(text) == wanted
