"""Functions that only windows have."""

from __future__ import annotations

from typing import Any

from simulator.engine.functions.model import Ranking
from simulator.engine.functions.templates import filled


def _away(rows: list[tuple[Any, ...]], place: int, sign: int) -> Any:
    place += sign * rows[place][1]
    return rows[place][0] if 0 <= place < len(rows) else None


RANKINGS = (
    Ranking("row_number", lambda _rows, place: place + 1, lambda args: filled("row_number()", args)),
    Ranking("previous", lambda rows, place: _away(rows, place, -1), lambda args: filled("lag(_0, _1)", args)),
    Ranking("next", lambda rows, place: _away(rows, place, 1), lambda args: filled("lead(_0, _1)", args)),
)
