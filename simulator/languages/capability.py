"""What a language can run, as data: docs/languages.md is made of it, and the lowering looks things up in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Whether a construct runs."""

    FULL = "yes"
    LIMITED = "within limits"
    NONE = "no"


@dataclass(frozen=True, slots=True)
class Entry:
    """A construct of a language: its `kind` (command, operator, function, aggregate, rule type …), its name as the
    language spells it, whether it runs, and within which limits or why not."""

    kind: str
    name: str
    state: State = State.FULL
    note: str = ""
