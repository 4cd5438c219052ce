"""From Elastic's rule files to rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from simulator.errors import InvalidRule, LocatedError, Location, UnsupportedRule, nearest
from simulator.ir import Checked, Expr, Filter, Problem, Relation, Rule, Sample, Schedule, Status, fields_of, within
from simulator.ir import Sequence as EventSequence
from simulator.languages import ecs
from simulator.languages.context import Compiled, Context
from simulator.languages.elastic import types
from simulator.languages.elastic.document import Document, read
from simulator.languages.elastic.filters import filters
from simulator.languages.elastic.header import header, schedule
from simulator.languages.embedded import Query
from simulator.languages.files import Loaded, RuleFile
from simulator.languages.predicates import TRUE
from simulator.tables import Column, Table, Type


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule says beside its query: the index patterns and where they are named, the field of the event's
    category."""

    indices: tuple[str, ...]
    place: Location
    category: str


Compile = Callable[[Query, Mapping[str, Table], Asked], Compiled]
"""How a language compiles a query."""

TYPES = ("query", "saved_query", "eql", "esql", "threshold", "new_terms", "threat_match", "machine_learning")


@dataclass(frozen=True, slots=True)
class _Made:
    """What became of a rule."""

    plan: Relation
    schedule: Schedule | None
    warnings: tuple[Problem, ...]


def load(files: Sequence[RuleFile], context: Context, compilers: Mapping[str, Compile]) -> Loaded:
    """Rules of all files. `compilers` are the query languages by the name that `language` has in a rule."""
    rules: list[Rule] = []
    checked: list[Checked] = []
    ids: dict[str, Location] = {}
    for file in files:
        problems: list[Problem] = []
        language, made = "elastic", 0
        try:
            if file.problem is not None:
                raise InvalidRule(file.problem.location, file.problem.message)
            document = read(file.path, file.text)
            language = _language(document)
            rule, warnings = _rule(document, language, context, compilers)
            problems.extend(warnings)
            if (other := ids.setdefault(rule.id, rule.location)) is not rule.location:
                message = f"the id {rule.id} is also that of the rule at {other}"
                problems.append(Problem(Status.INVALID, document.at("rule_id"), message, warning=True))
            rules.append(rule)
            made = 1
        except LocatedError as error:
            status = Status.UNSUPPORTED if isinstance(error, UnsupportedRule) else Status.INVALID
            problems = [Problem(status, error.location, error.message)]
        worst = next((problem.status for problem in problems if not problem.warning), Status.OK)
        checked.append(Checked(file.path, "rule", language, worst, tuple(problems), made))
    return Loaded(tuple(rules), tuple(checked))


def _language(document: Document) -> str:
    if document.rule.get("type") == "machine_learning":
        return "elastic"
    language = document.rule.get("language", "kuery")
    return language if isinstance(language, str) else "elastic"


def _rule(
    document: Document, language: str, context: Context, compilers: Mapping[str, Compile]
) -> tuple[Rule, tuple[Problem, ...]]:
    about = header(document)
    made = _made(document, language, context, compilers)
    name = f"{language}/{PurePath(document.path).stem}"
    rule = Rule(
        id=about.id or name,
        title=about.title,
        language=language,
        plan=made.plan,
        location=document.at("name"),
        level=about.level,
        techniques=about.techniques,
        description=about.description,
        false_positives=about.false_positives,
        schedule=made.schedule,
        name=name,
    )
    return rule, made.warnings


def _made(document: Document, language: str, context: Context, compilers: Mapping[str, Compile]) -> _Made:
    kind = document.rule.get("type")
    if kind not in TYPES:
        raise document.invalid("type", f"no such rule type {kind!r}{nearest(str(kind), TYPES)}")
    if kind == "machine_learning":
        raise document.unsupported(
            "type", "the rule type machine_learning: its anomalies are found by Elastic's models"
        )
    if kind == "saved_query":
        raise document.unsupported("type", "the rule type saved_query: its query is kept in Kibana")
    if language not in compilers:
        raise document.invalid("language", f"no such query language {language!r}{nearest(language, compilers)}")
    when = schedule(document)
    indices = document.texts("index")
    category = document.rule.get("event_category_override", "event.category")
    asked = Asked(indices, document.at("index"), category if isinstance(category, str) else "event.category")
    compiled = compilers[language](document.query(), context.tables, asked)
    # Fields beside the query: those of the same tables, whose absence the query's own warnings already tell.
    known = ecs.fields(indices, context.tables, asked.place)
    known.warnings.clear()
    plan = _filtered(document, compiled.plan, filters(document), known)
    warnings = compiled.warnings
    match kind:
        case "threshold":
            plan = types.threshold(document, plan, known)
        case "new_terms":
            return _Made(types.new_terms(document, plan, known), None, (*warnings, *known.warnings))
        case "threat_match":
            return _threat_match(document, plan, known, replace(when, lookback=None), warnings, context, compilers)
        case _:
            pass
    return _Made(plan, when, (*warnings, *known.warnings))


def _threat_match(
    document: Document,
    plan: Relation,
    known: ecs.Fields,
    when: Schedule,
    warnings: tuple[Problem, ...],
    context: Context,
    compilers: Mapping[str, Compile],
) -> _Made:
    """Indicators are older than the events of a run: each run sees all of them, and of the events its own look-back."""
    language = document.rule.get("threat_language", "kuery")
    if not isinstance(language, str) or language not in compilers:
        raise document.invalid("threat_language", f"no such query language {language!r}")
    asked = Asked(document.texts("threat_index"), document.at("threat_index"), "event.category")
    compiled = compilers[language](document.query("threat_query"), context.tables, asked)
    theirs = ecs.fields(asked.indices, context.tables, asked.place)
    theirs.warnings.clear()
    indicators = _filtered(document, compiled.plan, filters(document, "threat_filters"), theirs)
    lookback = schedule(document).lookback or 0
    found = types.threat_match(document, plan, known, indicators, theirs, lookback + when.delay)
    every = (*warnings, *compiled.warnings, *known.warnings, *theirs.warnings)
    return _Made(found, when, tuple(dict.fromkeys(every)))


def _filtered(document: Document, plan: Relation, where: Expr, known: ecs.Fields) -> Relation:
    """The plan's rows for which the filters hold."""
    if where == TRUE:
        return plan
    if any(isinstance(node, EventSequence | Sample) for node in within(plan)):
        raise document.unsupported("filters", "filters of a sequence or sample")
    if types.reads(plan):
        plan = types.with_columns(plan, [Column(name, known.kinds.get(name, Type.TEXT)) for name in fields_of(where)])
    return Filter(plan, where)
