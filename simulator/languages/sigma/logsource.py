"""Logsource -> tables. Everything a Sigma logsource can say, as tables one can read and extend.

Categories name a kind of event whatever sensor wrote it, so a category may have several sources; services name a
channel. What is in no table here still has one: `<product>.<service or category>`, so no rule is dropped silently.
Sources: the Sigma taxonomy (https://sigmahq.io/docs/basics/log-sources.html) and, for channel names, the event logs'
own names as Windows registers them (`wevtutil el`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.languages.sigma.fields import CHANNEL, DEFENDER, MALWARE_EVENTS, NONE, SECURITY_4688, Renaming
from simulator.tables.windows import WINDOWS_TABLES, channel_slug


@dataclass(frozen=True, slots=True)
class Place:
    """Where events of a logsource are: a table or table pattern, the event ids that count there (empty: all), and how
    that table names Sigma's fields."""

    table: str
    event_ids: tuple[int, ...] = ()
    fields: Renaming = NONE


_SYSMON = {
    "clipboard_capture": ("clipboard_capture", ()),
    "clipboard_change": ("clipboard_capture", ()),
    "create_remote_thread": ("create_remote_thread", ()),
    "create_stream_hash": ("create_stream_hash", ()),
    "dns_query": ("dns_query", ()),
    "driver_load": ("driver_load", ()),
    "driver_loaded": ("driver_load", ()),
    "file_block": ("file_block", ()),
    "file_block_executable": ("file_block", (27,)),
    "file_block_shredding": ("file_block", (28,)),
    "file_change": ("file_change", ()),
    "file_delete": ("file_delete", ()),
    "file_delete_detected": ("file_delete", (26,)),
    "file_event": ("file_event", ()),
    "file_executable_detected": ("file_executable_detected", ()),
    "image_load": ("image_load", ()),
    "network_connection": ("network_connection", ()),
    "pipe_connected": ("pipe_event", (18,)),
    "pipe_created": ("pipe_event", ()),  # Sigma means 17 and 18: many pipes only show when a client connects
    "process_access": ("process_access", ()),
    "process_creation": ("process_creation", ()),
    "process_tampering": ("process_tampering", ()),
    "process_terminated": ("process_termination", ()),
    "process_termination": ("process_termination", ()),
    "raw_access_read": ("raw_access_thread", ()),
    "raw_access_thread": ("raw_access_thread", ()),
    "registry_add": ("registry_event", (12,)),
    "registry_delete": ("registry_event", (12,)),
    "registry_event": ("registry_event", ()),
    "registry_rename": ("registry_event", (14,)),
    "registry_set": ("registry_event", (13,)),
    "sysmon_error": ("other", (255,)),
    "sysmon_status": ("other", (4, 16)),
    "wmi_event": ("wmi_event", ()),
}
"""Sysmon's categories: the table after `sysmon.`, and the event ids where the table holds several kinds."""

_CORE = "powershellcore_operational"
_KERNEL_FILE = "microsoft_windows_kernel_file_analytic"
"""The channel of Microsoft-Windows-Kernel-File, which Sigma names as the source of two categories that Sysmon lacks."""

WINDOWS_CATEGORIES: dict[str, tuple[Place, ...]] = {
    **{category: (Place(f"sysmon.{table}", ids),) for category, (table, ids) in _SYSMON.items()},
    "process_creation": (
        Place("sysmon.process_creation"),
        Place("security.process_creation", fields=SECURITY_4688),
    ),
    "file_access": (Place(f"{_KERNEL_FILE}.other", (12,)), Place("windows.file_access")),
    "file_rename": (Place(f"{_KERNEL_FILE}.other", (19, 27)), Place("windows.file_rename")),
    "ps_module": (Place("powershell.module"), Place(f"{_CORE}.other", (4103,))),
    "ps_script": (Place("powershell.script_block"), Place(f"{_CORE}.other", (4104,))),
    "ps_classic_start": (Place("powershell_classic.other", (400,)),),
    "ps_classic_provider_start": (Place("powershell_classic.other", (600,)),),
    "ps_classic_script": (Place("powershell_classic.other", (800,)),),
}

_SERVICE_BUS = (
    "Microsoft-ServiceBus-Client/Operational",
    "Microsoft-ServiceBus-Client/Admin",
    "Microsoft-ServiceBus-Client",
)

