"""Lists of columns as short text, for the modules that list a vendor's tables.

`Name` is a text column; `Name:int` (any of `KINDS`) one of another kind.
"""

from __future__ import annotations

from simulator.tables.model import Column, Type

KINDS: dict[str, Type] = {
    "int": Type.INTEGER,
    "real": Type.REAL,
    "bool": Type.BOOLEAN,
    "time": Type.TIME,
    "dyn": Type.DYNAMIC,
    "texts": Type.TEXTS,
    "ints": Type.INTEGERS,
    "times": Type.TIMES,
    "text": Type.TEXT,
}
"""Suffixes of column names and what they stand for."""


def columns(*texts: str) -> tuple[Column, ...]:
    """The columns that `texts` list, each once, in their order. A later mention of a name says its kind."""
    kinds: dict[str, Type] = {}
    for word in " ".join(texts).split():
        name, _, kind = word.rpartition(":") if ":" in word else (word, "", "text")
        kinds[name] = KINDS[kind]
    return tuple(Column(name, kind) for name, kind in kinds.items())
