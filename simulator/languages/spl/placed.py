"""Where each character of a query stands in a YAML file, folded scalars included."""

from __future__ import annotations

from simulator.languages.embedded import Query, inside

_SPACE = " \t\r\n"


def placed(path: str, file: str, value: str, line: int, column: int) -> Query:
    """`value`, the scalar that begins at `line` and `column` of `file`, as a query with the file's own lines: where
    YAML folded a line break to a space, the text of the query has a line break again. Only for places and for
    showing; what is parsed is `value`, which is as long, character by character."""
    lines = file.split("\n")
    at = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    starts: list[tuple[int, int]] = []
    text: list[str] = []
    found = _first(file, at, value)
    if found is None:
        return inside(path, file, value, line)
    at = found
    starts.append(_place(file, at))
    index = 0
    while index < len(value):
        char = value[index]
        if char in _SPACE:
            end, stop = _run(value, index), _run(file, at)
            if "\n" in file[at:stop] and "\n" not in value[index:end]:
                text.append(value[index : end - 1] + "\n")
            else:
                text.append(value[index:end])
            starts.extend(_place(file, stop) for mark in text[-1] if mark == "\n")
            index, at = end, stop
            continue
        if file[at : at + 1] == "\\" and file[at + 1 : at + 2] == "\n":  # A line that goes on in double quotes.
            at = _run(file, at + 1)
            continue
        size = _written(file, at, char)
        if size is None:
            return inside(path, file, value, line)
        text.append(char)
        at += size
        index += 1
    return Query(path, "".join(text), tuple(starts))


def _first(file: str, at: int, value: str) -> int | None:
    """Where the first character of the value stands: behind quotes or a block's mark."""
    head = value[:1]
    if not head:
        return None
    if file[at : at + 1] in ("|", ">"):
        at = file.find("\n", at) + 1
        if head not in _SPACE:
            at = _run(file, at)
    elif file[at : at + 1] in ("'", '"'):
        at += 1
    return at


def _run(text: str, at: int) -> int:
    """The end of the white space that begins at `at`."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _written(file: str, at: int, char: str) -> int | None:
    """How many characters of the file stand for `char`."""
    if file[at : at + 1] == char and not (char == "\\" and file[at + 1 : at + 2] == "\\"):
        return 2 if char == "'" and file[at + 1 : at + 2] == "'" else 1
    if file[at : at + 1] == "\\":
        return 2
    return 1 if file[at : at + 1] == char else None


def _place(file: str, at: int) -> tuple[int, int]:
    line = file.count("\n", 0, at) + 1
    return line, at - file.rfind("\n", 0, at)
