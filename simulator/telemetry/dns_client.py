"""DNS-Client 3008: a query is completed. The channel is off by default, and the record names no program: only the
System block's process id tells who asked.

Source: 130 real records (OTRF Security-Datasets). One look-up of a name leaves two of them: type 28 (AAAA) with the
answers of both types, and type 1 with status 87 and no results. The status says whether there are results: all 38 with
status 0 have them, all 92 others do not.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.draw import choice, integers, uniform
from simulator.telemetry.envelope import DNS_CLIENT_3008, envelope
from simulator.telemetry.rows import Rows, Value, choose
from simulator.telemetry.sysmon import query_results

QUERY_TYPES = {
    "A": "1",
    "NS": "2",
    "CNAME": "5",
    "SOA": "6",
    "PTR": "12",
    "MX": "15",
    "TXT": "16",
    "AAAA": "28",
    "SRV": "33",
}

_OPTIONS_OF_ANSWERS = "2251800887582720"
_OPTIONS_OF_PARTNERS = "1073766400"
_FAILURES = pl.Series(["9002", "1460", "9003"])
_WEIGHTS = (12, 13, 2)
"""How the failed type 28 queries among the real records failed."""


def query(rows: Rows) -> pl.DataFrame:
    """3008 of `lookup`: one or two records for each that went through the system's own client."""
    rows = rows.on("dns_client").where(pl.col("system_resolver"))
    paired = pl.Series(rows.share("dns_client_pair_share")) & (rows.frame["query_type"] == "A")
    answers = _answers(rows, paired)
    partners = _partners(rows.where(paired))
    return pl.concat([answers, partners])


def _answers(rows: Rows, paired: pl.Series) -> pl.DataFrame:
    frame = rows.frame
    types = frame["query_type"].replace(QUERY_TYPES)
    failed = pl.Series(uniform(rows.actions, "3008 failed") < _failing_share(rows)) & (frame["status"] == 0)
    failure = _FAILURES.gather(pl.Series(choice(rows.actions, _WEIGHTS, "3008 failure").astype(np.uint32)))
    status = choose(failed, failure, frame["status"].cast(pl.String))
    plain = frame["addresses"].fill_null([]).list.eval(pl.element() + ";").list.join("")
    results = choose(paired | (types == "28"), query_results(frame, None), choose(plain == "", None, plain))
    columns: dict[str, Value] = {
        "QueryType": choose(paired, "28", types),
        "QueryOptions": _OPTIONS_OF_ANSWERS,
        "QueryStatus": status,
        "QueryResults": choose(status == "0", results, None),
    }
    return _table(rows, columns, 0)


def _partners(rows: Rows) -> pl.DataFrame:
    columns: dict[str, Value] = {"QueryType": "1", "QueryOptions": _OPTIONS_OF_PARTNERS, "QueryStatus": "87"}
    return _table(rows, columns, 1)


def _failing_share(rows: Rows) -> float:
    """How many answers fail by themselves so that `dns_client_results_missing` of all records come without results."""
    pairs = rows.scene.share("dns_client_pair_share")
    return min(max(rows.scene.share("dns_client_results_missing") * (1 + pairs) - pairs, 0.0), 1.0)


def _table(rows: Rows, columns: dict[str, Value], ordinal: int) -> pl.DataFrame:
    ids = np.full(len(rows.frame), ordinal, np.uint64)
    # The two records of a pair come in either order, at least a millisecond apart.
    second = (uniform(rows.actions, "3008 order") < 0.5) == (ordinal == 0)
    gap = np.where(second, integers(rows.actions, 1000, 3000, "3008 gap"), 0)
    times = rows.times() + integers(rows.actions, 300, 1300, "3008 delay") + gap
    thread = pl.Series(4 * integers(rows.frame["process"].to_numpy(), 300, 3000, "dns thread"))
    block = envelope(rows, DNS_CLIENT_3008, times, pl.Series(rows.pids()), thread, rows.user("sid"))
    return rows.table(
        "dns_client.query", times, rows.user("name"), {**block, "QueryName": rows.frame["name"], **columns}, ids
    )
