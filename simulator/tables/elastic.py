"""Tables of Elastic's integrations: one for each dataset, `elastic.<dataset>`, columns by their dotted ECS names.

A data stream `logs-<dataset>-<namespace>` holds the dataset's events; Winlogbeat's index holds all Windows channels.
Fields that ECS or the integration fills with several values are lists. Sources: elastic/endpoint-package, its custom
documentation by operating system and event; elastic/integrations, packages windows and system; the ECS field reference
(https://www.elastic.co/docs/reference/ecs).
"""

from __future__ import annotations

from simulator.tables.model import Table
from simulator.tables.words import columns

_BASE = (
    "@timestamp:time agent.id agent.type agent.version data_stream.dataset data_stream.namespace data_stream.type "
    "ecs.version event.action event.category:texts event.code event.created:time event.dataset event.id "
    "event.ingested:time "
    "event.kind event.module event.outcome event.provider event.sequence:int event.type:texts event.agent_id_status "
    "host.architecture host.domain host.hostname host.id host.ip:texts host.mac:texts host.name "
    "host.os.family host.os.full "
    "host.os.kernel host.os.name host.os.platform host.os.type host.os.version host.os.Ext.variant labels "
    "tags:texts message "
    "user.domain user.id user.name user.email user.full_name related.hosts:texts related.ip:texts related.user:texts "
    "related.hash:texts"
)
_SIGNATURE = "{0}.code_signature.exists:bool {0}.code_signature.status {0}.code_signature.subject_name "
_SIGNATURE += "{0}.code_signature.thumbprint_sha256 {0}.code_signature.trusted:bool {0}.code_signature.signing_id "
_SIGNATURE += "{0}.code_signature.team_id"
_PROCESS = (
    "process.args:texts process.args_count:int process.command_line process.entity_id process.executable "
    "process.exit_code:int "
    "process.name process.pid:int process.ppid:int process.pgid:int process.title process.start:time "
    "process.end:time "
    "process.uptime:int process.working_directory "
    "process.thread.id:int process.thread.name process.hash.md5 process.hash.sha1 process.hash.sha256 "
    "process.hash.imphash "
    "process.pe.imphash process.pe.original_file_name process.pe.company process.pe.description "
    "process.pe.file_version "
    "process.pe.product process.origin_url process.origin_referrer_url process.env_vars:texts "
    "process.interactive:bool " + _SIGNATURE.format("process")
)
_PARENT = (
    "process.parent.args:texts process.parent.args_count:int process.parent.command_line process.parent.entity_id "
    "process.parent.executable process.parent.name process.parent.pid:int process.parent.start:time "
    "process.parent.thread.id:int process.parent.title process.parent.working_directory process.parent.user.name "
    "process.parent.user.id process.parent.hash.md5 process.parent.hash.sha1 process.parent.hash.sha256 "
    "process.parent.pe.original_file_name process.parent.interactive:bool "
    "process.parent.thread.Ext.call_stack_summary "
    + _SIGNATURE.format("process.parent")
    + " "
    + " ".join(
        f"process.{leader}.args:texts process.{leader}.args_count:int process.{leader}.entity_id "
        f"process.{leader}.executable "
        f"process.{leader}.interactive:bool process.{leader}.name process.{leader}.pid:int "
        f"process.{leader}.command_line "
        f"process.{leader}.working_directory process.{leader}.user.id process.{leader}.user.name"
        for leader in ("entry_leader", "session_leader", "group_leader")
    )
    + " process.entry_leader.entry_meta.type process.entry_leader.entry_meta.source.ip "
    "process.previous.args:texts process.previous.executable process.real_user.id process.real_user.name "
    "process.group.id process.group.name process.user.id process.user.name process.real_group.id "
    "process.saved_user.id "
    "process.tty.char_device.major:int process.tty.char_device.minor:int "
    "process.thread.capabilities.effective:texts process.thread.capabilities.permitted:texts"
)
_PROCESS_EXT = (
    "process.Ext.ancestry:texts process.Ext.architecture process.Ext.authentication_id "
    "process.Ext.created_suspended:bool "
    "process.Ext.desktop_name process.Ext.protection process.Ext.mitigation_policies:texts "
    "process.Ext.relative_file_creation_time:real process.Ext.relative_file_name_modify_time:real "
    "process.Ext.code_signature.exists:bool process.Ext.code_signature.status "
    "process.Ext.code_signature.subject_name "
    "process.Ext.code_signature.trusted:bool process.Ext.device.bus_type process.Ext.device.dos_name "
    "process.Ext.device.nt_name process.Ext.device.product_id process.Ext.device.vendor_id "
    "process.Ext.device.serial_number "
    "process.Ext.device.volume_device_type process.Ext.device.file_system_type process.Ext.device.mount_point "
    "process.Ext.effective_parent.entity_id process.Ext.effective_parent.executable "
    "process.Ext.effective_parent.name "
    "process.Ext.effective_parent.pid:int process.Ext.session_info.client_address process.Ext.session_info.id:int "
    "process.Ext.session_info.logon_type process.Ext.session_info.user_flags:texts process.Ext.token.elevation:bool "
    "process.Ext.token.elevation_level process.Ext.token.elevation_type process.Ext.token.integrity_level:int "
    "process.Ext.token.integrity_level_name process.Ext.token.security_attributes:texts process.Ext.token.domain "
    "process.Ext.token.user process.Ext.windows.zone_identifier:int process.Ext.memory_region.mapped_path "
    "process.Ext.api.name process.Ext.api.summary process.Ext.api.behaviors:texts process.Ext.dll.name "
    "process.Ext.dll.path "
    "process.parent.Ext.architecture process.parent.Ext.real.pid:int process.parent.Ext.protection "
    "process.parent.Ext.code_signature.exists:bool process.parent.Ext.code_signature.status "
    "process.parent.Ext.code_signature.subject_name process.parent.Ext.code_signature.trusted:bool"
)
_NETWORK = (
    "destination.address destination.as.number:int destination.as.organization.name destination.bytes:int "
    "destination.domain "
    "destination.geo.country_iso_code destination.geo.country_name destination.ip destination.packets:int "
    "destination.port:int "
    "source.address source.as.number:int source.as.organization.name source.bytes:int source.domain "
    "source.geo.country_iso_code source.geo.country_name source.ip source.packets:int source.port:int "
    "network.bytes:int "
    "network.community_id network.direction network.iana_number network.packets:int network.protocol "
    "network.transport "
    "network.type dns.question.name dns.question.type dns.question.registered_domain dns.question.top_level_domain "
    "dns.resolved_ip:texts dns.answers.data:texts dns.answers.name:texts dns.answers.type:texts "
    "dns.response_code dns.type "
    "dns.Ext.options:int dns.Ext.status:int http.request.body.bytes:int http.request.body.content "
    "http.request.bytes:int "
    "http.request.method http.response.body.bytes:int http.response.body.content "
    "http.response.status_code:int url.full "
    "url.domain url.path user_agent.original"
)
_FILE = (
    "file.name file.path file.extension file.directory file.drive_letter file.size:int file.type file.owner "
    "file.uid file.gid "
    "file.mode file.created:time file.mtime:time file.ctime:time file.target_path file.hash.md5 file.hash.sha1 "
    "file.hash.sha256 file.origin_url file.origin_referrer_url file.pe.original_file_name file.pe.imphash "
    "file.Ext.entropy:real file.Ext.header_bytes file.Ext.monotonic_id:int file.Ext.original.extension "
    "file.Ext.original.name file.Ext.original.path file.Ext.windows.zone_identifier:int file.Ext.device.bus_type "
    "file.Ext.device.product_id file.Ext.device.vendor_id file.Ext.device.volume_device_type "
    + _SIGNATURE.format("file")
    + " Effective_process.entity_id Effective_process.executable Effective_process.name Effective_process.pid:int"
)
_LIBRARY = (
    "dll.name dll.path dll.hash.md5 dll.hash.sha1 dll.hash.sha256 dll.pe.original_file_name dll.pe.imphash "
    "dll.origin_url dll.Ext.relative_file_creation_time:real dll.Ext.relative_file_name_modify_time:real "
    "dll.Ext.load_index:int dll.Ext.size:int dll.Ext.defense_evasions:texts dll.Ext.device.bus_type "
    "dll.Ext.device.product_id dll.Ext.device.volume_device_type " + _SIGNATURE.format("dll")
)
_REGISTRY = (
    "registry.data.bytes registry.data.strings:texts registry.data.type registry.hive registry.key registry.path "
)
_REGISTRY += "registry.value"
_WINLOG = (
    "winlog.api winlog.channel winlog.computer_name winlog.event_id winlog.opcode winlog.provider_guid "
    "winlog.provider_name "
    "winlog.record_id winlog.task winlog.version:int winlog.keywords:texts winlog.level winlog.process.pid:int "
    "winlog.process.thread.id:int winlog.user.identifier winlog.user.name winlog.user.domain winlog.user.type "
    "winlog.logon.id winlog.logon.type log.level event.original"
)
_ENDPOINT_DOC = "https://github.com/elastic/endpoint-package/tree/main/custom_documentation"
_WINDOWS_DOC = "https://www.elastic.co/docs/reference/integrations/windows"
_SYSTEM_DOC = "https://www.elastic.co/docs/reference/integrations/system"


