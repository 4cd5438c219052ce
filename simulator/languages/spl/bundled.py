"""Macros that public searches take for granted, for rules that come without their macro files.

Written by us from what they are documented to be: https://github.com/splunk/security_content says that
`security_content_summariesonly` gives tstats its options, `security_content_ctime(field)` makes a time readable,
`drop_dm_object_name(object)` takes a data model's prefix off all fields, and that each data source's macro names the
site's own index, source or sourcetype (its add-on's documented sourcetype here). Macros of files win over these.
"""

from __future__ import annotations

from simulator.languages.spl.macros import Macro, Macros
from simulator.languages.spl.names import words

_GENERAL = (
    Macro("security_content_summariesonly", "summariesonly=false allow_old_summaries=true fillnull_value=null"),
    Macro("summariesonly_config", "false"),
    Macro("oldsummaries_config", "true"),
    Macro("fillnull_config", "null"),
    Macro("summariesonly", "summariesonly=false"),
    Macro("security_content_ctime", 'convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$)', ("field",)),
    Macro("ctime", 'convert timeformat="%m/%d/%Y %H:%M:%S" ctime($field$)', ("field",)),
    Macro("drop_dm_object_name", "rename $object$.* as *", ("object",)),
    Macro("prohibited_softwares", "search *"),
    Macro("get_asset", "search *", ("field",)),
    Macro("windows_shells", "Processes.process_name IN (cmd.exe, powershell.exe, pwsh.exe, sh.exe, bash.exe)"),
    Macro("linux_shells", 'Processes.process_name IN ("sh", "ksh", "zsh", "bash", "dash", "fish", "csh", "tcsh")'),
)

_WINDOWS_LOGS = {
    "sysmon": "Microsoft-Windows-Sysmon/Operational",
    "powershell": "Microsoft-Windows-PowerShell/Operational",
    "wineventlog_security": "Security",
    "wineventlog_system": "System",
    "wineventlog_application": "Application",
    "wineventlog_task_scheduler": "Microsoft-Windows-TaskScheduler/Operational",
    "applocker": "Microsoft-Windows-AppLocker/*",
    "capi2_operational": "Microsoft-Windows-CAPI2/Operational",
    "ms_defender": "Microsoft-Windows-Windows Defender/Operational",
    "ntlm_audit": "Microsoft-Windows-NTLM/Operational",
    "printservice": "Microsoft-Windows-PrintService/*",
    "remoteconnectionmanager": "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "wmi": "Microsoft-Windows-WMI-Activity/Operational",
    "bits": "Microsoft-Windows-Bits-Client/Operational",
    "dns_client": "Microsoft-Windows-DNS-Client/Operational",
    "certificateservices_lifecycle": "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
    "iis_operational_logs": "IIS:Configuration:Operational",
}
"""Windows event channels. The Splunk add-on for Windows puts them in the source, after `XmlWinEventLog:` or
`WinEventLog:`."""

