"""What of Sigma 2.1 Sparring can do, and how: data, from which `docs/languages.md` is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How far a construct is supported."""

    FULL = "yes"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class Capability:
    """One construct: its name as written in rules, whether it is supported, and what it means here."""

    name: str
    meaning: str
    state: State = State.FULL


MODIFIERS: tuple[Capability, ...] = (
    Capability("all", "every value of the list must hold, not any"),
    Capability("base64", "the value's UTF-8 bytes in Base64"),
    Capability("base64offset", "any of the three forms the value can have inside longer Base64 text"),
    Capability("cased", "upper and lower case differ; also for `fieldref`"),
    Capability("cidr", "the field holds an address inside the network, IPv4 or IPv6"),
    Capability("contains", "the value is somewhere in the field"),
    Capability("day", "day of the month of a time (UTC); also with lt, lte, gt, gte"),
    Capability("dotall", "the same as `s`"),
    Capability("endswith", "the field ends with the value; after `re`, the expression matches at the end"),
    Capability("exists", "the field is there and not null; logs as tables do not tell null from absent", State.PARTLY),
    Capability("expand", "placeholders `%name%` are replaced by values; without values the rule is unsupported"),
    Capability("fieldref", "the field's text equals that of another field; with startswith, endswith, contains, neq"),
    Capability("gt", "greater, as numbers"),
    Capability("gte", "greater or equal, as numbers"),
    Capability("hour", "hour of a time (UTC)"),
    Capability("i", "regular expression without regard to case"),
    Capability("ignorecase", "the same as `i`"),
    Capability("lt", "less, as numbers"),
    Capability("lte", "less or equal, as numbers"),
    Capability("m", "`^` and `$` match at line breaks"),
    Capability("minute", "minute of a time (UTC)"),
    Capability("month", "month of a time (UTC)"),
    Capability("multiline", "the same as `m`"),
    Capability("neq", "none of the values; true when the field is missing"),
    Capability("re", "the regular expression is found somewhere in the field, case matters; see below"),
    Capability("s", "`.` matches line breaks too"),
    Capability("startswith", "the field starts with the value; after `re`, the expression matches at the start"),
    Capability("utf16", "UTF-16 with byte order mark, before base64; ASCII values only", State.PARTLY),
    Capability("utf16be", "UTF-16, big end first, before base64; ASCII values only", State.PARTLY),
    Capability("utf16le", "UTF-16, little end first, before base64; ASCII values only", State.PARTLY),
    Capability("week", "ISO 8601 week of a time (UTC)"),
    Capability("wide", "the same as `utf16le`", State.PARTLY),
    Capability("windash", "any of five dashes and slashes before a word; at most three in one value", State.PARTLY),
    Capability("year", "year of a time (UTC)"),
)
"""Every modifier that a rule may use; any other is an error that names the nearest."""

CONSTRUCTS: tuple[Capability, ...] = (
    Capability("values", "compared as text under Unicode case folding; numbers and booleans as their text"),
    Capability(
        "wildcards", "`*` any text, `?` one character; a backslash before `*`, `?` or a backslash makes it plain"
    ),
    Capability("null", "the field is absent or null; an empty text is neither"),
    Capability("lists of values", "any holds; with `all` every one"),
    Capability("lists of mappings", "any mapping holds; inside a mapping every field"),
    Capability("keywords", "looked for in the whole event, every value on a line of its own"),
    Capability(
        "conditions", "and, or, not, parentheses, `1 of`, `any of`, `all of`, `them`, wildcards; lists are alternatives"
    ),
    Capability("missing fields", "a predicate on a missing field is false, so its negation is true"),
    Capability("collections", "several documents in a file; references by id or name across all files of a call"),
    Capability("event_count", "rows in the time span"),
    Capability("value_count", "distinct values of one field or tuples of several"),
    Capability("value_sum", "sum of a field"),
    Capability("value_avg", "mean of a field"),
    Capability("value_median", "median of a field"),
    Capability("value_percentile", "percentile of a field; `percentile: 0 … 100`"),
    Capability("temporal", "all rules, a number of them, or a condition over their names, in any order"),
    Capability("temporal_ordered", "the same, in the order given"),
    Capability("correlation conditions", "lt, lte, gt, gte, eq, neq; several together make a range"),
    Capability("correlations of correlations", "may group only by what the inner one groups by", State.PARTLY),
    Capability("aliases", "another field name per rule"),
    Capability("generate", "without it the rules of a correlation give no alerts of their own"),
    Capability("filters", "the condition names what is excluded, or, if all under `not`, what is kept; see below"),
    Capability("taxonomy", "Sigma's own only", State.PARTLY),
)
"""Everything else that the specification has."""