def _endpoint(kind: str, title: str, *parts: str) -> Table:
    text = " ".join((_BASE, _PROCESS, _PARENT, _PROCESS_EXT, *parts))
    return Table(f"elastic.endpoint.events.{kind}", f"Elastic Defend: {title}", columns(text), _ENDPOINT_DOC, open=True)


def _windows(name: str, title: str, source: str, extra: str = "") -> Table:
    text = " ".join((_BASE, _PROCESS, _PARENT, _NETWORK, _FILE, _REGISTRY, _LIBRARY, _WINLOG, extra))
    return Table(f"elastic.{name}", title, columns(text), source, open=True)


_SYSMON_DATA = (
    "winlog.event_data.Company winlog.event_data.Description winlog.event_data.Product winlog.event_data.FileVersion "
    "winlog.event_data.IntegrityLevel winlog.event_data.LogonGuid winlog.event_data.LogonId "
    "winlog.event_data.TerminalSessionId winlog.event_data.RuleName winlog.event_data.OriginalFileName "
    "winlog.event_data.ParentUser winlog.event_data.SourcePortName winlog.event_data.DestinationPortName "
    "winlog.event_data.CreationUtcTime sysmon.dns.status"
)
_SECURITY_DATA = (
    "winlog.event_data.SubjectUserSid winlog.event_data.SubjectUserName winlog.event_data.SubjectDomainName "
    "winlog.event_data.SubjectLogonId winlog.event_data.NewProcessId winlog.event_data.NewProcessName "
    "winlog.event_data.TokenElevationType winlog.event_data.ProcessId winlog.event_data.CommandLine "
    "winlog.event_data.TargetUserSid winlog.event_data.TargetUserName winlog.event_data.TargetDomainName "
    "winlog.event_data.TargetLogonId winlog.event_data.ParentProcessName winlog.event_data.MandatoryLabel"
)
_POWERSHELL_DATA = (
    "powershell.file.script_block_id powershell.file.script_block_text powershell.file.script_block_length:int "
    "powershell.file.script_block_entropy_bits:real powershell.file.script_block_unique_symbols:int "
    "powershell.file.script_block_surprisal_stdev:real powershell.file.script_block_hash powershell.sequence:int "
    "powershell.total:int powershell.command.name powershell.command.type powershell.command.value "
    "powershell.command.path powershell.command.invocation_details powershell.connected_user.domain "
    "powershell.connected_user.name powershell.engine.version powershell.id powershell.pipeline_id "
    "powershell.process.executable_version powershell.runspace_id"
)

ELASTIC_TABLES = (
    _endpoint("process", "processes that start and end"),
    _endpoint("network", "connections and look-ups", _NETWORK),
    _endpoint("file", "files created, changed, renamed, deleted", _FILE),
    _endpoint("library", "libraries and drivers loaded", _LIBRARY),
    _endpoint("registry", "registry values set and keys made", _REGISTRY),
    _endpoint("security", "logons and logoffs", "source.ip source.port:int event.reason"),
    _endpoint(
        "api", "calls of watched functions", "Target.process.executable Target.process.name Target.process.pid:int"
    ),
    _windows("windows.sysmon_operational", "Sysmon by Elastic Agent", _WINDOWS_DOC, _SYSMON_DATA),
    _windows("windows.powershell_operational", "PowerShell by Elastic Agent", _WINDOWS_DOC, _POWERSHELL_DATA),
    _windows("system.security", "The Security log by Elastic Agent", _SYSTEM_DOC, _SECURITY_DATA),
    _windows(
        "winlogbeat",
        "Windows logs by Winlogbeat",
        "https://www.elastic.co/docs/reference/beats/winlogbeat",
        " ".join((_SYSMON_DATA, _SECURITY_DATA, _POWERSHELL_DATA)),
    ),
)
