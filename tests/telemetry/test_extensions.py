"""Columns that a world adds to vendors' tables: rendered, written, declared by the stream, known to rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.content import content
from simulator.dataset import open_source
from simulator.errors import InvalidScenario, UsageError
from simulator.simulate import simulate
from simulator.tables import TABLES, Type
from simulator.telemetry import render
from simulator.world.extensions import QUANTITIES, extended
from simulator.world.profile import declared_tables
from tests.telemetry.worlds import NOON, actions, world

NETWORK = "defender.DeviceNetworkEvents"
ADDED = {NETWORK: {"BytesSent": "bytes_out", "AccountName": "user", "Seconds": "seconds", "Line": "command_line"}}


def test_added_columns_hold_what_the_world_says() -> None:
    rich = replace(world(), columns=ADDED)
    row = render({"connection": actions("connection")}, rich, [NETWORK])[NETWORK].row(0, named=True)
    assert (row["BytesSent"], row["AccountName"], row["Seconds"]) == (10, "alice.frost", 0.001)
    assert row["Line"] == row["InitiatingProcessCommandLine"]


def test_bytes_are_those_of_all_connections_that_a_record_stands_for() -> None:
    at = NOON // 60_000_000 * 60_000_000
    frames = {"connection": actions("connection", *({"time": at + second * 1_000_000} for second in (1, 2, 3)))}
    rich = replace(world(), columns=ADDED)
    assert render(frames, rich, [NETWORK])[NETWORK]["BytesSent"].to_list() == [30]


def test_copies_of_other_logs_can_have_them_too_and_replace_what_is_empty() -> None:
    table = "cim.Network_Traffic.All_Traffic"
    rich = replace(world(), columns={table: {"bytes_out": "bytes_out", "wire": "protocol"}})
    row = render({"connection": actions("connection")}, rich, [table])[table].row(0, named=True)
    assert (row["bytes_out"], row["wire"]) == (10, "tcp")
    assert extended(rich.columns)[table].columns[-1].name == "wire"


def test_a_quantity_that_these_actions_do_not_have_is_an_error() -> None:
    rich = replace(world(), columns={"defender.DeviceFileEvents": {"BytesSent": "bytes_out"}})
    with pytest.raises(UsageError, match=r"'BytesSent' of defender\.DeviceFileEvents cannot hold 'bytes_out'"):
        render({"write": actions("write")}, rich, ["defender.DeviceFileEvents"])


def profile(folder: Path, tables: str) -> Path:
    office = (content("scenarios") / "worlds" / "office.yaml").read_text(encoding="utf-8")
    path = folder / "rich.yaml"
    path.write_text(office[: office.index("parameters:")] + f"tables:\n{tables}\n", encoding="utf-8")
    return path


def test_a_stream_declares_them_and_has_them(tmp_path: Path) -> None:
    path = profile(tmp_path, f"  {NETWORK}: {{BytesSent: bytes_out, BytesReceived: bytes_in}}")
    stream = simulate(
        out=tmp_path / "stream", world=path, hosts=5, days=1, tables=[NETWORK], workers=1,
    )  # fmt: skip
    assert stream.manifest["columns"] == {NETWORK: {"BytesSent": "integer", "BytesReceived": "integer"}}
    declared = stream.declared[NETWORK]
    assert [column.type for column in declared.columns[-2:]] == [Type.INTEGER, Type.INTEGER]
    assert declared.names == TABLES[NETWORK].names | {"BytesSent", "BytesReceived"}
    assert declared_tables(path)[NETWORK] == declared
    sent = [batch.column("BytesSent") for batch in open_source(tmp_path / "stream").scan(NETWORK, ["BytesSent"])]
    assert sum(len(values) for values in sent) > 0


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ("  defender.DeviceNetworkEvent: {A: user}", "did you mean 'defender.DeviceNetworkEvents'"),
        (f"  {NETWORK}: {{A: byte_out}}", "did you mean 'bytes_out'"),
        (f"  {NETWORK}: {{_time: user}}", "_time"),
    ],
)
def test_broken_declarations_are_told(tmp_path: Path, tables: str, message: str) -> None:
    with pytest.raises(InvalidScenario, match=message):
        declared_tables(profile(tmp_path, tables))


def test_every_quantity_has_a_kind_that_columns_can_have() -> None:
    assert set(QUANTITIES.values()) <= {Type.INTEGER, Type.TEXT, Type.REAL}
