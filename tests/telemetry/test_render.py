"""What holds for all tables: columns, coherence between vendors, shares, stability, and text made by the column."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import UsageError
from simulator.scenario.actions import ACTIONS
from simulator.tables import TABLES
from simulator.telemetry import RENDERED, RENDERERS, render, text
from simulator.telemetry.identity import logon_ids, pids, record_ids
from tests.telemetry.worlds import NOON, actions, world

SYSTEM_COLUMNS = ["_event_id", "_time", "_host", "_user"]
HELPERS = ["_action_id", "_instance_id"]
MANY = {
    kind: actions(kind, *[{"host": i % 5, "time": NOON + i * 777_777, "instance_id": 99 + i} for i in range(60)])
    for kind in ACTIONS
}


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("frames", [MANY, {}], ids=["many", "none"])
def test_columns_are_the_vendors_in_the_vendors_order(name: str, frames: dict[str, pl.DataFrame]) -> None:
    table = render(frames, world(), [name])[name]
    known = [column.name for column in TABLES[name].columns]
    # Very wide tables and copies of other logs leave out what is never filled.
    whole = len(known) <= 40 and name in {renderer.table for renderer in RENDERERS}
    columns = known if whole else [column for column in known if column in table.columns]
    assert table.columns == [*SYSTEM_COLUMNS, *columns, *HELPERS]
    kinds = {c.name: pl.from_arrow(pa.array([], c.type.arrow)).dtype for c in TABLES[name].columns}
    kinds |= {"_time": pl.Datetime("us", "UTC"), "_event_id": pl.Int64} | dict.fromkeys(HELPERS, pl.Int64)
    for column, dtype in table.schema.items():
        assert dtype == kinds.get(column, pl.String), column


def test_every_kind_of_action_leaves_a_record_somewhere() -> None:
    assert {renderer.kind for renderer in RENDERERS} == set(ACTIONS)
    assert all(table.height > 0 for table in render(MANY, world()).values())


def test_tables_that_are_not_simulated_are_left_out_and_unknown_ones_are_an_error() -> None:
    assert render(MANY, world(), ["sysmon.registry_event", "proxy.http"]).keys() == {"proxy.http"}
    with pytest.raises(UsageError, match=r"unknown table 'sysmon.dns'.*did you mean 'sysmon\."):
        render(MANY, world(), ["sysmon.dns"])


def test_a_parameter_that_the_world_lacks_is_an_error() -> None:
    bare = world()
    settings = {name: value for name, value in bare.parameters.items() if name != "parent_missing"}
    object.__setattr__(bare, "parameters", settings)
    with pytest.raises(UsageError, match="has no parameter 'parent_missing'"):
        render(MANY, bare, ["sysmon.process_creation"])


def test_rendering_in_pieces_gives_the_same_events() -> None:
    whole = render(MANY, world())
    halves = [
        render({kind: frame[part] for kind, frame in MANY.items()}, world()) for part in (slice(30), slice(30, 60))
    ]
    for name, table in whole.items():
        pieces = pl.concat([half[name] for half in halves])
        assert pieces.sort("_event_id").equals(table.sort("_event_id")), name


def test_event_ids_are_positive_and_differ_everywhere() -> None:
    ids = pl.concat([table["_event_id"] for table in render(MANY, world()).values()])
    assert ids.min() > 0
    assert ids.n_unique() == len(ids)


def test_the_truth_survives_identities_above_63_bits() -> None:
    frames = {"write": actions("write", {"action_id": 2**64 - 2, "instance_id": 2**63})}
    row = render(frames, world())["sysmon.file_event"].row(0, named=True)
    assert (row["_action_id"], row["_instance_id"]) == (-2, -(2**63))


def test_one_process_is_one_process_in_all_tables() -> None:
    same = {"process": 0xFEED, "process_start": NOON}
    frames = {kind: actions(kind, same) for kind in ACTIONS}
    tables = render(frames, world(sysmon_unknown_process_share=0))
    sysmon = [table for name, table in tables.items() if name.startswith("sysmon.")]
    assert len({table["ProcessGuid"][0] for table in sysmon}) == 1
    (pid,) = {table["ProcessId"][0] for table in sysmon}
    assert int(tables["security.process_creation"]["NewProcessId"][0], 16) == int(pid)
    for name in ("dns_client.query", "powershell.module", "powershell.script_block"):
        assert tables[name]["Execution_ProcessID"][0] == int(pid), name


def test_a_child_names_its_parent_as_the_parent_names_itself() -> None:
    parent = {"process": 11, "process_start": NOON}
    child = {"process": 12, "parent": 11, "parent_start": NOON, "process_start": NOON + 5_000_000}
    tables = render({"process_start": actions("process_start", parent, child)}, world(parent_missing=0))
    sysmon, audit = tables["sysmon.process_creation"], tables["security.process_creation"]
    assert sysmon["ParentProcessGuid"][1] == sysmon["ProcessGuid"][0]
    assert sysmon["ParentProcessId"][1] == sysmon["ProcessId"][0]
    assert audit["ProcessId"][1] == audit["NewProcessId"][0]


def test_logon_ids_agree_between_sysmon_and_the_security_log() -> None:
    tables = render({"process_start": MANY["process_start"]}, world())
    both = tables["sysmon.process_creation"].join(tables["security.process_creation"], on="_action_id", suffix="_audit")
    assert both.height > 20
    assert (both["LogonId"] == both["SubjectLogonId"]).all()


def test_record_ids_rise_with_time_on_each_host_and_channel() -> None:
    for name, table in render(MANY, world()).items():
        if name == "proxy.http":
            continue
        for _, host in table.sort("_time").group_by("_host"):
            assert host["EventRecordID"].is_sorted(), name
            assert host["EventRecordID"].min() > 0, name


@pytest.mark.parametrize(
    ("parameter", "kind", "table", "hit"),
    [
        (
            "destination_hostname_missing",
            "connection",
            "sysmon.network_connection",
            pl.col("DestinationHostname") == "-",
        ),
        ("source_hostname_missing", "connection", "sysmon.network_connection", pl.col("SourceHostname") == "-"),
        ("parent_missing", "process_start", "sysmon.process_creation", pl.col("ParentImage") == "-"),
        ("sysmon_unknown_process_share", "lookup", "sysmon.dns_query", pl.col("Image") == "<unknown process>"),
        ("dns_client_pair_share", "lookup", "dns_client.query", pl.col("QueryStatus") == "87"),
    ],
)
def test_shares_are_what_the_world_says(parameter: str, kind: str, table: str, hit: pl.Expr) -> None:
    """Within five standard deviations of a binomial count."""
    made = world()
    share, count = made.share(parameter), 4000
    resolvable = {"address": "140.82.121.4", "name": "api.github.com"} if kind == "connection" else {}
    events = render({kind: actions(kind, resolvable, count=count)}, made, [table])[table]
    found = events.filter(hit).height
    assert abs(found - share * count) < 5 * (share * (1 - share) * count) ** 0.5


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1))
def test_hexadecimal_numbers(values: list[int]) -> None:
    assert text.hex_number(np.array(values, np.uint64)).to_list() == [hex(value) for value in values]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), min_size=1))
def test_guids(halves: list[tuple[int, int]]) -> None:
    high, low = (np.array(half, np.uint64) for half in zip(*halves, strict=True))
    plain = [f"{h:016x}{low_:016x}" for h, low_ in halves]
    expected = [f"{p[:8]}-{p[8:12]}-{p[12:16]}-{p[16:20]}-{p[20:]}" for p in plain]
    assert text.guid(high, low, braces=False).to_list() == expected
    assert text.guid(high, low).to_list() == [f"{{{guid}}}" for guid in expected]


@settings(max_examples=50)
@given(st.lists(st.integers(-(10**15), 4 * 10**15), min_size=1))
def test_utc(times: list[int]) -> None:
    made = pl.Series(times, dtype=pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
    assert text.utc(np.array(times, np.int64)).to_list() == made.to_list()


@pytest.mark.parametrize(
    "make", [lambda: text.utc(np.zeros(0, np.int64)), lambda: text.hex_number(np.zeros(0, np.uint64))]
)
def test_no_rows_give_no_texts(make: object) -> None:
    made = make()  # type: ignore[operator]
    assert (made.dtype, len(made)) == (pl.String, 0)


def test_process_ids_are_multiples_of_four_below_16_bits() -> None:
    made = pids(np.arange(100_000, dtype=np.uint64))
    assert (made % 4 == 0).all()
    assert made.min() > 4
    assert made.max() < 65_536


def test_well_known_logons_stay_and_others_differ() -> None:
    logons = np.array([0x3E7, 0x3E5, 2**63 + 1, 2**63 + 2], np.uint64)
    made = logon_ids(logons)
    assert made[:2].tolist() == [0x3E7, 0x3E5]
    assert len(set(made.tolist())) == 4
    assert made.max() < 2**31


def test_record_ids_have_a_base_of_their_own_for_each_channel() -> None:
    hosts, times = np.array([1, 1], np.uint64), np.array([0, 1_000_000])
    security, sysmon = (record_ids(hosts, channel, times, 1000) for channel in ("Security", "Sysmon"))
    assert security[1] - security[0] == sysmon[1] - sysmon[0] == 1000
    assert security[0] != sysmon[0]
