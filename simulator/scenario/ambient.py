"""Processes that are always there: those of a host's boot and of a user's session.

Nobody keeps a list of them. Which boot or session a moment belongs to, when that began, and the identity of each of its
processes are functions of host, user and day, so any scenario may name one as parent and all of them agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator import draw
from simulator.scenario.rows import Index, Rows, gather, host_array, local_day, user_array
from simulator.world import DAY, LOCAL_SERVICE, MINUTE, NETWORK_SERVICE, SECOND, SYSTEM, SYSTEM_LOGON


@dataclass(frozen=True, slots=True)
class Program:
    """A process that is always there. `account` None is the user of the session."""

    name: str
    image: str
    command_line: str
    parent: str | None
    account: int | None = SYSTEM
    session: bool = False
    """Whether it belongs to the user's session rather than to the boot."""
    integrity: str = "System"
    delay: int = 0
    """Milliseconds after the boot or logon."""
    system: str = "windows"
    software: str | None = None


_SVCHOST: Final = "C:\\Windows\\System32\\svchost.exe"

PROGRAMS: Final[tuple[Program, ...]] = (
    Program("system", "System", "", None, delay=0),
    Program(
        "smss",
        "C:\\Windows\\System32\\smss.exe",
        "\\SystemRoot\\System32\\smss.exe",
        "system",
        delay=900,
        software="smss",
    ),
    Program("wininit", "C:\\Windows\\System32\\wininit.exe", "wininit.exe", "smss", delay=2100, software="wininit"),
    Program(
        "services",
        "C:\\Windows\\System32\\services.exe",
        "C:\\Windows\\system32\\services.exe",
        "wininit",
        delay=2500,
        software="services",
    ),
    Program(
        "lsass",
        "C:\\Windows\\System32\\lsass.exe",
        "C:\\Windows\\system32\\lsass.exe",
        "wininit",
        delay=2600,
        software="lsass",
    ),
    Program(
        "svchost",
        _SVCHOST,
        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p",
        "services",
        delay=4100,
        software="svchost",
    ),
    Program(
        "schedule",
        _SVCHOST,
        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule",
        "services",
        delay=4300,
        software="svchost",
    ),
    Program(
        "dnscache",
        _SVCHOST,
        "C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s Dnscache",
        "services",
        account=NETWORK_SERVICE,
        delay=4700,
        software="svchost",
    ),
    Program(
        "local",
        _SVCHOST,
        "C:\\Windows\\system32\\svchost.exe -k LocalServiceNetworkRestricted -p",
        "services",
        account=LOCAL_SERVICE,
        delay=4900,
        software="svchost",
    ),
    Program(
        "wmi",
        "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
        "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
        "svchost",
        account=NETWORK_SERVICE,
        delay=21000,
        software="wmiprvse",
    ),
    Program(
        "winlogon",
        "C:\\Windows\\System32\\winlogon.exe",
        "winlogon.exe",
        "smss",
        session=True,
        delay=0,
        software="winlogon",
    ),
    Program(
        "userinit",
        "C:\\Windows\\System32\\userinit.exe",
        "C:\\Windows\\system32\\userinit.exe",
        "winlogon",
        account=None,
        session=True,
        integrity="Medium",
        delay=9000,
        software="userinit",
    ),
    Program(
        "explorer",
        "C:\\Windows\\explorer.exe",
        "C:\\Windows\\Explorer.EXE",
        "userinit",
        account=None,
        session=True,
        integrity="Medium",
        delay=9400,
        software="explorer",
    ),
    Program("systemd", "/usr/lib/systemd/systemd", "/sbin/init", None, system="linux"),
    Program("cron", "/usr/sbin/cron", "/usr/sbin/cron -f", "systemd", system="linux", delay=5000),
    Program(
        "sshd",
        "/usr/sbin/sshd",
        "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
        "systemd",
        system="linux",
        delay=5200,
    ),
    Program("launchd", "/sbin/launchd", "/sbin/launchd", None, system="macos"),
)

BY_NAME: Final[Mapping[str, int]] = {program.name: number for number, program in enumerate(PROGRAMS)}

