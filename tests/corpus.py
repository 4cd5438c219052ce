"""Public rules and recordings, for trying things on: beside the checkout where they are present, never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SPARRING_CORPORA", Path(__file__).resolve().parents[2] / "shared"))
SIGMA = SHARED / "corpora" / "sigma"
RECORDINGS = SHARED / "recordings"

needs_sigma = pytest.mark.skipif(not SIGMA.is_dir(), reason=f"no Sigma corpus at {SIGMA}")
"""Use with `pytest.mark.corpus`."""
