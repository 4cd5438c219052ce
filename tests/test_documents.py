from pathlib import Path

import pytest

from simulator.documents import MAX_DEPTH, load, parse
from simulator.errors import InvalidScenario


def test_every_value_and_key_has_a_place() -> None:
    document = parse(b"a: 1\nb:\n  - c: x\n", "f.yaml")
    assert document.value == {"a": 1, "b": [{"c": "x"}]}
    assert str(document.at(("b", 0, "c"))) == "f.yaml:3:8"
    assert str(document.at(("b", 0, "c"), key=True)) == "f.yaml:3:5"
    assert str(document.at(("b", 0, "absent"))) == "f.yaml:3:5"


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(f'*{chr(97 + i)}' for _ in range(10))}]\n".encode() for i in range(8)
)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (BOMB, "values once aliases are expanded"),
        (b"a: &a [*a]\n", f"nested deeper than {MAX_DEPTH} levels"),
        (b"[" * 500_000, "f.yaml:1:41: is nested deeper than"),
        (b"- " * 500_000, "f.yaml:1:81: is nested deeper than"),
        (b"a: 1\na: 2\n", "f.yaml:2:1: the key 'a' stands here twice"),
        (b"a: !!python/object/apply:os.system [ls]\n", "f.yaml:1:4"),
        (b"a: !!binary aGk=\n", "tag 'binary' is not allowed"),
        (b"a: [1\nb: 2\n", "is not YAML"),
        (b"a: \xff\n", "is not UTF-8"),
        (b"? [a, b]\n: 1\n", "a key must be plain text"),
    ],
)
def test_hostile_or_broken_yaml_is_an_error_with_a_place(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidScenario, match=r"^f\.yaml") as caught:
        parse(raw, "f.yaml")
    assert said in str(caught.value)


def test_dates_and_keys_stay_text() -> None:
    assert parse(b"when: 2026-03-02\nyes: no\n", "f").value == {"when": "2026-03-02", "yes": False}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidScenario, match="cannot be read"):
        load(tmp_path / "absent.yaml")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a" * (5 << 20))
    with pytest.raises(InvalidScenario, match="larger than"):
        load(path)
