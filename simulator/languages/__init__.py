"""Rule languages, one folder each: parse -> AST -> lower -> IR. `load_rules` is the way in.

A language knows the IR and nothing of other languages or of the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from simulator.ir import Checked, Rule, Ruleset
from simulator.languages import files
from simulator.languages.context import Context
from simulator.languages.registry import LANGUAGES, Language
from simulator.tables import TABLES, Table

__all__ = ["LANGUAGES", "Language", "load_rules"]


def load_rules(
    paths: Sequence[Path | str],
    *,
    placeholders: Mapping[str, Sequence[str]] | None = None,
    tables: Mapping[str, Table] | None = None,
) -> Ruleset:
    """Compile every rule at or below `paths`, in any known language, and say of each rule file what came of it.

    Files of other kinds (scenarios, notes, data) are passed over, unless they are broken YAML. Rules may refer to rules
    in other files of the same call. `placeholders` gives values for Sigma's `expand` modifier by name, on top of those
    in files with a top-level `placeholders:` mapping. `tables` are declared tables by name (of a stream, of a schema
    file), on top of `simulator.tables.TABLES`. Raises UsageError for a path that does not exist; nothing else.
    """
    suffixes = {suffix for language in LANGUAGES for suffix in (*language.suffixes, *language.bare)}
    claimed: dict[str, list[files.RuleFile]] = {language.name: [] for language in LANGUAGES}
    checked: list[Checked] = []
    order: dict[str, int] = {}
    for path in files.find(paths, suffixes):
        file = files.read(path)
        order[file.path] = len(order)
        takers = [one for one in LANGUAGES if _takes(one, file)]
        for language in takers:
            claimed[language.name].append(file)
        if not takers and (said := files.unclaimed(file)):
            checked.append(said)
    context = Context(placeholders or {}, {**TABLES, **(tables or {})})
    rules: list[Rule] = []
    for language in LANGUAGES:
        loaded = language.load(claimed[language.name], context)
        rules.extend(loaded.rules)
        checked.extend(loaded.files)
    checked.sort(key=lambda one: order[one.path])
    return Ruleset(tuple(rules), tuple(checked))


def _takes(language: Language, file: files.RuleFile) -> bool:
    name = file.path.lower()
    return name.endswith(language.bare) or (name.endswith(language.suffixes) and language.sniff(file.text))
