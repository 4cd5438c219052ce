"""The simulated organisation: hosts, users, installed software, and the environment profiles that shape them."""

from simulator.world.build import DAY, DEFAULT_START, HOUR, MINUTE, SECOND, build_world
from simulator.world.model import (
    HOSTS,
    LOCAL_SERVICE,
    NETWORK_SERVICE,
    ROLES,
    SYSTEM,
    SYSTEM_LOGON,
    USER_ROLES,
    USERS,
    Company,
    Release,
    Software,
    World,
)

__all__ = [
    "DAY",
    "DEFAULT_START",
    "HOSTS",
    "HOUR",
    "LOCAL_SERVICE",
    "MINUTE",
    "NETWORK_SERVICE",
    "ROLES",
    "SECOND",
    "SYSTEM",
    "SYSTEM_LOGON",
    "USERS",
    "USER_ROLES",
    "Company",
    "Release",
    "Software",
    "World",
    "build_world",
]
