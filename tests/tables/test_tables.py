"""The registry of tables and the demand for columns."""

import pytest

from simulator.tables import TABLES, Demand, matching, table_for_windows


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
        assert not [name for name in names if name.startswith("_")], table.name


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
