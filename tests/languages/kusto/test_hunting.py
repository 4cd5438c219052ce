"""A hunting query of three branches, as analysts write them, against the same computed in plain Python.

It uses columns that Defender does not document (bytes, the account): the stream declares them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict

import pyarrow as pa
import pytest

from simulator.engine import rows as engine_rows
from simulator.languages.embedded import whole
from simulator.languages.kusto import compile_query
from simulator.tables import TABLES
from simulator.tables.memory import FrameSource
from tests.corpus import SHARED
from tests.engine.memory import frame

NOW = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.UTC)

QUERY = """
let SharingSites = dynamic(["mega.nz", "file.io", "paste.ee"]);
let StorageHosts = dynamic(["s3.amazonaws.com", "drive.google.com"]);
let Scripts = dynamic(["curl.exe", "powershell.exe"]);
// straight to a site for sharing files
let Direct = DeviceNetworkEvents
| where Timestamp > ago(24h)
| where ActionType == "ConnectionSuccess"
| where RemoteUrl has_any (SharingSites)
| extend Why = case(RemoteUrl has_any ("mega", "file.io"), "Sharing", RemoteUrl has "paste", "Paste", "Other")
| project Timestamp, DeviceName, AccountName, InitiatingProcessFileName, RemoteUrl, RemotePort, BytesSent, Why;
// much at once to storage, by a script
let Large = DeviceNetworkEvents
| where Timestamp > ago(24h)
| where ActionType == "ConnectionSuccess"
| where RemoteUrl has_any (StorageHosts) and InitiatingProcessFileName in~ (Scripts)
| where BytesSent > 1048576
| extend Why = "Large"
| project Timestamp, DeviceName, AccountName, InitiatingProcessFileName, RemoteUrl, RemotePort, BytesSent, Why;
// much in all within an hour
let Bulk = DeviceNetworkEvents
| where Timestamp > ago(1h)
| where ActionType == "ConnectionSuccess" and RemoteIPType == "Public"
| where InitiatingProcessFileName in~ (Scripts)
| summarize Total = sum(BytesSent), Connections = count(), Addresses = dcount(RemoteIP)
    by DeviceName, AccountName, InitiatingProcessFileName, bin(Timestamp, 1h)
| where Total > 10485760
| extend Why = "Bulk"
| project Timestamp, DeviceName, AccountName, InitiatingProcessFileName, Total, Connections, Addresses, Why;
union Direct, Large
| union (Bulk | extend RemoteUrl = "", RemotePort = 0, BytesSent = Total)
| sort by Timestamp desc
"""

URLS = (
    "mega.nz",
    "xmega.nz",
    "g.api.mega.co.nz",
    "paste.ee/x",
    "PASTE.EE",
    "s3.amazonaws.com",
    "drive.google.com",
    "",
    None,
)
PROGRAMS = ("CURL.EXE", "powershell.exe", "chrome.exe", None)


def events() -> list[dict[str, object]]:
    """Connections over two days, every combination of what the query looks at."""
    made = []
    for number in range(720):
        at = NOW - dt.timedelta(minutes=number % 97 * 31, seconds=number)
        made.append(
            {
                "Timestamp": at,
                "ActionType": "ConnectionFailed" if number % 11 == 0 else "ConnectionSuccess",
                "DeviceName": f"host{number % 3}",
                "AccountName": None if number % 13 == 0 else f"user{number % 2}",
                "InitiatingProcessFileName": PROGRAMS[number % 4],
                "RemoteUrl": URLS[number % 9],
                "RemoteIP": f"203.0.113.{number % 5}",
                "RemoteIPType": "Private" if number % 7 == 0 else "Public",
                "RemotePort": 443,
                "BytesSent": None if number % 17 == 0 else (number % 10) * (3_000_000 if number % 97 < 2 else 700_000),
            }
        )
    return made


def source(rows: list[dict[str, object]]) -> FrameSource:
    table = frame(rows)
    times = pa.array([row["Timestamp"] for row in rows], pa.timestamp("us", "UTC"))
    return FrameSource({"defender.DeviceNetworkEvents": table.set_column(1, "_time", times)})


def has(text: object, word: str) -> bool:
    """The word in the text, with no letter or digit at its sides."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", str(text or ""), re.I) is not None


