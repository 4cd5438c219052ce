"""Names of people and of the company: drawn by Faker once for each world, never per event."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from simulator import draw

_LOCALES = ("en_GB", "de_DE", "en_US", "fr_FR", "pl_PL")
_POOL = 400

DEPARTMENTS = ("Sales", "Finance", "Operations", "Marketing", "Legal", "Human Resources", "Research", "Support")


@dataclass(frozen=True, slots=True)
class People:
    """Texts for each person, in order."""

    first: list[str]
    last: list[str]
    account: list[str]


def people(ids: draw.Ids, seed: int) -> People:
    """First and last names and a unique account name for each identity."""
    from faker import Faker

    fake = Faker(list(_LOCALES))
    fake.seed_instance(seed)
    firsts = list(dict.fromkeys(fake.first_name() for _ in range(_POOL)))
    lasts = list(dict.fromkeys(fake.last_name() for _ in range(_POOL)))
    first = [firsts[i] for i in draw.choice(ids, len(firsts), "first name")]
    last = [lasts[i] for i in draw.choice(ids, len(lasts), "last name")]
    return People(first, last, _accounts(first, last))


def company_name(seed: int) -> str:
    """The company's name, in plain ASCII words."""
    from faker import Faker

    fake = Faker("en_GB")
    fake.seed_instance(seed)
    kinds = ("Logistics", "Engineering", "Foods", "Insurance", "Textiles", "Instruments", "Publishing", "Energy")
    kind = kinds[int(draw.choice(np.array([seed], np.uint64), len(kinds), "company kind")[0])]
    return f"{plain(fake.last_name()).title()} {kind}"


def _accounts(first: list[str], last: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    made: list[str] = []
    for one, other in zip(first, last, strict=True):
        name = f"{plain(one)}.{plain(other)}"[:17]
        count = seen.get(name, 0)
        seen[name] = count + 1
        made.append(f"{name}{count + 1}" if count else name)
    return made


def plain(text: str) -> str:
    """Lower-case ASCII letters and digits of a name, as account names are made."""
    spelled = text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ø", "o")
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "".join(c for c in bare.lower() if c.isalnum())
