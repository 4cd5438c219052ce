"""The list of capabilities is complete, and the documentation says what it says."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.ir import CorrelationKind
from simulator.languages.sigma.capability import CONSTRUCTS, MODIFIERS
from simulator.languages.sigma.detection import MODIFIERS as UNDERSTOOD

DOC = Path(__file__).parents[3] / "docs" / "languages.md"


def test_every_modifier_that_is_understood_is_listed():
    assert [one.name for one in MODIFIERS] == sorted(UNDERSTOOD)


def test_every_kind_of_correlation_is_listed():
    assert {kind.value for kind in CorrelationKind} <= {one.name for one in CONSTRUCTS}


def test_the_documentation_has_the_same_tables():
    chapter = DOC.read_text(encoding="utf-8").partition("\n## Sigma\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (yes|partly) \| (.+) \|$", chapter, re.MULTILINE)
    assert rows == [
        *((f"`{one.name}`", one.state.value, one.meaning) for one in MODIFIERS),
        *((one.name, one.state.value, one.meaning) for one in CONSTRUCTS),
    ]
