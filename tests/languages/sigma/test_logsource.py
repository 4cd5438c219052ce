"""Logsource -> tables, and what a table that names fields differently is asked."""

from __future__ import annotations

import pytest

from simulator.ir import (
    And,
    Cidr,
    Compare,
    Const,
    FieldPair,
    Filter,
    IsNull,
    Like,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    Scan,
    Union,
    Wild,
)
from simulator.languages.predicates import all_of
from simulator.languages.sigma.fields import SECURITY_4688
from simulator.languages.sigma.logsource import WINDOWS_CATEGORIES, WINDOWS_CHANNELS, places
from simulator.tables import TABLES, table_for_windows
from simulator.tables.windows import channel_slug
from tests.languages.sigma.reading import plan

ANY = Wild.ANY

CASES = [
    ("category: file_event, product: windows", [("sysmon.file_event", ())]),
    (
        "category: process_creation, product: windows",
        [("sysmon.process_creation", ()), ("security.process_creation", ())],
    ),
    ("category: process_creation, product: windows, service: sysmon", [("sysmon.process_creation", ())]),
    ("category: process_creation, product: windows, service: security", [("security.process_creation", ())]),
    ("category: registry_set, product: windows", [("sysmon.registry_event", (13,))]),
    ("category: registry_event, product: windows", [("sysmon.registry_event", ())]),
    ("category: pipe_created, product: windows", [("sysmon.pipe_event", ())]),
    ("category: pipe_connected, product: windows", [("sysmon.pipe_event", (18,))]),
    ("category: sysmon_status, product: windows", [("sysmon.other", (4, 16))]),
    (
        "category: ps_script, product: windows",
        [("powershell.script_block", ()), ("powershellcore_operational.other", (4104,))],
    ),
    ("category: ps_classic_start, product: windows", [("powershell_classic.other", (400,))]),
    (
        "category: file_access, product: windows",
        [("microsoft_windows_kernel_file_analytic.other", (12,)), ("windows.file_access", ())],
    ),
    (
        "category: file_rename, product: windows",
        [("microsoft_windows_kernel_file_analytic.other", (19, 27)), ("windows.file_rename", ())],
    ),
    ("category: dns_query, product: windows", [("sysmon.dns_query", ())]),
    (
        "product: windows, service: dns-client",
        [("dns_client.*", ()), ("microsoft_windows_dns_client_events_operational.*", ())],
    ),
    ("product: windows, service: security", [("security.*", ())]),
    ("product: windows, service: system", [("system.*", ())]),
    ("product: Windows, service: Sysmon", [("sysmon.*", ())]),
    ("product: windows, service: powershell", [("powershell.*", ()), ("powershellcore_operational.*", ())]),
    ("product: windows, service: powershell-classic", [("powershell_classic.*", ())]),
    ("product: windows, service: windefend", [("microsoft_windows_windows_defender_operational.*", ())]),
    ("product: windows, service: unheard-of", [("windows.unheard_of", ())]),
    ("product: linux, service: auditd", [("linux.auditd", ())]),
    ("product: linux, service: sshd", [("linux.syslog", ()), ("linux.sshd", ())]),
    ("product: linux, service: syslog", [("linux.syslog", ())]),
    ("product: linux, category: process_creation", [("linux.process_creation", ()), ("linux_sysmon.other", (1,))]),
    ("product: linux", [("linux.*", ()), ("linux_sysmon.*", ())]),
    ("product: macos, category: process_creation", [("macos.process_creation", ())]),
    ("category: proxy", [("proxy.http", ())]),
    ("category: webserver", [("web.access", ())]),
    ("service: apache", [("web.access", ()), ("*.apache", ())]),
    ("product: aws, service: cloudtrail", [("aws.cloudtrail", ())]),
    ("product: azure, service: signinlogs", [("azure.signinlogs", ())]),
    ("product: okta, service: okta", [("okta.okta", ())]),
    ("product: gcp, service: gcp.audit", [("gcp.audit", ())]),
    ("product: gcp, service: google_workspace.admin", [("gcp.google_workspace_admin", ())]),
    ("product: kubernetes, category: application, service: audit", [("kubernetes.audit", ())]),
    ("product: qualys", [("qualys.*", ())]),
    (
        "category: antivirus",
        [
            ("microsoft_windows_windows_defender_operational.other", (1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119)),
            ("*.antivirus", ()),
        ],
    ),
    ("category: dns", [("*.dns", ())]),
]


@pytest.mark.parametrize(("logsource", "expected"), CASES)
def test_places(logsource, expected):
    given = dict(pair.split(": ") for pair in logsource.split(", "))
    assert [(place.table, place.event_ids) for place in places(given)] == expected


def test_a_rule_of_all_windows_reads_all_its_tables():
    tables = [place.table for place in places({"product": "windows"})]
    assert {name for name, table in TABLES.items() if table.channel} <= set(tables)
    assert "*.other" in tables


def test_tables_of_categories_are_those_that_events_arrive_in():
    """Every table named without an event id is a known one; with event ids, it is where those events arrive."""
    for category, found in WINDOWS_CATEGORIES.items():
        for place in found:
            assert (
                place.table in TABLES
                or (place.event_ids and place.table.endswith(".other"))
                or place.table == f"windows.{category}"
            ), category


