import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.template import FILTERS, Ref, TemplateError, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("",)),
        ("plain", ("plain",)),
        ("{a}", (Ref("a"),)),
        ("{user.home}\\{binary|lower|stem}.x", (Ref("user.home"), "\\", Ref("binary", ("lower", "stem")), ".x")),
        ("if (x) {{ {y} }}", ("if (x) { ", Ref("y"), " }")),
        ("{{}}", ("{}",)),
        ("{a-b_c.d}", (Ref("a-b_c.d"),)),
    ],
)
def test_templates(text: str, parts: tuple[str | Ref, ...]) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize(
    "text", ["{", "}", "a } b", "{a", "{a b}", "{}", "{a|nonsense}", "{__class__}", "{a[0]}", "{a!r}", "{0}"]
)
def test_what_is_no_template(text: str) -> None:
    with pytest.raises(TemplateError):
        parse(text)


@given(st.text())
def test_doubled_braces_give_the_text_back(text: str) -> None:
    assert "".join(map(str, parse(text.replace("{", "{{").replace("}", "}}")))) == text


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("basename", "C:\\a\\b.exe", "b.exe"),
        ("basename", "/usr/bin/x", "x"),
        ("stem", "C:\\a\\b.tar.gz", "b.tar"),
        ("dirname", "C:\\a\\b.exe", "C:\\a"),
        ("slashes", "a\\b", "a/b"),
        ("url", "a b/c", "a%20b%2Fc"),
        ("base64", "hi", "aGk="),
        ("base64-utf16", "hi", "aABpAA=="),
        ("int", "3.7", "3"),
        ("upper", "straße", "STRASSE"),
    ],
)
def test_filters(name: str, text: str, wanted: str) -> None:
    assert FILTERS[name](text) == wanted
