"""No literal is overlooked, wherever it stands in the bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from simulator.engine.columns import fold_texts
from simulator.engine.grams import Anchor, LiteralIndex

LITERAL = "kpwzsqvyxgjmtbrdhfcnlo0987"


def _index(*probes: tuple[Anchor, str]) -> LiteralIndex:
    anchors, literals = zip(*probes, strict=True)
    return LiteralIndex(np.array(anchors, np.int64), fold_texts(pa.array(literals)))


@pytest.mark.parametrize("length", range(4, 21))
def test_an_inner_literal_is_found_at_every_place(length: int) -> None:
    literal = LITERAL[:length]
    texts = ["é" * (place % 2) + "-" * place + literal + "+" * (place % 5) for place in range(40)] + [literal[1:], ""]
    found, _ = _index((Anchor.INNER, literal)).scan(fold_texts(pa.array(texts)))
    assert sorted(set(found.tolist())) == list(range(40))


@pytest.mark.parametrize("length", range(15))
def test_anchored_literals_stand_where_they_should(length: int) -> None:
    literal = LITERAL[:length]
    texts = [literal, literal + "+", "+" + literal, literal[1:], "x" * length, "", None]
    probes = [(Anchor.WHOLE, literal)]
    if length >= 4:
        probes += [(Anchor.HEAD, literal), (Anchor.TAIL, literal)]
    found = _index(*probes).scan(fold_texts(pa.array(texts)))
    pairs = {(texts[text], probe) for text, probe in zip(*map(np.ndarray.tolist, found), strict=True) if texts[text]}
    expected = {(text, 0) for text in texts if text == literal and text}
    if length >= 4:
        expected |= {(text, 1) for text in texts if text and text.startswith(literal)}
        expected |= {(text, 2) for text in texts if text and text.endswith(literal)}
    assert pairs == expected


def test_a_literal_across_two_texts_is_none() -> None:
    texts = pa.array(["--abcdefgh", "ijklmnop--", "abcdefghijklmnop"])
    found, _ = _index((Anchor.INNER, "efghijkl"), (Anchor.INNER, "ghijk")).scan(fold_texts(texts))
    assert set(found.tolist()) == {2}


def test_texts_beyond_ascii_are_found_under_case_folding() -> None:
    texts = pa.array(["in der STRASSE hier", "in der Straße hier", "nothing", "ſtraſſe hier"]).slice(1)
    found, _ = _index((Anchor.INNER, "strasse h")).scan(fold_texts(texts))
    assert sorted(set(found.tolist())) == [0, 2]
