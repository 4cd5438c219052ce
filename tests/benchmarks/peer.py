"""The same rules over the same lines by zargunlite (SQLite), the fastest peer in Python that installs everywhere."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

from simulator.dataset import open_source
from simulator.detect import detect
from simulator.ir import And, Const, Expr, Filter, IsNull, Like, Not, Or, Regex, Rule, Scan, Wild
from tests.benchmarks.engine import rules
from tests.benchmarks.figures import Figure, best

TABLE = "sysmon.process_creation"


def measure(path: Path, folder: Path, events: int = 60_000, many: int = 200) -> Iterator[Figure]:
    """Ours against zargunlite, both from the first `events` lines of `path` to hits, in this process."""
    if importlib.util.find_spec("zargunlite") is None:
        yield Figure("zargunlite is not installed: pip install '.[bench]'", None, least=40)
        return
    lines = folder / "peer.jsonl"
    with path.open("rb") as file:
        lines.write_bytes(b"".join(islice(file, events)))
    chosen = list(islice(_on_one_table(rules()), many))
    ours: list[int] = []
    own = best(lambda: ours.append(_detected([rule for rule, _ in chosen], lines)))
    theirs: list[int] = []
    peer = best(lambda: theirs.append(_zargunlite(lines, [sql for _, sql in chosen])), 1)
    yield Figure(f"zargunlite, {len(chosen)} rules, {events:,} events, CPU s", peer)
    yield Figure("detect, the same, CPU s", own)
    yield Figure("zargunlite / detect", peer / own, least=40)
    yield Figure("hits of zargunlite", theirs[0])
    yield Figure("hits of detect", ours[0])


def _detected(chosen: list[Rule], lines: Path) -> int:
    return detect(chosen, open_source(lines), workers=1).table.num_rows


def _zargunlite(lines: Path, queries: list[str]) -> int:
    from zargunlite.core import ZargunCore
    from zargunlite.model import ZircoliteRule
    from zargunlite.preprocess import flatten_json, mapping_field

    with lines.open("rb") as file:
        flat = [mapping_field(flatten_json(orjson.loads(line))) for line in file]
    with ZargunCore() as core:
        core.load_data(flat)
        found = [core.execute_zircolite_rule(ZircoliteRule(title="", rule=[query])) for query in queries]
    return sum(result.count for result in found)


def _on_one_table(all_rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, str]]:
    """Rules that read processes' starts as Sysmon writes them, each with the query for SQLite."""
    for rule in all_rules:
        for plan in getattr(rule.plan, "sources", (rule.plan,)):
            if isinstance(plan, Filter) and plan.source == Scan(TABLE):
                try:
                    where = _sql(plan.where)
                except NotImplementedError:
                    continue
                sysmon = "Channel = 'Microsoft-Windows-Sysmon/Operational' AND EventID = 1"
                only = Rule(rule.id, rule.title, rule.language, plan, rule.location)
                yield only, f"SELECT * FROM logs WHERE {sysmon} AND ({where})"


def _sql(expr: Expr) -> str:
    match expr:
        case Const(value):
            return "1" if value else "0"
        case And(items):
            return "(" + " AND ".join(map(_sql, items)) + ")" if items else "1"
        case Or(items):
            return "(" + " OR ".join(map(_sql, items)) + ")" if items else "0"
        case Not(item):
            return f"NOT {_sql(item)}"
        case IsNull(field):
            return f"({field} IS NULL)"
        case Like(field, glob):
            pattern = "".join(
                {Wild.ANY: "%", Wild.ONE: "_"}[part]
                if isinstance(part, Wild)
                else part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("'", "''")
                for part in glob
            )
            return f"IFNULL({field} LIKE '{pattern}' ESCAPE '\\', 0)"
        case Regex(field, pattern, ""):
            escaped = pattern.replace("'", "''")
            return f"IFNULL({field} REGEXP '{escaped}', 0)"
        case _:
            raise NotImplementedError
