"""docs/languages.md says what the languages list, all of it, and nothing else."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

import simulator.languages
from simulator.languages.capability import Entry, State
from simulator.languages.documentation import PAGE, TEMPLATE, page


def test_the_page_is_current() -> None:
    made = page(TEMPLATE.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == made, "run: python -m simulator.languages.documentation"


def test_every_language_that_lists_what_it_can_do_has_a_chapter() -> None:
    named = set(re.findall(r"<!-- capabilities: (\w+)", TEMPLATE.read_text(encoding="utf-8")))
    folders = [one.name for one in iter_modules(simulator.languages.__path__) if one.ispkg]
    listing = {name for name in folders if "capability" in _modules(name)}
    assert named >= listing


def test_what_does_not_run_says_why() -> None:
    for name in ("esql", "eql", "kuery", "elastic"):
        entries: tuple[Entry, ...] = import_module(f"simulator.languages.{name}.capability").CAPABILITIES
        assert not [one.name for one in entries if one.state is State.NONE and not one.note]


def _modules(name: str) -> list[str]:
    package = import_module(f"simulator.languages.{name}")
    return [one.name for one in iter_modules(package.__path__)]
