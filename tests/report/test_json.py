from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from simulator.errors import StreamError
from simulator.report import schema, write_json
from simulator.score import score
from tests.score import hand


def validate(card: object) -> None:
    jsonschema.Draft202012Validator(schema()).validate(card)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("stream", [hand.stream(), hand.stream(transfers=False), hand.without_truth()])
def test_scorecards_keep_the_schema(stream: hand.HandStream, tmp_path: Path) -> None:
    card = score(hand.alerts(), stream)
    write_json(card, tmp_path / "scorecard.json")
    read = json.loads((tmp_path / "scorecard.json").read_text())
    assert read == card.to_json()
    validate(read)


def test_every_name_a_scorecard_uses_is_in_the_schema() -> None:
    card = score(hand.alerts(), hand.stream()).to_json()
    known = schema()
    assert card.keys() == known["properties"].keys()
    for kind in ("rule", "scenario", "technique"):
        for one in card[kind + "s"]:
            assert one.keys() == known["$defs"][kind]["properties"].keys() == set(known["$defs"][kind]["required"])


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("precision", {"value": 2, "low": 0, "high": 1, "n": 1}),
        ("precision", {"value": 0.5, "unmeasured": "both"}),
        ("recall", None),
        ("tp", -1),
        ("scope", {"by": "guess", "scenarios": [], "reason": ""}),
    ],
)
def test_the_schema_refuses_what_is_wrong(key: str, wrong: object) -> None:
    card = score(hand.alerts(), hand.stream()).to_json()
    card["rules"][0][key] = wrong
    with pytest.raises(jsonschema.ValidationError):
        validate(card)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "scorecard.json").mkdir()
    with pytest.raises(StreamError, match=r"cannot write .*scorecard\.json"):
        write_json(score(hand.alerts(), hand.stream()), tmp_path / "scorecard.json")
    assert [path.name for path in tmp_path.iterdir()] == ["scorecard.json"]
