"""From files to rules: macros and lookup tables first, then every search over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule
from simulator.ir import Checked, Problem, Relation, Rule, Status
from simulator.languages.context import Context
from simulator.languages.files import Loaded, RuleFile, read
from simulator.languages.spl.documents import Contents, Detection, beside, contents
from simulator.languages.spl.lookups import LookupTable
from simulator.languages.spl.lower import compile_query
from simulator.languages.spl.macros import Macro
from simulator.languages.spl.schedules import schedule

MacroTable = dict[tuple[str, int], Macro]
LookupTables = dict[str, LookupTable]
MAX_FILES = 5_000


def load(files: Sequence[RuleFile], context: Context) -> Loaded:
    """Every search in `files` as a rule. Macros and lookup tables are those among the files and those in folders
    `macros` and `lookups` beside the rules'; what a file of this call says goes before what lies beside it."""
    opened: list[tuple[RuleFile, Contents | None, LocatedError | None]] = []
    for file in files:
        try:
            opened.append((file, contents(file), None))
        except LocatedError as error:
            opened.append((file, None, error))
    macros: MacroTable = {}
    lookups: LookupTables = {}
    folders = {folder for file, held, _ in opened if held and held.detections for folder in beside(file.path)}
    given = {Path(file.path).absolute().parent for file, _, _ in opened}
    for folder in sorted(folders - given):
        for one in _folder(folder):
            _collect(one, macros, lookups)
    for _, held, _ in opened:
        if held is not None:
            _collect(held, macros, lookups)
    rules: list[Rule] = []
    checked: list[Checked] = []
    for file, held, broken in opened:
        if broken is not None:
            checked.append(Checked(file.path, "rule", "spl", *_worst([_problem(broken)])))
        elif held is not None:
            made, problems = _rules(held, context, macros, lookups)
            rules.extend(made)
            status, shown = _worst(problems)
            checked.append(Checked(file.path, held.kind, "spl", status, shown, len(made)))
    return Loaded(tuple(rules), tuple(checked))


@lru_cache(maxsize=32)
def _folder(folder: Path) -> tuple[Contents, ...]:
    return tuple(_read(folder))


def _read(folder: Path) -> Iterator[Contents]:
    for number, path in enumerate(sorted(folder.iterdir())):
        if number >= MAX_FILES:
            return
        if path.suffix.lower() not in (".yml", ".yaml", ".conf") or not path.is_file():
            continue
        try:
            found = contents(read(path))
        except LocatedError:
            continue  # It is no rule of this call; a search that needs it says that it is not there.
        if found is not None:
            yield found


def _collect(found: Contents, macros: MacroTable, lookups: LookupTables) -> None:
    for macro in found.macros:
        macros[macro.name, len(macro.arguments)] = macro
    for table in found.lookups:
        lookups[table.name.lower()] = table
        if table.file is not None:
            lookups.setdefault(table.file.name.lower(), table)


def _rules(
    found: Contents, context: Context, macros: MacroTable, lookups: LookupTables
) -> tuple[list[Rule], list[Problem]]:
    made: list[Rule] = []
    problems: list[Problem] = []
    for detection in found.detections:
        try:
            compiled = compile_query(detection.query, context.tables, macros, lookups, text=detection.text)
        except LocatedError as error:
            problems.append(_problem(error))
            continue
        except (RecursionError, ValueError, KeyError) as error:
            wrong = InvalidRule(detection.location, f"cannot be read as SPL: {error or type(error).__name__}")
            problems.append(_problem(wrong))
            continue
        problems.extend(compiled.warnings)
        made.append(_rule(detection, compiled.plan))
    return made, problems


def _rule(detection: Detection, plan: Relation) -> Rule:
    return Rule(
        id=detection.id,
        title=detection.title,
        language="spl",
        plan=plan,
        location=detection.location,
        level=detection.level,
        techniques=detection.techniques,
        description=detection.description,
        false_positives=detection.false_positives,
        silent=detection.silent,
        schedule=schedule(plan, detection.timing),
        name=f"spl/{detection.stem}",
    )


def _problem(error: LocatedError) -> Problem:
    status = Status.UNSUPPORTED if isinstance(error, UnsupportedRule) else Status.INVALID
    return Problem(status, error.location, error.message)


def _worst(problems: Sequence[Problem]) -> tuple[Status, tuple[Problem, ...]]:
    states = [problem.status for problem in problems if not problem.warning]
    status = next((one for one in (Status.INVALID, Status.UNSUPPORTED) if one in states), Status.OK)
    return status, tuple(problems)
