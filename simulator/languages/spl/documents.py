"""What a file is: a rule, a macro, a lookup table (security_content's YAML, Splunk's .conf, bare .spl)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from simulator import documents
from simulator.errors import InvalidRule, InvalidScenario, Location
from simulator.languages.embedded import Query, whole
from simulator.languages.files import RuleFile
from simulator.languages.spl.conf import Stanza, stanzas
from simulator.languages.spl.lookups import LookupTable, match_types
from simulator.languages.spl.macros import Macro
from simulator.languages.spl.placed import placed
from simulator.languages.spl.schedules import Timing, thresholds

_KEY = r"""^["']?{}["']?[ \t]*:"""
_NAME = re.compile(_KEY.format("name"), re.MULTILINE)
_SEARCH = re.compile(_KEY.format("search"), re.MULTILINE)
_DEFINITION = re.compile(_KEY.format("definition"), re.MULTILINE)
_LOOKUP = re.compile(_KEY.format("(?:filename|collection|lookup_type|external_cmd)"), re.MULTILINE)
_STANZA = re.compile(r"^\[[^\]]+\][ \t]*$", re.MULTILINE)
_SETTING = re.compile(r"^(?:search|definition|filename|collection|external_cmd)[ \t]*=", re.MULTILINE)
_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?", re.IGNORECASE)

SILENT = frozenset(("baseline", "investigation"))
"""Types of searches that give no findings of their own (contentctl)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A search with what its file says about it. `text` is what is parsed, `query` where it stands."""

    id: str
    title: str
    query: Query
    text: str
    location: Location
    stem: str
    level: str = ""
    techniques: tuple[str, ...] = ()
    description: str = ""
    false_positives: tuple[str, ...] = ()
    silent: bool = False
    timing: Timing | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    kind: str
    detections: tuple[Detection, ...] = ()
    macros: tuple[Macro, ...] = ()
    lookups: tuple[LookupTable, ...] = field(default=())


def sniff(text: str) -> bool:
    """Whether a text looks like a file of these (bare .spl files are told by their suffix)."""
    if _NAME.search(text) and (_SEARCH.search(text) or _DEFINITION.search(text) or _LOOKUP.search(text)):
        return True
    return bool(_STANZA.search(text) and _SETTING.search(text))


def contents(file: RuleFile) -> Contents | None:
    """What the file holds; None where it is something else after all. Raises InvalidRule."""
    if file.problem is not None:
        raise InvalidRule(file.problem.location, file.problem.message)
    lowered = file.path.lower()
    if lowered.endswith(".spl"):
        return Contents("rule", (_bare(file),))
    if lowered.endswith(".conf"):
        return _conf(file)
    return _yaml(file)


def _bare(file: RuleFile) -> Detection:
    stem = PurePath(file.path).stem
    match = re.match(r"\s*```(.*?)```", file.text, re.DOTALL)
    title = match[1].strip().split("\n")[0].strip() if match else ""
    return Detection(f"spl/{stem}", title or stem, whole(file.path, file.text), file.text,
                     Location(file.path, 1, 1), stem)  # fmt: skip


def _yaml(file: RuleFile) -> Contents | None:
    try:
        document = documents.parse(file.text.encode(), file.path)
    except InvalidScenario as error:
        raise InvalidRule(error.location, error.message) from error
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    if "search" in value:
        return Contents("rule", (_detection(file, document, value),))
    if "definition" in value:
        return Contents("macros", macros=(macro(value),))
    if any(key in value for key in ("filename", "collection", "lookup_type", "external_cmd")):
        return Contents("lookups", lookups=(lookup(value, Path(file.path).parent),))
    return None


def macro(value: Mapping[str, Any]) -> Macro:
    """A macro's document."""
    arguments = value.get("arguments") or ()
    if isinstance(arguments, str):
        arguments = [one.strip() for one in arguments.split(",")]
    definition = value.get("definition")
    return Macro(str(value["name"]), "" if definition is None else _plain(definition), tuple(map(str, arguments)))


def _plain(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def lookup(value: Mapping[str, Any], folder: Path) -> LookupTable:
    """A lookup table's document. Its CSV file stands beside it, under the name given or under the table's own."""
    name = str(value["name"])
    given = str(value.get("filename") or f"{name}.csv")
    file = next((path for path in (folder / PurePath(given).name, folder / f"{name}.csv") if path.is_file()), None)
    types = value.get("match_type") or ""
    default = value.get("default_match")
    return LookupTable(
        name,
        file if file is not None and file.suffix == ".csv" else None,
        match_types(" ".join(map(str, types)) if isinstance(types, list) else str(types)),
        str(value.get("case_sensitive_match", "true")).lower() in ("true", "1", "t"),
        None if default is None else _plain(default),
        int(value.get("min_matches") or 0) if str(value.get("min_matches") or 0).isdigit() else 0,
        _listed(value.get("fields_list") or value.get("fields") or ()),
    )


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(one.strip() for one in value.split(",") if one.strip())
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _detection(file: RuleFile, document: documents.Document, value: Mapping[str, Any]) -> Detection:
    search = value["search"]
    place = document.at(("search",))
    if not isinstance(search, str) or not search.strip():
        raise InvalidRule(place, f"found {search!r}, expected a search")
    search = search.rstrip()
    tags = value.get("tags") if isinstance(value.get("tags"), dict) else {}
    assert isinstance(tags, dict)
    given = _listed(tags.get("mitre_attack_id") or value.get("mitre_attack_id") or ())
    positives = value.get("known_false_positives")
    kind = str(value.get("type") or "").lower()
    stem = PurePath(file.path).stem
    return Detection(
        id=str(value.get("id") or f"spl/{stem}"),
        title=str(value["name"]),
        query=placed(file.path, file.text, search, place.line, place.column),
        text=search,
        location=document.at(()),
        stem=stem,
        level=_level(value, tags),
        techniques=tuple(dict.fromkeys(one.upper() for one in given if _TECHNIQUE.fullmatch(one))),
        description=str(value.get("description") or "").strip(),
        false_positives=(positives.strip(),) if isinstance(positives, str) and positives.strip() else (),
        silent=kind in SILENT,
        timing=_timing(value),
    )


def _level(value: Mapping[str, Any], tags: Mapping[str, Any]) -> str:
    """From the risk score, as Enterprise Security names its ranges."""
    scores = [tags.get("risk_score")]
    rba = value.get("rba")
    if isinstance(rba, dict) and isinstance(rba.get("risk_objects"), list):
        scores += [one.get("score") for one in rba["risk_objects"] if isinstance(one, dict)]
    found = max((one for one in scores if isinstance(one, int) and not isinstance(one, bool)), default=None)
    if found is None:
        return ""
    names = ((80, "critical"), (60, "high"), (40, "medium"), (20, "low"), (0, "informational"))
    return next((name for least, name in names if found >= least), "")


def _timing(value: Mapping[str, Any]) -> Timing | None:
    deployment = value.get("deployment")
    found = deployment.get("scheduling") if isinstance(deployment, dict) else value.get("scheduling")
    if not isinstance(found, dict):
        return None
    return Timing(
        str(found.get("cron_schedule") or ""),
        str(found.get("earliest_time") or ""),
        str(found.get("latest_time") or ""),
    )


def _conf(file: RuleFile) -> Contents:
    name = PurePath(file.path).name.lower()
    found: list[Detection] = []
    macros: list[Macro] = []
    lookups: list[LookupTable] = []
    for stanza in stanzas(file.text):
        values = stanza.values
        if "definition" in values:
            macros.append(_conf_macro(stanza))
        elif name.startswith("transforms") or (
            ("filename" in values or "collection" in values) and "search" not in values
        ):
            lookups.append(lookup({"name": stanza.name, **values}, Path(file.path).parent))
        elif values.get("search", "").strip() and stanza.name != "default":
            found.append(_saved(file, stanza))
    kind = "rule" if found else "macros" if macros else "lookups"
    return Contents(kind, tuple(found), tuple(macros), tuple(lookups))


def _conf_macro(stanza: Stanza) -> Macro:
    name = stanza.name.partition("(")[0]
    return Macro(name, stanza.values["definition"], _listed(stanza.values.get("args", "")))


def _saved(file: RuleFile, stanza: Stanza) -> Detection:
    values = stanza.values
    stem = re.sub(r"[^a-z0-9]+", "-", stanza.name.lower()).strip("-")
    relation = thresholds(values.get("counttype", ""), values.get("relation", ""), values.get("quantity", ""))
    timing = Timing(values.get("cron_schedule", ""), values.get("dispatch.earliest_time", ""),
                    values.get("dispatch.latest_time", ""), relation)  # fmt: skip
    annotations = values.get("action.correlationsearch.annotations", "")
    query = Query(file.path, values["search"], stanza.places["search"])
    return Detection(
        id=f"spl/{stem}",
        title=stanza.name,
        query=query,
        text=values["search"],
        location=Location(file.path, stanza.line, 1),
        stem=stem,
        techniques=tuple(dict.fromkeys(one.upper() for one in _TECHNIQUE.findall(annotations))),
        description=values.get("description", "").strip(),
        timing=timing,
        silent=values.get("disabled", "0").strip().lower() in ("1", "true"),
    )


def beside(path: str) -> Iterator[Path]:
    """Folders named `macros` and `lookups` beside or above a rule's own, up to four levels: where security_content
    and its kin keep what its searches use."""
    folder = Path(path).absolute().parent
    for parent in (folder, *folder.parents[:4]):
        for name in ("macros", "lookups"):
            if (parent / name).is_dir():
                yield parent / name
