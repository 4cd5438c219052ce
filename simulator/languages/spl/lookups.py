"""Lookup tables: definitions (security_content's YAML: name, filename or collection, match_type …) and CSV files.

Source: https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Usefieldlookupstoaddinformationtoyourevents and
transforms.conf.spec: `match_type = WILDCARD(field), CIDR(field)`, `case_sensitive_match` (default true),
`default_match` with `min_matches`, `max_matches`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

MAX_BYTES = 8 << 20
MAX_ROWS = 50_000
_MATCH = re.compile(r"\s*(WILDCARD|CIDR|EXACT)\s*\(\s*([^)]*?)\s*\)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A lookup table as it is defined. `file` is its CSV file; None is a collection, or a file that is not there."""

    name: str
    file: Path | None = None
    match_types: Mapping[str, str] = field(default_factory=dict)
    case_sensitive: bool = True
    default_match: str | None = None
    min_matches: int = 0
    fields: tuple[str, ...] = ()

    def rows(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
        """Column names and rows of the file, None where there is none that can be read."""
        return read_csv(self.file) if self.file is not None else None


Lookups = Mapping[str, LookupTable]
"""Lookup tables by lower-case name (with and without `.csv`)."""


@lru_cache(maxsize=64)
def read_csv(path: Path) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    """Header and rows of a CSV file within limits, or None."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    try:
        lines = list(csv.reader(text.splitlines()))
    except csv.Error:
        return None
    if not lines or len(lines) > MAX_ROWS:
        return None
    header = tuple(name.strip() for name in lines[0])
    rows = tuple(tuple((*line, *[""] * len(header))[: len(header)]) for line in lines[1:] if line)
    return header, rows


def match_types(text: str) -> dict[str, str]:
    """`WILDCARD(a), CIDR(b)` as a mapping of field to kind in lower case."""
    found: dict[str, str] = {}
    for part in re.findall(r"\w+\s*\([^)]*\)", text):
        match = _MATCH.fullmatch(part)
        if match:
            for name in match[2].split(","):
                found[name.strip()] = match[1].lower()
    return found
