"""scorecard.json and its JSON Schema."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from simulator.score import Scorecard
from simulator.whole import whole_file


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of scorecard.json."""
    found: dict[str, Any] = orjson.loads(files("simulator.report").joinpath("scorecard.schema.json").read_bytes())
    return found


def write_json(scorecard: Scorecard, path: Path) -> None:
    """Write scorecard.json to `path`, whole or not at all. Raises StreamError where that fails."""
    text = orjson.dumps(scorecard.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    with whole_file(path) as partial:
        partial.write_bytes(text)
