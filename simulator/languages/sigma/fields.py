"""Fields of a category -> columns of a table that names or writes them differently.

A field that a table lacks keeps its name: the column is absent there, which is null to every predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache

from simulator.ir import (
    And,
    Cidr,
    Compare,
    Expr,
    FieldPair,
    Glob,
    IsNull,
    Leaf,
    Like,
    Not,
    Op,
    Or,
    Regex,
    TimePart,
    Wild,
)
from simulator.languages.predicates import FALSE, all_of, any_of, glob, like, negated


@dataclass(frozen=True, slots=True)
class Renaming:
    """How one table differs: `names` are other names for the same value, `rewrites` say by field what a predicate on it
    means where the value itself is written differently."""

    names: Mapping[str, str] = field(default_factory=dict)
    rewrites: Mapping[str, Callable[[Leaf], Expr | None]] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The column that holds field `name`."""
        return self.names.get(name, name)

    def apply(self, expr: Expr) -> Expr:
        """`expr` as this table must be asked."""
        if not self.names and not self.rewrites:
            return expr
        match expr:
            case And(items):
                return all_of(self.apply(item) for item in items)
            case Or(items):
                return any_of(self.apply(item) for item in items)
            case Not(item):
                return negated(self.apply(item))
            case FieldPair(left, right):
                return replace(expr, left=self.column(left), right=self.column(right))
            case Like(name) | Regex(name) | Cidr(name) | Compare(name) | IsNull(name) | TimePart(name):
                rewrite = self.rewrites.get(name)
                rewritten = rewrite(expr) if rewrite else None
                return rewritten if rewritten is not None else self._named(expr, name)
            case _:
                return expr

    def _named(self, leaf: Leaf, name: str) -> Expr:
        if name not in self.names:
            return leaf
        if isinstance(leaf, Like):
            return like(self.names[name], leaf.glob, leaf.case)
        return replace(leaf, field=self.names[name])  # type: ignore[arg-type]


NONE = Renaming()

LEVELS = {"critical": "1", "error": "2", "warning": "3", "information": "4", "informational": "4", "verbose": "5"}
"""Names that Event Viewer shows for the numbers in a Windows event's Level.
Source: winmeta.xml of the Windows SDK (winlevel)."""


def _level(leaf: Leaf) -> Expr | None:
    """A rule may give a level by its name; the event has the number."""
    match leaf:
        case Like(glob=(str(name),)) if name.lower() in LEVELS:
            return any_of((leaf, like("Level", (LEVELS[name.lower()],))))
        case _:
            return None


CHANNEL = Renaming(rewrites={"Level": _level})
"""Any Windows channel, asked as such."""

MALWARE_EVENTS = (1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119)
DEFENDER = Renaming(names={"Signature": "Threat Name", "Filename": "Path"})
"""The events in which Defender tells of malware, and its names for the fields of category antivirus.
Source: Microsoft Learn, "Review event logs and error codes to troubleshoot issues with Microsoft Defender
Antivirus"."""

INTEGRITY = {
    "Untrusted": "S-1-16-0",
    "Low": "S-1-16-4096",
    "Medium": "S-1-16-8192",
    "MediumPlus": "S-1-16-8448",
    "High": "S-1-16-12288",
    "System": "S-1-16-16384",
    "ProtectedProcess": "S-1-16-20480",
}
"""Sysmon's names of integrity levels, and the SIDs that 4688's MandatoryLabel has for them.
Source: Microsoft Learn, "4688(S): A new process has been created" and "Well-known SIDs"."""


def _integrity(leaf: Leaf) -> Expr | None:
    """A pattern over Sysmon's names (or over SIDs) means the labels whose name or SID it matches."""
    if not isinstance(leaf, Like):
        return None
    pattern = _fnmatch(leaf.glob)
    labels = (sid for name, sid in INTEGRITY.items() if _matches(pattern, name) or _matches(pattern, sid))
    return any_of(like("MandatoryLabel", (sid,)) for sid in labels)


def _process_id(column: str) -> Callable[[Leaf], Expr | None]:
    """Sysmon writes process ids in decimal, 4688 in hexadecimal (`0x1794`)."""

    def rewrite(leaf: Leaf) -> Expr | None:
        match leaf:
            case Like(glob=(str(text),)) if text.isascii() and text.isdecimal():
                return like(column, (hex(int(text)),))
            case Compare(op=Op.EQ, value=int(value)) if value >= 0:
                return like(column, (hex(value),))
            case _:
                return None

    return rewrite


def _user(leaf: Leaf) -> Expr | None:
    r"""Sysmon's User is `DOMAIN\name` of the new process; 4688 has them apart, in Target when they differ from the
    creator's, else (Target is `-`) in Subject."""
    if isinstance(leaf, IsNull):
        return IsNull("SubjectUserName")
    if not isinstance(leaf, Like):
        return None
    splits = tuple(_splits(leaf.glob))

    def among(domain: str, name: str) -> Expr:
        return any_of(all_of((like(domain, left, leaf.case), like(name, right, leaf.case))) for left, right in splits)

    if not splits:
        return FALSE
    other = all_of((negated(like("TargetUserName", ("-",))), negated(IsNull("TargetUserName"))))
    return any_of(
        (
            all_of((other, among("TargetDomainName", "TargetUserName"))),
            all_of((negated(other), among("SubjectDomainName", "SubjectUserName"))),
        )
    )


def _splits(pattern: Glob) -> list[tuple[Glob, Glob]]:
    r"""All ways in which the one backslash of `DOMAIN\name` can stand in `pattern`: as itself, or under a wildcard.
    Neither half has a backslash, so a pattern with two literal ones has no way."""
    pieces: list[str | Wild] = []
    for part in pattern:
        if isinstance(part, Wild):
            pieces.append(part)
        else:
            first, *rest = part.split("\\")
            pieces.append(first)
            for text in rest:
                pieces.extend(("\\", text))
    literal = [index for index, piece in enumerate(pieces) if piece == "\\"]
    if len(literal) > 1:
        return []
    found = []
    for index in literal or [index for index, piece in enumerate(pieces) if isinstance(piece, Wild)]:
        kept = (Wild.ANY,) if pieces[index] is Wild.ANY else ()
        found.append((glob((*pieces[:index], *kept)), glob((*kept, *pieces[index + 1 :]))))
    return found


def _fnmatch(pattern: Glob) -> str:
    return "".join(part.value if isinstance(part, Wild) else part.replace("[", "[[]") for part in pattern).casefold()


@lru_cache(maxsize=1024)
def _matches(pattern: str, text: str) -> bool:
    return fnmatchcase(text.casefold(), pattern)


SECURITY_4688 = Renaming(
    names={
        "Image": "NewProcessName",
        "ParentImage": "ParentProcessName",
        "ProcessId": "NewProcessId",
        "ParentProcessId": "ProcessId",
        "LogonId": "SubjectLogonId",
        "IntegrityLevel": "MandatoryLabel",
    },
    rewrites={
        "IntegrityLevel": _integrity,
        "ProcessId": _process_id("NewProcessId"),
        "ParentProcessId": _process_id("ProcessId"),
        "User": _user,
    },
)
"""process_creation in Security 4688. It has no OriginalFileName, Description, Product, Company, Hashes,
ParentCommandLine, CurrentDirectory or GUIDs: those are null there."""
