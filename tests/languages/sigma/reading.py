"""Short ways from YAML to what it means."""

from __future__ import annotations

import textwrap
from pathlib import Path

from simulator.ir import Expr, Filter, Relation, Ruleset
from simulator.languages import load_rules

HEAD = "title: A rule\nlogsource: {product: zeek, service: http}\n"


def load(folder: Path, text: str, **more: object) -> Ruleset:
    """The rules of one file `rule.yml` with this text."""
    path = folder / "rule.yml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_rules([path], **more)


def plan(folder: Path, text: str, **more: object) -> Relation:
    """The plan of a file with one rule, which must be in order."""
    ruleset = load(folder, text, **more)
    assert not ruleset.problems, ruleset.problems
    (rule,) = ruleset.rules
    return rule.plan


def where(folder: Path, detection: str, **more: object) -> Expr:
    """What a `detection:` section says, read in a table that renames nothing."""
    made = plan(folder, HEAD + "detection:\n" + textwrap.indent(textwrap.dedent(detection), "  "), **more)
    assert isinstance(made, Filter)
    return made.where


def selection(folder: Path, item: str, **more: object) -> Expr:
    """What one selection says."""
    body = textwrap.indent(textwrap.dedent(item).strip("\n"), "    ")
    return where(folder, f"sel:\n{body}\ncondition: sel\n", **more)


def told(ruleset: Ruleset) -> list[str]:
    """All problems as `line:column status message`, warnings as `warning`."""
    return [
        f"{p.location.line}:{p.location.column} {'warning' if p.warning else p.status.value}: {p.message}"
        for p in ruleset.problems
    ]
