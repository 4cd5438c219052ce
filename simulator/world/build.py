"""Build a world from an environment profile, a seed and a size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from simulator import draw
from simulator.errors import UsageError
from simulator.world.model import HOSTS, SYSTEM, USERS, Company, World
from simulator.world.people import DEPARTMENTS, company_name, people, plain
from simulator.world.profile import Profile, find_profile, load_pools, load_profile, load_software

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DEFAULT_START = date(2026, 3, 2)
"""A Monday. Fixed, so that the same seed gives the same stream whenever it is simulated."""

_PREFIX = {
    "domain-controller": "DC",
    "file-server": "FS",
    "backup-server": "BK",
    "web-server": "WEB",
    "build-server": "BLD",
    "monitoring-server": "MON",
    "database-server": "SQL",
    "jump-server": "JMP",
    "workstation": "WS",
}
_SERVICE = {
    "backup-server": ("svc-backup", "backup-operator"),
    "web-server": ("svc-web", "web-operator"),
    "build-server": ("svc-build", "build-operator"),
    "monitoring-server": ("svc-monitor", "monitoring-operator"),
    "database-server": ("svc-sql", "database-operator"),
}
_WINDOWS_CLIENTS = (("10.0.22621", 0.6), ("10.0.19045", 0.4))
_WINDOWS_SERVERS = (("10.0.20348", 0.7), ("10.0.17763", 0.3))
_SHARES = ("Finance", "HR", "Projects", "Sales", "Engineering", "Legal", "Public", "Contracts")


def build_world(seed: int, hosts: int, days: int, profile: str | Path = "office", start: date = DEFAULT_START) -> World:
    """The organisation of `profile` with this many hosts, for this many days from `start` (UTC).

    Raises UsageError for a profile that does not exist or a size out of range, InvalidScenario for a broken profile.
    """
    if hosts < 1 or days < 1:
        raise UsageError(f"a world needs at least one host and one day, not {hosts} and {days}")
    shape = load_profile(find_profile(profile))
    begins = (start - date(1970, 1, 1)).days * DAY
    roles = _roles(shape, hosts)
    company = _company(seed, roles)
    frame = _hosts(shape, seed, roles, company, begins)
    users = _users(shape, seed, frame, company, begins)
    frame = _with_accounts(frame, users, seed, begins)
    return World(
        profile=shape.name,
        seed=seed,
        start=begins,
        days=days,
        company=company,
        hosts=frame,
        users=users,
        installed=_installed(shape, frame),
        software=load_software(),
        parameters=shape.parameters,
        sources=shape.sources,
        pools={name: pool.words for name, pool in load_pools().items()},
        columns=shape.columns,
    )


def _roles(shape: Profile, hosts: int) -> list[str]:
    """The role of each host: servers first, in the profile's order, and workstations for the rest."""
    roles: list[str] = []
    for role, entry in shape.hosts.items():
        if role != "workstation":
            roles += [role] * max(entry.least, round(entry.share * hosts))
    return roles[: hosts - 1] + ["workstation"] * max(1, hosts - len(roles))


def _company(seed: int, roles: Sequence[str]) -> Company:
    name = company_name(seed)
    short = plain(name.split()[0])
    ids = np.array([seed], np.uint64)
    parts = [int(draw.integers(ids, 10**8, 4 * 10**9, "domain sid", i)[0]) for i in range(3)]
    servers = [f"{_PREFIX['file-server']}-{i + 1:02}" for i in range(max(1, roles.count("file-server")))][:50]
    shares = tuple(f"\\\\{server}\\{share}" for server in servers for share in _SHARES)
    return Company(
        name=name,
        domain=f"{'-'.join(plain(word) for word in name.split())}.example",
        netbios=short.upper()[:15],
        tenant="".join(plain(word) for word in name.split()),
        domain_sid="S-1-5-21-" + "-".join(map(str, parts)),
        shares=shares,
        buckets=tuple(f"{short}-{use}" for use in ("backup", "backup-offsite", "artifacts", "data-exchange")),
    )


def _text(values: Sequence[str], index: draw.Ints) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(pl.Series(index))