WINDOWS_CHANNELS: dict[str, tuple[str, ...]] = {
    "application": ("Application",),
    "application-experience": (
        "Microsoft-Windows-Application-Experience/Program-Telemetry",
        "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant",
    ),
    "applocker": (
        "Microsoft-Windows-AppLocker/EXE and DLL",
        "Microsoft-Windows-AppLocker/MSI and Script",
        "Microsoft-Windows-AppLocker/Packaged app-Deployment",
        "Microsoft-Windows-AppLocker/Packaged app-Execution",
    ),
    "appmodel-runtime": ("Microsoft-Windows-AppModel-Runtime/Admin",),
    "appxdeployment-server": ("Microsoft-Windows-AppXDeploymentServer/Operational",),
    "appxpackaging-om": ("Microsoft-Windows-AppxPackaging/Operational",),
    "bitlocker": ("Microsoft-Windows-BitLocker/BitLocker Management",),
    "bits-client": ("Microsoft-Windows-Bits-Client/Operational",),
    "capi2": ("Microsoft-Windows-CAPI2/Operational",),
    "certificateservicesclient-lifecycle-system": (
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
    ),
    "codeintegrity-operational": ("Microsoft-Windows-CodeIntegrity/Operational",),
    "dhcp": ("Microsoft-Windows-DHCP-Server/Operational",),
    "diagnosis-scripted": ("Microsoft-Windows-Diagnosis-Scripted/Operational",),
    "dns-client": ("Microsoft-Windows-DNS-Client/Operational", "Microsoft-Windows-DNS Client Events/Operational"),
    "dns-server": ("DNS Server",),
    "dns-server-analytic": ("Microsoft-Windows-DNSServer/Analytical", "Microsoft-Windows-DNS-Server/Analytical"),
    "dns-server-audit": ("Microsoft-Windows-DNSServer/Audit", "Microsoft-Windows-DNS-Server/Audit"),
    "driver-framework": ("Microsoft-Windows-DriverFrameworks-UserMode/Operational",),
    "firewall-as": ("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",),
    "hyper-v-worker": (
        "Microsoft-Windows-Hyper-V-Worker-Admin",
        "Microsoft-Windows-Hyper-V-Worker-Operational",
        "Microsoft-Windows-Hyper-V-Worker",
    ),
    "iis-configuration": ("Microsoft-IIS-Configuration/Operational",),
    "kernel-event-tracing": ("Microsoft-Windows-Kernel-EventTracing/Admin", "Microsoft-Windows-Kernel-EventTracing"),
    "kernel-shimengine": (
        "Microsoft-Windows-Kernel-ShimEngine/Operational",
        "Microsoft-Windows-Kernel-ShimEngine/Diagnostic",
    ),
    "ldap": ("Microsoft-Windows-LDAP-Client/Debug",),
    "ldap_debug": ("Microsoft-Windows-LDAP-Client/Debug",),
    "lsa-server": ("Microsoft-Windows-LSA/Operational",),
    "microsoft-servicebus-client": _SERVICE_BUS,
    "msexchange-management": ("MSExchange Management",),
    "ntfs": ("Microsoft-Windows-Ntfs/Operational",),
    "ntlm": ("Microsoft-Windows-NTLM/Operational",),
    "openssh": ("OpenSSH/Operational",),
    "powershell": ("Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational"),
    "powershell-classic": ("Windows PowerShell",),
    "printservice-admin": ("Microsoft-Windows-PrintService/Admin",),
    "printservice-operational": ("Microsoft-Windows-PrintService/Operational",),
    "security": ("Security",),
    "security-mitigations": (
        "Microsoft-Windows-Security-Mitigations/KernelMode",
        "Microsoft-Windows-Security-Mitigations/UserMode",
    ),
    "sense": ("Microsoft-Windows-SENSE/Operational",),
    "servicebus-client": _SERVICE_BUS,
    "shell-core": ("Microsoft-Windows-Shell-Core/Operational",),
    "smbclient-connectivity": ("Microsoft-Windows-SmbClient/Connectivity",),
    "smbclient-security": ("Microsoft-Windows-SmbClient/Security",),
    "smbserver-connectivity": ("Microsoft-Windows-SMBServer/Connectivity",),
    "smbserver-operational": ("Microsoft-Windows-SMBServer/Operational",),
    "smbserver-security": ("Microsoft-Windows-SMBServer/Security",),
    "sysmon": ("Microsoft-Windows-Sysmon/Operational",),
    "system": ("System",),
    "taskscheduler": ("Microsoft-Windows-TaskScheduler/Operational",),
    "terminalservices-localsessionmanager": ("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",),
    "user-device-registration": ("Microsoft-Windows-User Device Registration/Admin",),
    "vhdmp": ("Microsoft-Windows-VHDMP/Operational",),
    "windefend": ("Microsoft-Windows-Windows Defender/Operational",),
    "wmi": ("Microsoft-Windows-WMI-Activity/Operational",),
}
"""Services of `product: windows`: the event log channels that hold their events."""

