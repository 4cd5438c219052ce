"""Data models: which table a data set is, and how its fields are called.

Source: Splunk Common Information Model (https://docs.splunk.com/Documentation/CIM/latest/User/Overview). In tstats and
`datamodel` a field carries the names of its data sets (`Processes.user`, `All_Changes.Account_Management.src_user`);
the tables `cim.<Model>.<DataSet>` have it bare.
"""

from __future__ import annotations

from collections.abc import Iterable

ROOTS: dict[str, tuple[str, ...]] = {
    "Alerts": ("Alerts",),
    "Authentication": ("Authentication",),
    "Certificates": ("All_Certificates",),
    "Change": ("All_Changes",),
    "Change_Analysis": ("All_Changes",),
    "Data_Access": ("Data_Access",),
    "DLP": ("DLP_Incidents",),
    "Email": ("All_Email",),
    "Endpoint": ("Processes", "Filesystem", "Registry", "Services", "Ports"),
    "Event_Signatures": ("Signatures",),
    "Intrusion_Detection": ("IDS_Attacks",),
    "Malware": ("Malware_Attacks",),
    "Network_Resolution": ("DNS",),
    "Network_Sessions": ("All_Sessions",),
    "Network_Traffic": ("All_Traffic",),
    "Risk": ("All_Risk",),
    "Splunk_Audit": ("Modular_Actions",),
    "Updates": ("Updates",),
    "Vulnerabilities": ("Vulnerabilities",),
    "Web": ("Web",),
}
"""Root data sets of each model; the first where a search names none."""

CHILDREN: dict[str, str] = {
    "Failed_Authentication": "action=failure",
    "Successful_Authentication": "action=success",
    "Privileged_Authentication": "tag=privileged",
    "Default_Authentication": "tag=default",
    "Allowed_Traffic": "action=allowed",
    "Blocked_Traffic": "action=blocked",
    "Traffic_By_Action": "",
    "Proxy": "tag=proxy",
    "Account_Management": "tag=account",
    "Auditing_Changes": "tag=audit",
    "Endpoint_Changes": "tag=endpoint",
    "Network_Changes": "tag=network",
    "SSL": "",
    "DHCP": "tag=dhcp",
    "VPN": "tag=vpn",
}
"""Data sets inside root data sets, and what makes an event one of theirs. Tags are not looked at: a stream has none."""

UNPREFIXED = frozenset(("_time", "_raw", "host", "source", "sourcetype", "index", "nodename", "splunk_server"))


def table_of(model: str, fields: Iterable[str]) -> tuple[str, str, tuple[str, ...]]:
    """The table of `Model` or `Model.DataSet`, its root data set, and the data sets inside it that are meant. Where
    none is named, the first root that the fields name."""
    name, _, dataset = model.partition(".")
    parts = [part for part in dataset.split(".") if part]
    roots = ROOTS.get(name, ())
    if parts and parts[0] in CHILDREN and parts[0] not in roots and roots:
        parts.insert(0, roots[0])
    if not parts:
        named = [field.partition(".")[0] for field in fields]
        parts = [next((one for one in named if one in roots), next(iter(roots), name))]
    return f"cim.{name}.{parts[0]}", parts[0], tuple(parts[1:])


def bare(field: str, root: str) -> str:
    """The name of a field without its data sets."""
    if field in UNPREFIXED:
        return field
    parts = field.split(".")
    while len(parts) > 1 and (parts[0] == root or parts[0] in CHILDREN or parts[0][:1].isupper()):
        parts = parts[1:]
    return ".".join(parts)