def _hosts(shape: Profile, seed: int, roles: list[str], company: Company, begins: int) -> pl.DataFrame:
    count = len(roles)
    index = np.arange(count, dtype=np.uint64)
    ids = draw.mix(index, seed, "host")
    role = np.array(roles)
    ordinal = np.zeros(count, np.int64)
    for name in _PREFIX:
        ordinal[role == name] = np.arange(1, int((role == name).sum()) + 1)
    system = _systems(shape, role)
    windows, work = system == "windows", role == "workstation"
    names = [
        (f"{_PREFIX[r]}-{o:04}" if r == "workstation" else f"{_PREFIX[r]}-{o:02}")
        for r, o in zip(roles, ordinal, strict=True)
    ]
    names = [n if s == "windows" else n.lower() for n, s in zip(names, system, strict=True)]
    zones = list(shape.timezones)
    zone = draw.choice(ids, list(shape.timezones.values()), "timezone")
    zone[~work] = 0
    offsets = np.array([_offset(z, begins) for z in zones], np.int64)

    def chance(parameter: str) -> pl.Series:
        return pl.Series(windows & (draw.uniform(ids, parameter) < float(shape.parameters[parameter])))

    old = windows & (draw.uniform(ids, "sysmon_10_share") < float(shape.parameters["sysmon_10_share"]))
    sysmon = np.where(old, 2, (draw.uniform(ids, "sysmon 15") < 0.3).astype(np.int64))
    sysmon[~windows] = 3
    tail = draw.integers(ids, 0, 2**24 - 1, "mac")
    columns = {
        "index": index,
        "id": ids,
        "name": names,
        "fqdn": [f"{n}.{company.domain}" for n in names],
        "domain": pl.repeat(company.netbios, count, eager=True),
        "os": system.tolist(),
        "os_version": _versions(ids, system, work),
        "role": roles,
        "ip": _addresses(ordinal, work, index),
        "mac": [f"00:15:5d:{t >> 16:02x}:{t >> 8 & 255:02x}:{t & 255:02x}" for t in tail.tolist()],
        "machine_guid": [f"{g:08x}" for g in (draw.mix(ids, "machine guid") >> np.uint64(32)).tolist()],
        "sysmon_version": _text(["15.15", "14.14", "10.42", ""], sysmon),
        "timezone": _text(zones, zone),
        "utc_offset": offsets[zone],
        "boot_time": begins - draw.integers(ids, HOUR, 21 * DAY, "boot"),
        "owner": np.zeros(count, np.uint32),
        "service": np.zeros(count, np.uint32),
        "sysmon_old": old,
        "command_line_audited": chance("command_line_audit_share"),
        "audit_v1": chance("audit_v1_share"),
        "dns_client_channel_on": chance("dns_client_channel_share"),
        "powershell4": chance("powershell_4_share"),
        "script_logging": chance("script_logging_share"),
        "module_logging": chance("module_logging_share"),
        "proxied": pl.Series(draw.uniform(ids, "proxied_share") < float(shape.parameters["proxied_share"])),
        "tls_inspected": pl.Series(draw.uniform(ids, "tls") < float(shape.parameters["tls_inspection_share"])),
    }
    return pl.DataFrame(columns, schema_overrides=HOSTS).select(pl.col(name).cast(kind) for name, kind in HOSTS.items())


def _systems(shape: Profile, role: np.ndarray) -> np.ndarray:
    """The operating system of each host: in proportion within each role, the commonest first.

    So a role's only host has the commonest one. Positions of the golden ratio spread evenly whatever their number.
    """
    system = np.full(len(role), "windows", dtype=object)
    for name, entry in shape.hosts.items():
        mine = role == name
        names = sorted(entry.systems, key=lambda one: -entry.systems[one])
        edges = np.cumsum([entry.systems[one] for one in names])
        spread = np.arange(int(mine.sum())) * ((5**0.5 - 1) / 2) % 1
        place = np.searchsorted(edges, spread * edges[-1], side="right")
        system[mine] = np.array(names, dtype=object)[np.minimum(place, len(names) - 1)]
    return system


def _versions(ids: draw.Ids, system: np.ndarray, work: np.ndarray) -> list[str]:
    clients = draw.choice(ids, [w for _, w in _WINDOWS_CLIENTS], "os version")
    servers = draw.choice(ids, [w for _, w in _WINDOWS_SERVERS], "os version")
    return [
        (_WINDOWS_CLIENTS[c][0] if at_desk else _WINDOWS_SERVERS[s][0])
        if name == "windows"
        else {"linux": "Debian 12", "macos": "14.5"}[name]
        for name, at_desk, c, s in zip(system.tolist(), work.tolist(), clients.tolist(), servers.tolist(), strict=True)
    ]


def _addresses(ordinal: draw.Ints, work: np.ndarray, index: draw.Ids) -> list[str]:
    """Workstations from 10.16.0.10 on, servers from 10.1.0.10 on."""
    number = np.where(work, (10 << 24) + (16 << 16) + 9 + ordinal, (10 << 24) + (1 << 16) + 10 + index.astype(np.int64))
    return [f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in number.tolist()]


def _offset(zone: str, begins: int) -> int:
    """Microseconds east of UTC; Polars brings its own time zone data."""
    moment = pl.Series([begins], dtype=pl.Datetime("us", "UTC"))
    try:
        local = moment.dt.convert_time_zone(zone)
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"unknown time zone {zone!r}") from error
    whole = local.dt.base_utc_offset() + local.dt.dst_offset()
    return int(whole.dt.total_microseconds()[0])


def _quota(shares: Mapping[str, float], count: int) -> list[str]:
    """`count` roles in proportion; rare but indispensable ones are there as soon as there are people for them."""
    order = sorted(shares, key=lambda name: shares[name])
    made: list[str] = []
    for name in order:
        made += [name] * (max(1, round(shares[name] * count)) if len(made) < count else 0)
    most = order[-1]
    return (made + [most] * count)[:count] if count > len(order) else made[:count]