def test_channels_have_the_slugs_that_services_read():
    for service, channels in WINDOWS_CHANNELS.items():
        for place, channel in zip(places({"product": "windows", "service": service}), channels, strict=True):
            assert table_for_windows(channel, 99999) == f"{channel_slug(channel)}.other", service
            assert place.table == f"{channel_slug(channel)}.*"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Level: Error", Or((Like("Level", ("Error",)), Like("Level", ("2",))))),
        ("Level: 2", Like("Level", ("2",))),
        ("Level: Odd", Like("Level", ("Odd",))),
        ("Level|startswith: Err", Like("Level", ("Err", ANY))),
    ],
)
def test_levels_may_be_named(tmp_path, given, expected):
    rule = "title: A\nlogsource: {product: windows, service: application}\ndetection:\n  sel: {%s}\n  condition: sel\n"
    assert plan(tmp_path, rule % given) == Filter(Scan("application.*"), expected)


RULE = "title: A rule\nlogsource: {category: %s, product: windows}\ndetection:\n  sel: {%s}\n  condition: sel\n"


def test_event_ids_are_asked_where_a_table_holds_several_kinds(tmp_path):
    assert plan(tmp_path, RULE % ("registry_set", "Details: x")) == Filter(
        Scan("sysmon.registry_event"), And((Like("EventID", ("13",)), Like("Details", ("x",))))
    )


def test_process_creation_reads_sysmon_and_security(tmp_path):
    assert plan(tmp_path, RULE % ("process_creation", r"Image|endswith: '\a.exe', CommandLine|contains: b")) == Union(
        (
            Filter(
                Scan("sysmon.process_creation"),
                And((Like("Image", (ANY, "\\a.exe")), Like("CommandLine", (ANY, "b", ANY)))),
            ),
            Filter(
                Scan("security.process_creation"),
                And((Like("NewProcessName", (ANY, "\\a.exe")), Like("CommandLine", (ANY, "b", ANY)))),
            ),
        )
    )


def test_a_table_in_which_nothing_can_match_is_not_read(tmp_path):
    assert plan(tmp_path, RULE % ("process_creation", "User: no-domain")) == Filter(
        Scan("sysmon.process_creation"), Like("User", ("no-domain",))
    )


OTHER = And((Not(Like("TargetUserName", ("-",))), Not(IsNull("TargetUserName"))))


def user(*splits):
    def among(domain, name):
        found = tuple(all_of((Like(domain, left), Like(name, right))) for left, right in splits)
        return found[0] if len(found) == 1 else Or(found)

    target = among("TargetDomainName", "TargetUserName")
    wanted = target.items if isinstance(target, And) else (target,)
    subject = among("SubjectDomainName", "SubjectUserName")
    others = subject.items if isinstance(subject, And) else (subject,)
    return Or((And((*OTHER.items, *wanted)), And((Not(OTHER), *others))))


RENAMED = [
    (Like("ParentImage", ("x",)), Like("ParentProcessName", ("x",))),
    (Regex("Image", "x"), Regex("NewProcessName", "x")),
    (Not(IsNull("Image")), Not(IsNull("NewProcessName"))),
    (FieldPair("Image", "CommandLine", Pair.CONTAINS), FieldPair("NewProcessName", "CommandLine", Pair.CONTAINS)),
    (Like("OriginalFileName", ("x",)), Like("OriginalFileName", ("x",))),
    (Cidr("X", "10.0.0.0/8"), Cidr("X", "10.0.0.0/8")),
    (Like("ProcessId", ("4",)), Like("NewProcessId", ("0x4",))),
    (Like("ParentProcessId", ("6036",)), Like("ProcessId", ("0x1794",))),
    (Compare("ProcessId", Op.EQ, 4), Like("NewProcessId", ("0x4",))),
    (Like("IntegrityLevel", ("high",)), Like("MandatoryLabel", ("S-1-16-12288",))),
    (Like("IntegrityLevel", ("S-1-16-16384",)), Like("MandatoryLabel", ("S-1-16-16384",))),
    (
        Like("IntegrityLevel", ("Medium", ANY)),
        Or((Like("MandatoryLabel", ("S-1-16-8192",)), Like("MandatoryLabel", ("S-1-16-8448",)))),
    ),
    (Like("IntegrityLevel", ("Sky",)), Const(False)),
    (Like("User", ("CORP\\ann",)), user((("CORP",), ("ann",)))),
    (Like("User", (ANY, "\\ann")), user(((ANY,), ("ann",)))),
    (Like("User", (ANY, "AUTHORI", ANY)), user(((ANY,), (ANY, "AUTHORI", ANY)), ((ANY, "AUTHORI", ANY), (ANY,)))),
    (Like("User", ("NT ", ANY)), user((("NT ", ANY), (ANY,)))),
    (Like("User", ("a\\b\\c",)), Const(False)),
    (IsNull("User"), IsNull("SubjectUserName")),
]


@pytest.mark.parametrize(("asked", "expected"), RENAMED, ids=[repr(asked) for asked, _ in RENAMED])
def test_security_4688(asked, expected):
    assert SECURITY_4688.apply(asked) == expected