_SOURCETYPES = {
    "admon": "ActiveDirectory",
    "amazon_security_lake": "aws:cloudtrail:lake",
    "aws_cloudwatchlogs_eks": "aws:cloudwatchlogs:eks",
    "aws_config": "aws:config",
    "aws_s3_accesslogs": "aws:s3:accesslogs",
    "aws_securityhub_finding": "aws:securityhub:finding",
    "azure_audit": "mscs:azure:audit",
    "azure_monitor_aad": "azure:monitor:aad",
    "azuread": "mscs:azure:eventhub",
    "circleci": "circleci",
    "cisco_networks": "cisco:ios",
    "cisco_secure_firewall": "cisco:sfw:estreamer",
    "cisco_network_visibility_module_flowdata": "cisco:nvm:flowdata",
    "cloudtrail": "aws:cloudtrail",
    "cloudwatchlogs_vpcflow": "aws:cloudwatchlogs:vpcflow",
    "crowdstrike_identities": "crowdstrike:identities",
    "crowdstrike_stream": "CrowdStrike:Event:Streams:JSON",
    "crushftp": "crushftp:sessionlogs",
    "exchange": "MSWindows:IIS",
    "github": "aws:firehose:json",
    "github_enterprise": "httpevent",
    "github_organizations": "github:cloud:audit",
    "google_gcp_pubsub_message": "google:gcp:pubsub:message",
    "google_gcp_pubnet_message": "google:gcp:pubsub:message",
    "gsuite_calendar": "gsuite:calendar:json",
    "gsuite_drive": "gsuite:drive:json",
    "gsuite_gmail": "gsuite:gmail:bigquery",
    "gws_reports_admin": "gws:reports:admin",
    "gws_reports_login": "gws:reports:login",
    "ivanti_vtm_audit": "ivanti_vtm_audit",
    "kube_audit": "kube:apiserver-audit",
    "kube_container_falco": "kube:container:falco",
    "kube_objects_events": "kube:objects:events",
    "kubernetes_azure": "mscs:storage:blob:json",
    "kubernetes_container_controller": "kube:container:controller",
    "linux_auditd": "linux:audit",
    "moveit_sftp_logs": "sftp_server_logs",
    "msexchange_management": "MSExchange:management",
    "nginx_access_logs": "nginx:plus:*",
    "o365_graph": "o365:graph:api",
    "o365_management_activity": "o365:management:activity",
    "okta": "OktaIM2:log",
    "osquery_macro": "osquery:results",
    "osquery_process": "osquery:results",
    "papercutng": "papercutng",
    "pingid": "ping:identity:json",
    "s3_accesslogs": "aws:s3:accesslogs",
    "stream_dns": "stream:dns",
    "stream_http": "stream:http",
    "stream_tcp": "stream:tcp",
    "suricata": "suricata",
    "zeek_rpc": "zeek:rpc:json",
    "zeek_ssl": "zeek:ssl:json",
    "zeek_x509": "zeek:x509:json",
    "zeek_http": "zeek:http:json",
    "zeek_dns": "zeek:dns:json",
    "zscaler_proxy": "zscalernss-web",
}

_INDEXES = {"kubernetes_metrics": "kubernetes_metrics", "linux_hosts": "unix", "risk_index": "risk"}

_PROGRAMS = words(
    "bitsadmin certutil cmd copy csc curl diskshadow dllhost dsquery dxdiag esentutl fodhelper gpupdate "
    "hh installutil microsoftworkflowcompiler msbuild mshta msiexec netsh nltest ntdsutil ping procdump "
    "psexec rclone reg regasm regsvcs regsvr32 route runas rundll32 schtasks sdelete setspn verclsid "
    "vssadmin wbadmin wermgr wmic"
)
"""`process_<program>`: the program by its file's name or its original one."""

_SEVERAL = {
    "process_net": ("net.exe", "net1.exe"),
    "process_powershell": ("powershell.exe", "pwsh.exe", "powershell_ise.exe"),
}
_ORIGINAL = {"copy": "xcopy.exe", "psexec": "psexec.c", "powershell_ise.exe": "powershell.exe", "pwsh.exe": "pwsh.dll"}


def _log(channel: str) -> str:
    return f'(source="XmlWinEventLog:{channel}" OR source="WinEventLog:{channel}")'


def _program(name: str) -> str:
    original = _ORIGINAL.get(name, f"{name}.exe")
    return f'(Processes.process_name="{name}.exe" OR Processes.original_file_name="{original}")'


def _several(names: tuple[str, ...]) -> str:
    originals = dict.fromkeys(_ORIGINAL.get(name, name) for name in names)
    return (
        f"(Processes.process_name IN ({', '.join(names)}) OR Processes.original_file_name IN ({', '.join(originals)}))"
    )


_ALL = (
    *_GENERAL,
    *(Macro(name, _log(channel)) for name, channel in _WINDOWS_LOGS.items()),
    *(Macro(name, f'sourcetype="{kind}"') for name, kind in _SOURCETYPES.items()),
    *(Macro(name, f"index={index}") for name, index in _INDEXES.items()),
    *(Macro(f"process_{name}", _program(name)) for name in _PROGRAMS),
    *(Macro(name, _several(programs)) for name, programs in _SEVERAL.items()),
)

BUNDLED: Macros = {(macro.name, len(macro.arguments)): macro for macro in _ALL}
"""The macros, by name and number of arguments."""
