"""Macros. Sources: Knowledge Manager Manual, "Define search macros in Settings", "Use search macros in searches";
comments: Search Manual, "Add comments to searches"."""

from __future__ import annotations

import pytest

from simulator.errors import LocatedError
from simulator.languages.embedded import whole
from simulator.languages.spl.macros import Macro, expand
from simulator.languages.spl.source import plain, without_comments
from tests.languages.spl.finding import compiled, found

MACROS = {
    (macro.name, len(macro.arguments)): macro
    for macro in (
        Macro("plain", "a=1 OR a=2"),
        Macro("one", "x=$field$", ("field",)),
        Macro("two", "$f$=$v$", ("f", "v")),
        Macro("nested", "`plain` `one(z)`"),
        Macro("passes", "`one($it$)`", ("it",)),
        Macro("offset", '"-70m@m"'),
        Macro("round", "`round`"),
    )
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`plain` b=3", "a=1 OR a=2 b=3"),
        ("`one(y)`", "x=y"),
        ('`one("a, b")`', "x=a, b"),  # a quoted argument comes without its quotes
        ("`two(f, v)`", "f=v"),
        ("`nested`", "a=1 OR a=2 x=z"),
        ("`passes(q)`", "x=q"),
        ("| `anything_filter`", "| search *"),
        ('x="`offset`"', 'x="-70m@m"'),
        ('replace(x, "`", "")', 'replace(x, "`", "")'),  # a backtick in quotes that calls nothing
        ("a ```comment | `unknown` ``` b", "a" + " " * 28 + "b"),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    source = without_comments(plain(whole("s.spl", text)))
    assert expand(source, MACROS).text == expected


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a=1 `plan`", 5, "the macro 'plan' is not defined, did you mean 'plain'?"),
        ("`one(a, b)`", 1, "the macro 'one' takes 1 arguments, 2 are given"),
        ("`round`", 1, "the macro 'round' uses itself"),
        ("a=1 ```open", 5, "this comment does not end"),
    ],
)
def test_errors_point_at_the_call(text: str, column: int, message: str) -> None:
    with pytest.raises(LocatedError) as error:
        expand(without_comments(plain(whole("s.spl", text))), MACROS)
    assert error.value.location.column == column
    assert error.value.message.split("\n")[0] == message


def test_an_error_inside_a_macro_points_at_its_call() -> None:
    with pytest.raises(LocatedError) as error:
        compiled("sourcetype=test | `bad`", [Macro("bad", "eval x=nonsense(1)")])
    assert error.value.location.column == 19
    assert "nonsense" in error.value.message


def test_macros_of_a_file_go_before_those_that_are_bundled() -> None:
    own = Macro("drop_dm_object_name", "eval seen=1", ("object",))
    events = [{"sourcetype": "test", "n": "1"}]
    assert found("sourcetype=test | `drop_dm_object_name(X)` | table seen", events, macros=[own]) == [{"seen": 1}]


def test_data_sources_have_macros_of_their_own() -> None:
    made = compiled("`sysmon` EventCode=1 | `x_filter`")
    assert [warning.message for warning in made.warnings] == [
        "the table splunk.XmlWinEventLog or splunk.WinEventLog is not known; its fields are those the search names, "
        "as texts"
    ]
