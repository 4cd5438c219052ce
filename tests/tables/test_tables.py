"""The registry of tables and the demand for columns."""

import pytest

from simulator.tables import SYSTEM_COLUMNS, TABLES, Column, Demand, Type, ecs, matching, table_for_windows, words

_RESERVED = {*(column.name for column in SYSTEM_COLUMNS), "_file", "_record", "_text", "_action_id", "_instance_id"}


@pytest.mark.parametrize(
    ("channel", "event", "table"),
    [
        ("Microsoft-Windows-Sysmon/Operational", 1, "sysmon.process_creation"),
        ("microsoft-windows-sysmon/operational", 13, "sysmon.registry_event"),
        ("Microsoft-Windows-Sysmon/Operational", 999, "sysmon.other"),
        ("Security", 4688, "security.process_creation"),
        ("Security", 4624, "security.other"),
        ("Microsoft-Windows-Bits-Client/Operational", 59, "microsoft_windows_bits_client_operational.other"),
        ("", 1, "unknown.other"),
    ],
)
def test_windows_events_go_to_their_table(channel, event, table):
    assert table_for_windows(channel, event) == table


def test_no_table_lists_a_column_twice_or_uses_a_system_name():
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names)), table.name
        assert not _RESERVED.intersection(names), table.name


def test_columns_are_listed_with_their_kinds():
    assert words.columns("A B:int", "C:time A") == (
        Column("A"),
        Column("B", Type.INTEGER),
        Column("C", Type.TIME),
    )
    assert [column.name for column in ecs.columns("a.{b,c.{d,e},f} g")] == ["a.b", "a.c.d", "a.c.e", "a.f", "g"]


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("defender.DeviceProcessEvents", "Timestamp", Type.TIME),
        ("defender.DeviceProcessEvents", "TimeGenerated", Type.TIME),
        ("defender.DeviceNetworkEvents", "RemotePort", Type.INTEGER),
        ("defender.DeviceFileEvents", "AdditionalFields", Type.DYNAMIC),
        ("sentinel.SecurityEvent", "EventID", Type.INTEGER),
        ("sentinel.CommonSecurityLog", "SentBytes", Type.INTEGER),
        ("elastic.endpoint.events.process", "process.args", Type.TEXTS),
        ("elastic.endpoint.events.network", "destination.port", Type.INTEGER),
        ("elastic.endpoint.events.network", "process.command_line", Type.TEXT),
        ("elastic.windows.sysmon_operational", "@timestamp", Type.TIME),
        ("elastic.winlogbeat", "winlog.event_data.ScriptBlockText", Type.TEXT),
        ("splunk.XmlWinEventLog", "EventCode", Type.TEXT),
        ("cim.Network_Traffic.All_Traffic", "bytes_out", Type.INTEGER),
        ("cim.Endpoint.Processes", "process_name", Type.TEXT),
    ],
)
def test_vendors_columns_have_their_kinds(table, column, kind):
    assert {known.name: known.type for known in TABLES[table].columns}[column] is kind


def test_what_a_vendor_does_not_record_is_no_column():
    assert "BytesSent" not in TABLES["defender.DeviceNetworkEvents"].names
    assert not TABLES["defender.DeviceNetworkEvents"].open
    assert not TABLES["cim.Endpoint.Processes"].open


def test_patterns_name_whole_channels():
    assert "sysmon.dns_query" in matching("sysmon.*")
    assert matching("security.*") == ("security.process_creation",)
    assert matching("nothing.*", ["a.b"]) == ()


def test_a_demand_joins_what_its_patterns_want():
    demand = Demand({"sysmon.*": frozenset({"Image"}), "sysmon.dns_query": frozenset({"QueryName"})})
    assert demand.of("sysmon.dns_query") == {"Image", "QueryName"}
    assert demand.of("sysmon.file_event") == {"Image"}
    assert demand.of("proxy.http") is None


def test_a_demand_may_want_the_text_of_some_events_only():
    columns = {"security.*": frozenset({"_text"}), "sysmon.*": frozenset({"_text"}), "*.other": frozenset({"EventID"})}
    demand = Demand(columns, {"security.*": frozenset({4727})})
    assert demand.text_wanted("security.other", 4727)
    assert not demand.text_wanted("security.other", 4624)
    assert demand.text_wanted("sysmon.dns_query", 22)
    assert not demand.text_wanted("system.other", 7045)