CONSOLES: Final[Mapping[str, tuple[str, str, str | None]]] = {
    "cmd": ("C:\\Windows\\System32\\cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ', "cmd"),
    "powershell": (
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" ',
        "powershell",
    ),
    "pwsh": ("C:\\Program Files\\PowerShell\\7\\pwsh.exe", '"C:\\Program Files\\PowerShell\\7\\pwsh.exe" ', None),
    "bash": ("/usr/bin/bash", "-bash", None),
}
"""Consoles that open for an instance when a step is done `by` them: image, command line, software."""


@dataclass(slots=True)
class Actor:
    """The process that does something, for each row."""

    process: draw.Ids
    start: Index
    image: pl.Series | str
    command_line: pl.Series | str
    user: Index
    session: Index
    logon: draw.Ids

    def take(self, index: Index | None) -> Actor:
        """The actor of the rows at `index`."""
        if index is None:
            return self
        image, line = (gather(c, index) if isinstance(c, pl.Series) else c for c in (self.image, self.command_line))
        return Actor(
            self.process[index],
            self.start[index],
            image,
            line,
            self.user[index],
            self.session[index],
            self.logon[index],
        )


def _working_day(day: Index) -> Index:
    """The same day, or the Friday before a weekend (day 0 of 1970 was a Thursday)."""
    weekday = (day + 3) % 7
    made: Index = day - np.maximum(weekday - 4, 0)
    return made


def session_start(rows: Rows, host: Index, user: Index, time: Index) -> Index:
    """When the session of `user` on `host` that lasts at `time` began: that morning or the last working day's."""
    world = rows.origin.world
    pair = draw.combine(host_array(world, "id")[host], user_array(world, "id")[user])
    offset = host_array(world, "utc_offset")[host]
    office = user_array(world, "office_start")[user]

    def begins(day: Index) -> Index:
        early = draw.uniform(draw.combine(pair, day.astype(np.uint64)), "logon") * 25 * MINUTE
        made: Index = day * DAY - offset + np.maximum(office - early.astype(np.int64), 10 * MINUTE)
        return made

    day = _working_day(local_day(time, offset))
    start = begins(day)
    late = start + MINUTE > time
    if late.any():
        start = np.where(late, begins(_working_day(day - 1)), start)
    return start


def boot_start(rows: Rows, host: Index, time: Index) -> Index:
    """When the boot began that lasts at `time`: workstations boot before their owner's logon, servers stay up."""
    world = rows.origin.world
    owner = host_array(world, "owner")[host]
    logon = session_start(rows, host, owner, time)
    boot = draw.combine(host_array(world, "id")[host], logon.astype(np.uint64))
    before = (40 + 80 * draw.uniform(boot, "boot")) * SECOND
    desk = workstations(rows)[host]
    made: Index = np.where(desk, logon - before.astype(np.int64), host_array(world, "boot_time")[host])
    return made


def workstations(rows: Rows) -> npt.NDArray[np.bool_]:
    """For each host of the world whether it is a workstation."""
    made: npt.NDArray[np.bool_] = host_array(rows.origin.world, "role") == "workstation"
    return made


def is_person(rows: Rows, user: Index) -> npt.NDArray[np.bool_]:
    """Whether each user is a person."""
    made: npt.NDArray[np.bool_] = (user_array(rows.origin.world, "kind") == "person")[user]
    return made


def session_of(rows: Rows, user: Index, time: Index) -> tuple[Index, draw.Ids]:
    """The terminal session and the logon identity of `user` on the rows' hosts at `time`."""
    world = rows.origin.world
    host, person = rows.host, is_person(rows, user)
    start = np.where(person, session_start(rows, host, user, time), boot_start(rows, host, time))
    pair = draw.combine(rows.host_ids(), user_array(world, "id")[user])
    logon = draw.combine(pair, start.astype(np.uint64))
    for account, known in SYSTEM_LOGON.items():
        logon[user == account] = known
    mine = host_array(world, "owner")[host] == user
    session = np.where(
        person, np.where(mine & workstations(rows)[host], 1, 2 + (pair % np.uint64(3)).astype(np.int64)), 0
    )
    return session, logon


def default_parent(rows: Rows) -> Index:
    """What starts programs when the scenario does not say: explorer for people, services for accounts."""
    system = host_array(rows.origin.world, "os")[rows.host]
    person = is_person(rows, rows.user)
    windows = np.where(person, BY_NAME["explorer"], BY_NAME["services"])
    unix = np.where(system == "macos", BY_NAME["launchd"], np.where(person, BY_NAME["sshd"], BY_NAME["systemd"]))
    made: Index = np.where(system == "windows", windows, unix)
    return made


def ambient(rows: Rows, program: str | Index) -> Actor:
    """The process of that name (or of each row's number in PROGRAMS) at the rows' times."""
    number = np.full(len(rows), BY_NAME[program]) if isinstance(program, str) else program
    person = is_person(rows, rows.user)
    # A service account has no session of its own: what a session's program would do, services does.
    in_session = np.array([p.session for p in PROGRAMS])[number]
    number = np.where(in_session & ~person, BY_NAME["services"], number)
    in_session = in_session & person
    start = boot_start(rows, rows.host, rows.time)
    if in_session.any():
        start = np.where(in_session, session_start(rows, rows.host, rows.user, rows.time), start)
    who = np.where(in_session, rows.user, -1)
    account = np.array([-1 if p.account is None else p.account for p in PROGRAMS])[number]
    user = np.where(account < 0, rows.user, account)
    session, logon = session_of(rows, user, rows.time)
    if in_session.any():
        own, _ = session_of(rows, rows.user, rows.time)
        session = np.where(in_session, own, session)
    return Actor(
        process=process_identity(rows.host_ids(), who, start, number),
        start=start + np.array([p.delay for p in PROGRAMS])[number] * 1000,
        image=_column([p.image for p in PROGRAMS], number),
        command_line=_column([p.command_line for p in PROGRAMS], number),
        user=user,
        session=session,
        logon=logon,
    )


def process_identity(host_ids: draw.Ids, who: Index, start: Index, number: Index) -> draw.Ids:
    """The identity of an ambient process: of its host, its session's user (-1: the boot), its start and its program."""
    base = draw.combine(host_ids, start.astype(np.uint64))
    return draw.mix(draw.combine(base, ((who + 1) * 64 + number).astype(np.uint64)), "ambient")


def _column(words: list[str], number: Index) -> pl.Series | str:
    if len(number) and (number == number[0]).all():
        return words[int(number[0])]
    return gather(pl.Series(words), number)
