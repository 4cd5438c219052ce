"""Which rule languages there are. A new language is a folder beside `sigma/` and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.languages import sigma
from simulator.languages.files import Loaded, RuleFile

Placeholders = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Language:
    """A rule language: the suffixes of its files, whether a text looks like one of its rules (or of the files that go
    with them), and what makes rules of all its files together."""

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[str], bool]
    load: Callable[[Sequence[RuleFile], Placeholders], Loaded]


LANGUAGES: tuple[Language, ...] = (Language("sigma", (".yml", ".yaml"), sigma.sniff, sigma.load),)
