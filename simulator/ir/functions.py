"""What the functions of `Call`, `Measure` and `Window` mean: name -> meaning. How they run is the engine's
(`simulator/engine/functions/`), which has an entry for each of these names and no others.

A name says the meaning, not the vendor; where vendors differ there are several names. Null in, null out, unless it says
otherwise. Positions count from 0 unless it says otherwise.
"""

from __future__ import annotations

FUNCTIONS: dict[str, str] = {
    # Conditions
    "if": "(BOOLEAN, x, x) -> x: the second where the first is true, else (false or null) the third; nulls pass",
    "coalesce": "(x, x, …) -> x: the first that is not null; nulls pass",
    "equal": "(x, x) -> BOOLEAN: equal values of one kind; texts by code point",
    "less": "(x, x) -> BOOLEAN: strictly before, in the order of `Key`",
    "and": "(BOOLEAN, …) -> BOOLEAN: three-valued",
    "or": "(BOOLEAN, …) -> BOOLEAN: three-valued",
    "not": "(BOOLEAN) -> BOOLEAN",
    "is_null": "(x) -> BOOLEAN: never null",
    # Numbers
    "add": "(INTEGER, INTEGER) -> INTEGER or (REAL, REAL) -> REAL or (TIME, SPAN) -> TIME or (SPAN, SPAN) -> SPAN",
    "subtract": "as `add`, and (TIME, TIME) -> SPAN; overflow of 64 bits is null",
    "multiply": "(INTEGER, INTEGER) -> INTEGER or (REAL, REAL) -> REAL",
    "divide": "(REAL, REAL) -> REAL: by zero is null",
    "floor": "(REAL) -> REAL",
    # Conversions
    "to_text": "(x) -> TEXT as `engine.text.text_of` writes it",
    "to_integer": "(TEXT) -> INTEGER: decimal or 0x hexadecimal, else null; (REAL) towards zero",
    "to_real": "(TEXT or INTEGER) -> REAL: decimal number, else null",
    "to_time": "(TEXT) -> TIME: ISO 8601, else null; (INTEGER) microseconds since 1970",
    # Texts
    "length": "(TEXT) -> INTEGER: in characters (code points)",
    "lower": "(TEXT) -> TEXT: Unicode lower case, as str.lower",
    "upper": "(TEXT) -> TEXT: as str.upper",
    "concat": "(TEXT, …) -> TEXT: null if any is",
    "substring": "(TEXT, INTEGER from, INTEGER length) -> TEXT: a negative start or length counts as 0",
}
"""Functions of values of one row."""

AGGREGATES: dict[str, str] = {
    "count": "() or (x) -> INTEGER: rows, or rows where x is not null",
    "sum": "(INTEGER) -> INTEGER or (REAL) -> REAL or (SPAN) -> SPAN: null over none",
    "average": "(REAL) -> REAL: null over none",
    "minimum": "(x) -> x: null over none",
    "maximum": "(x) -> x: null over none",
    "distinct_count": "(x, …) -> INTEGER: different combinations without a null; exact",
    "list": "(x) -> list of x, in `order` (default: time, evidence)",
    "any": "(x) -> x: the first that is not null in `order` (default: time, evidence)",
    "last": "(x) -> x: the last that is not null in `order` (default: time, evidence)",
    "at_maximum": "(value, key) -> the value (nulls pass) in the row with the greatest key that is not null",
    "at_minimum": "(value, key) -> the value (nulls pass) in the row with the smallest key that is not null",
}
"""Functions of the rows of a group."""

RANKINGS: dict[str, str] = {
    "row_number": "() -> INTEGER: the row's place among all rows of its `by` values, from 1, whatever the frame",
    "previous": "(x, INTEGER literal n) -> x: the value n rows before, null where there is none",
    "next": "(x, INTEGER literal n) -> x: the value n rows after, null where there is none",
}
"""Functions that only `Window` has."""