LINUX_CATEGORIES: dict[str, tuple[Place, ...]] = {
    "process_creation": (Place("linux.process_creation"), Place("linux_sysmon.other", (1,))),
    "network_connection": (Place("linux.network_connection"), Place("linux_sysmon.other", (3,))),
    "file_event": (Place("linux.file_event"), Place("linux_sysmon.other", (11,))),
}

LINUX_SYSLOG = frozenset(
    ("auth", "clamav", "cron", "cups", "daemon", "guacamole", "modsecurity", "sshd", "sudo", "syslog", "vsftpd")
)
"""Linux services whose lines arrive by syslog; each may also have a table of its own, `linux.<service>`."""

_DEFENDER = "microsoft_windows_windows_defender_operational"

EVERYWHERE: dict[str, tuple[Place, ...]] = {
    "antivirus": (Place(f"{_DEFENDER}.other", MALWARE_EVENTS, DEFENDER), Place("*.antivirus")),
    "proxy": (Place("proxy.http"),),
    "webserver": (Place("web.access"),),
    "apache": (Place("web.access"), Place("*.apache")),
    "iis": (Place("web.access"), Place("*.iis")),
    "nginx": (Place("web.access"), Place("*.nginx")),
    "cloudtrail": (Place("aws.cloudtrail"),),
}
"""Categories and services that mean the same tables whatever product is given."""

CATEGORIES = frozenset((*WINDOWS_CATEGORIES, *LINUX_CATEGORIES, *EVERYWHERE)) | frozenset(
    ("application", "database", "dns", "edr", "firewall")
)
"""Category names that are not spelling mistakes."""


def places(logsource: Mapping[str, object]) -> tuple[Place, ...]:
    """Where the events of a rule's `logsource` are. Never empty."""
    category, product, service = (_name(logsource.get(key)) for key in ("category", "product", "service"))
    if product == "windows":
        return _windows(category, service)
    if product == "linux":
        return _linux(category, service)
    for name in (category, service):
        if name in EVERYWHERE:
            return EVERYWHERE[name]
    kind = service or category
    if product and kind:
        return (Place(f"{_slug(product)}.{_slug(kind.removeprefix(product + '.'))}"),)
    return (Place(f"{_slug(product)}.*" if product else f"*.{_slug(kind)}"),)


def _windows(category: str, service: str) -> tuple[Place, ...]:
    if service:
        slugs = [channel_slug(channel) for channel in WINDOWS_CHANNELS.get(service, ())]
        of_service = tuple(Place(f"{slug}.*", fields=CHANNEL) for slug in slugs) or (
            Place(f"windows.{_slug(service)}"),
        )
        of_both = tuple(
            place for place in WINDOWS_CATEGORIES.get(category, ()) if place.table.partition(".")[0] in slugs
        )
        return of_both or of_service
    if category:
        return WINDOWS_CATEGORIES.get(category) or EVERYWHERE.get(category) or (Place(f"windows.{_slug(category)}"),)
    return (*(Place(table.name) for table in WINDOWS_TABLES), Place("*.other"), Place("windows.*"))


def _linux(category: str, service: str) -> tuple[Place, ...]:
    if service in LINUX_SYSLOG:
        own = () if service == "syslog" else (Place(f"linux.{_slug(service)}"),)
        return (Place("linux.syslog"), *own)
    for name in (category, service):
        if name in EVERYWHERE:
            return EVERYWHERE[name]
    if service or category:
        return (not service and LINUX_CATEGORIES.get(category)) or (Place(f"linux.{_slug(service or category)}"),)
    return (Place("linux.*"), Place("linux_sysmon.*"))


def _name(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name).strip("_") or "unknown"
