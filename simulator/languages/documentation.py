"""Writes docs/languages.md: hand-written chapters from docs/languages.template, tables from what the languages list.

A line `<!-- capabilities: NAME -->` of the template stands for the tables of `simulator.languages.NAME.capability`.
Run `python -m simulator.languages.documentation` after a change of either; a test holds the page to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from simulator.languages.capability import Entry

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEMPLATE = DOCS / "languages.template"
PAGE = DOCS / "languages.md"

_MARK = re.compile(r"<!-- capabilities: (\w+)(?: (\w+))? -->")


def page(template: str) -> str:
    """The page that a template makes."""
    return _MARK.sub(lambda found: _table(found[1], found[2]), template)


def _table(language: str, part: str | None) -> str:
    if find_spec(f"simulator.languages.{language}.capability") is None:
        return "What of it runs is not listed yet."
    module = import_module(f"simulator.languages.{language}.capability")
    if part is not None:  # Sigma's two tables are older than the others and have columns of their own
        rows = (
            f"| {f'`{one.name}`' if part == 'MODIFIERS' else one.name} | {one.state.value} | {one.meaning} |"
            for one in getattr(module, part)
        )
        return "\n".join((f"| {part.lower()[:-1]} | supported | meaning |", "|---|---|---|", *rows))
    entries: tuple[Entry, ...] = module.CAPABILITIES
    return "\n\n".join(_of_kind(kind, entries) for kind in dict.fromkeys(one.kind for one in entries))


def _of_kind(kind: str, entries: Iterable[Entry]) -> str:
    rows = (f"| {_code(one.name)} | {one.state.value} | {_cell(one.note)} |" for one in entries if one.kind == kind)
    return "\n".join((f"| {kind} | runs | how |", "|---|---|---|", *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(name: str) -> str:
    return f"`` {_cell(name)} ``" if "`" in name else f"`{_cell(name)}`"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