def expected(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    bulk: dict[tuple[object, ...], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        at, url, sent = row["Timestamp"], row["RemoteUrl"], row["BytesSent"]
        assert isinstance(at, dt.datetime)
        if row["ActionType"] != "ConnectionSuccess":
            continue
        who = (row["DeviceName"], row["AccountName"] or "", row["InitiatingProcessFileName"] or "")
        script = str(row["InitiatingProcessFileName"]).lower() in ("curl.exe", "powershell.exe")
        if at > NOW - dt.timedelta(hours=24):
            if any(has(url, site) for site in ("mega.nz", "file.io", "paste.ee")):
                why = (
                    "Sharing" if has(url, "mega") or has(url, "file.io") else "Paste" if has(url, "paste") else "Other"
                )
                found.append((at, *who, url or "", 443, sent, why, None))
            storage = has(url, "s3.amazonaws.com") or has(url, "drive.google.com")
            if storage and script and isinstance(sent, int) and sent > 1_048_576:
                found.append((at, *who, url or "", 443, sent, "Large", None))
        if at > NOW - dt.timedelta(hours=1) and row["RemoteIPType"] == "Public" and script:
            bulk[(*who, at.replace(minute=0, second=0, microsecond=0))].append(row)
    for (device, account, program, hour), group in bulk.items():
        total = sum(row["BytesSent"] or 0 for row in group)  # type: ignore[misc]
        if total > 10_485_760:
            found.append(
                (hour, device, account, program, "", 0, total, "Bulk", len({row["RemoteIP"] for row in group}))
            )
    return sorted(found, key=str)


SHOWN = (
    "Timestamp", "DeviceName", "AccountName", "InitiatingProcessFileName", "RemoteUrl", "RemotePort", "BytesSent",
    "Why", "Addresses",
)  # fmt: skip


def test_the_rows_are_those_that_plain_python_finds():
    rows = events()
    compiled = compile_query(whole("hunt.kql", QUERY), TABLES)
    now = int(NOW.timestamp() * 1_000_000)
    table = engine_rows(compiled.plan, source(rows), now).to_pylist()
    texts = ("AccountName", "InitiatingProcessFileName", "RemoteUrl")
    found = [tuple(row[name] or "" if name in texts else row[name] for name in SHOWN) for row in table]
    wanted = expected(rows)
    assert {row[7] for row in wanted} == {"Sharing", "Paste", "Large", "Bulk"}
    assert sorted(found, key=str) == wanted
    times = [row["Timestamp"] for row in table]
    assert times == sorted(times, reverse=True)


def test_undocumented_columns_are_warned_of():
    compiled = compile_query(whole("hunt.kql", QUERY), TABLES)
    assert [one.message for one in compiled.warnings] == [
        "DeviceNetworkEvents has no column 'AccountName'",
        "DeviceNetworkEvents has no column 'BytesSent'",
    ]


SEED = SHARED / "seeds" / "003_a65933efb16ab77e.txt"


@pytest.mark.corpus
@pytest.mark.skipif(not SEED.is_file(), reason=f"no seed at {SEED}")
def test_the_public_hunting_query_runs_verbatim():
    text = SEED.read_text(encoding="utf-8")
    query = text[text.index("let KnownExfilDomains") : text.index("high severity")]
    compiled = compile_query(whole("seed.kql", query), TABLES)
    missing = {one.message.split("'")[1] for one in compiled.warnings if "has no column" in one.message}
    assert missing == {"AccountName", "BytesSent", "BytesReceived"}
    now = int(NOW.timestamp() * 1_000_000)
    rows = [{**row, "BytesReceived": 5, "InitiatingProcessCommandLine": "x"} for row in events()]
    found = engine_rows(compiled.plan, source(rows), now).to_pylist()
    shown = [
        (
            row["Timestamp"],
            row["DeviceName"],
            row["AccountName"] or "",
            row["InitiatingProcessFileName"] or "",
            row["RemoteUrl"] or "",
            row["BytesSent"],
            row["ExfilCategory"],
            row["ConnectionCount"],
            row["UniqueRemoteIPs"],
        )
        for row in found
    ]
    wanted = expected_of_the_seed(rows, query)
    assert {row[6] for row in wanted} >= {"File Sharing", "Paste Site", "Cloud Storage Upload", "Bulk Upload Detected"}
    assert sorted(shown, key=str) == sorted(wanted, key=str)
    times = [row["Timestamp"] for row in found]
    assert times == sorted(times, reverse=True)


CATEGORIES = {
    "Messaging API": ("telegram", "discord"),
    "File Sharing": (
        "mega", "file.io", "transfer.sh", "gofile", "anonymfiles", "anonfiles", "ufile", "pixeldrain",
    ),
    "Paste Site": ("pastebin", "hastebin", "rentry", "ghostbin", "paste.ee", "privatbin"),
    "Tunnel Service": ("ngrok", "serveo"),
}  # fmt: skip


def expected_of_the_seed(rows: list[dict[str, object]], query: str) -> list[tuple[object, ...]]:
    """What the public query finds, its lists of names read off its text, everything else computed here."""
    sites, stores, programs = (
        re.findall(r'"([^"]+)"', listed) for listed in re.findall(r"dynamic\(\[(.*?)\]\)", query, re.S)
    )
    found: list[tuple[object, ...]] = []
    bulk: dict[tuple[object, ...], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        at, url, sent = row["Timestamp"], row["RemoteUrl"], row["BytesSent"]
        assert isinstance(at, dt.datetime)
        if row["ActionType"] != "ConnectionSuccess":
            continue
        who = (row["DeviceName"], row["AccountName"] or "", row["InitiatingProcessFileName"] or "")
        script = str(row["InitiatingProcessFileName"]).lower() in [program.lower() for program in programs]
        if at > NOW - dt.timedelta(hours=24):
            if any(has(url, site) for site in sites):
                kinds = (kind for kind, words in CATEGORIES.items() if any(has(url, word) for word in words))
                found.append((at, *who, url or "", sent, next(kinds, "Other"), None, None))
            if any(has(url, store) for store in stores) and script and isinstance(sent, int) and sent > 1_048_576:
                found.append((at, *who, url or "", sent, "Cloud Storage Upload", None, None))
        if at > NOW - dt.timedelta(hours=1) and row["RemoteIPType"] == "Public" and script:
            bulk[(*who, at.replace(minute=0, second=0, microsecond=0))].append(row)
    for (device, account, program, hour), group in bulk.items():
        total = sum(row["BytesSent"] or 0 for row in group)  # type: ignore[misc]
        if total > 10_485_760:
            addresses = len({row["RemoteIP"] for row in group})
            found.append((hour, device, account, program, "", total, "Bulk Upload Detected", len(group), addresses))
    return found