def _users(shape: Profile, seed: int, hosts: pl.DataFrame, company: Company, begins: int) -> pl.DataFrame:
    desks = hosts.filter(pl.col("role") == "workstation")
    count = len(desks)
    ids = draw.mix(desks["index"].to_numpy().astype(np.uint64), seed, "person")
    names = people(ids, seed)
    role = np.array(_quota(shape.users, count), dtype=object)[
        np.argsort(draw.mix(ids, "role"), kind="stable").argsort()
    ]
    starts = draw.integers(ids, 14, 19, "office start") * 30 * MINUTE
    persons = pl.DataFrame(
        {
            "name": names.account,
            "display_name": [f"{a} {b}" for a, b in zip(names.first, names.last, strict=True)],
            "first_name": names.first,
            "last_name": names.last,
            "email": [f"{a}@{company.domain}" for a in names.account],
            "role": role.tolist(),
            "department": _text(DEPARTMENTS, draw.choice(ids, len(DEPARTMENTS), "department")),
            "host": desks["index"],
            "office_start": starts,
            "office_end": starts + draw.integers(ids, 16, 19, "office hours") * 30 * MINUTE,
            "timezone": desks["timezone"],
            "utc_offset": desks["utc_offset"],
        }
    ).with_columns(kind=pl.lit("person"), domain=pl.lit(company.netbios))
    special = [
        ("SYSTEM", "system", "S-1-5-18"),
        ("LOCAL SERVICE", "system", "S-1-5-19"),
        ("NETWORK SERVICE", "system", "S-1-5-20"),
    ]
    special += [(account, role, "") for account, role in _SERVICE.values()]
    others = pl.DataFrame(
        {
            "name": [name for name, _, _ in special],
            "role": [role for _, role, _ in special],
            "kind": ["system" if sid else "service" for _, _, sid in special],
            "sid": [sid or None for _, _, sid in special],
            "domain": ["NT AUTHORITY" if sid else company.netbios for _, _, sid in special],
        },
        schema_overrides={"sid": pl.String},
    ).with_columns(
        display_name=pl.col("name"),
        first_name=pl.lit(""),
        last_name=pl.lit(""),
        email=pl.lit(""),
        department=pl.lit("IT"),
        host=pl.lit(0, pl.UInt32),
        office_start=pl.lit(0, pl.Int64),
        office_end=pl.lit(DAY, pl.Int64),
        timezone=pl.lit(hosts["timezone"][0]),
        utc_offset=pl.lit(hosts["utc_offset"][0]),
    )
    users = pl.concat([others, persons], how="diagonal_relaxed").with_row_index("index")
    return users.with_columns(
        pl.Series("id", draw.mix(users["index"].to_numpy().astype(np.uint64), seed, "user")),
        sid=pl.coalesce("sid", pl.format("{}-{}", pl.lit(company.domain_sid), pl.col("index") + 1100)),
    ).select(pl.col(name).cast(kind) for name, kind in USERS.items())


def _with_accounts(hosts: pl.DataFrame, users: pl.DataFrame, seed: int, begins: int) -> pl.DataFrame:
    """Hosts with the row numbers of their owner and service account."""
    owner = np.zeros(len(hosts), np.uint32)
    persons = users.filter(pl.col("kind") == "person")
    owner[persons["host"].to_numpy()] = persons["index"].to_numpy()
    admins = persons.filter(pl.col("role") == "domain-admin")["index"].to_numpy()
    admins = admins if len(admins) else persons["index"].to_numpy()
    server = (hosts["role"] != "workstation").to_numpy()
    owner[server] = admins[draw.choice(hosts["id"].to_numpy()[server], len(admins), "owner")]
    accounts = dict(zip(users["name"].head(3 + len(_SERVICE)), users["index"].head(3 + len(_SERVICE)), strict=True))
    service = {role: accounts[account] for role, (account, _) in _SERVICE.items()}
    return hosts.with_columns(
        owner=pl.Series(owner),
        service=pl.col("role").replace_strict(service, default=SYSTEM, return_dtype=pl.UInt32),
    )


def _installed(shape: Profile, hosts: pl.DataFrame) -> pl.DataFrame:
    """Which programs the profile puts on which hosts, each in one version."""
    ids, windows = hosts["id"].to_numpy(), (hosts["os"] == "windows").to_numpy()
    role = hosts["role"].to_numpy()
    found: list[pl.DataFrame] = []
    wanted: dict[str, np.ndarray] = {}
    for group, programs in shape.software.items():
        among = windows if group == "all" else (windows & (role == group))
        for program, share in programs.items():
            has = among & (draw.uniform(ids, "installed", program) < share)
            wanted[program] = wanted.get(program, np.zeros(len(ids), bool)) | has
    for program, has in wanted.items():
        frame = pl.DataFrame(
            {"host": hosts["index"].filter(pl.Series(has)), "software": [program] * int(has.sum())},
            schema={"host": pl.UInt32, "software": pl.String},
        )
        found.append(frame)
    if not found:
        return pl.DataFrame(schema={"host": pl.UInt32, "software": pl.String})
    return pl.concat(found).sort("host", "software")
