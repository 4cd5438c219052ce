"""Splunk: raw Windows events and the data sets of the Common Information Model.

Fields of raw events are text, as Splunk extracts them at search time. Data sets have the fields of the CIM reference
(checked against splunk/pytest-splunk-addon, `data_models/*.json`), without the data set's prefix, and those that every
data model has (`host`, `source`, `sourcetype`, `tag`, and what Enterprise Security adds about users and devices).
"""

from __future__ import annotations

from simulator.tables.model import Table
from simulator.tables.words import columns

_CIM = "https://docs.splunk.com/Documentation/CIM/latest/User/{}"
_TA = "Splunk Add-on for Sysmon and Splunk Add-on for Microsoft Windows (XML rendering)"

_RAW = "_raw host source sourcetype index eventtype tag:texts splunk_server linecount punct"
_HEADER = (
    "EventCode EventID EventRecordID Channel Computer Guid Keywords Level Name Opcode ProcessID ThreadID RecordNumber "
    "SystemTime Task TimeCreated UserID Version EventDescription EventData_Xml System_Props_Xml "
    "SourceName ComputerName LogName Type EventType TaskCategory OpCode Message Error_Code"
)
_SYSMON = (
    "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName CommandLine "
    "CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId "
    "ParentImage ParentCommandLine ParentUser Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort "
    "SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName "
    "TargetFilename CreationUtcTime PreviousCreationUtcTime QueryName QueryStatus QueryResults ImageLoaded Signed "
    "Signature SignatureStatus SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID "
    "TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser NewThreadId StartAddress StartModule "
    "StartFunction TargetObject Details NewName PipeName EventNamespace Operation Query Consumer Filter Destination "
    "Archived IsExecutable Device Hash Contents Session ClientInfo State SchemaVersion Configuration "
    "ConfigurationFileHash"
)
_SECURITY = (
    "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName TokenElevationType "
    "TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel LogonType "
    "LogonProcessName AuthenticationPackageName WorkstationName IpAddress IpPort Status SubStatus FailureReason "
    "ProcessName ObjectName ObjectType ObjectServer AccessMask AccessList ShareName RelativeTargetName ServiceName "
    "ServiceFileName ServiceType StartType ImagePath AccountName TaskName TaskContent TicketEncryptionType "
    "TicketOptions "
    "PreAuthType CertIssuerName CertSerialNumber PrivilegeList MemberName MemberSid SamAccountName Properties "
    "Account_Name Account_Domain Logon_ID Logon_Type New_Process_Name New_Process_ID Creator_Process_Name "
    "Creator_Process_ID Process_Command_Line Source_Network_Address Workstation_Name Token_Elevation_Type"
)
_CIM_OF_RAW = (
    "action app dest dest_host dest_ip dest_port direction dvc dvc_ip file_access_time file_create_time file_hash "
    "file_modify_time file_name file_path image original_file_name os parent_process parent_process_exec "
    "parent_process_guid parent_process_id parent_process_name parent_process_path process process_current_directory "
    "process_exec process_guid process_hash process_id process_integrity_level process_name process_path protocol "
    "protocol_version query query_count answer answer_count record_type reply_code reply_code_id registry_hive "
    "registry_key_name registry_path registry_value_data registry_value_name registry_value_type service src src_host "
    "src_ip src_nt_host src_port src_user dest_nt_host dest_nt_domain transport user user_id user_name vendor_product "
    "object_path object_category parent_image loaded_file loaded_file_path signature signature_id session_id "
    "granted_access ProcessPath TargetObject state status subject EventType id"
)
_POWERSHELL = "ScriptBlockText ScriptBlockId MessageNumber MessageTotal Path ContextInfo UserData Payload Opcode"

_OF_MODEL = "host source sourcetype tag:texts"
_ASSET = "{0}_bunit {0}_category:texts {0}_priority"


def _data_set(name: str, title: str, page: str, *texts: str) -> Table:
    return Table(f"cim.{name}", f"CIM: {title}", columns(_OF_MODEL, *texts), _CIM.format(page))


def _of(*names: str) -> str:
    return " ".join(_ASSET.format(name) for name in names)


def _raw(name: str, title: str, *texts: str) -> Table:
    return Table(f"splunk.{name}", f"Splunk: {title}", columns(_RAW, *texts), _TA, open=True)


SPLUNK_TABLES: tuple[Table, ...] = (
    _raw("XmlWinEventLog", "Windows events as XML", _HEADER, _SYSMON, _SECURITY, _POWERSHELL, _CIM_OF_RAW),
    _raw("WinEventLog", "Windows events as text", _HEADER, _SECURITY, _POWERSHELL, _CIM_OF_RAW),
    _data_set(
        "Endpoint.Processes",
        "processes",
        "Endpoint",
        "action cpu_load_percent:real dest dest_is_expected:bool dest_requires_av:bool dest_should_timesync:bool "
        "dest_should_update:bool loaded_file mem_used:int original_file_name os parent_process parent_process_exec "
        "parent_process_guid parent_process_hash parent_process_id:int parent_process_name parent_process_path process "
        "process_current_directory process_exec process_guid process_hash process_id:int process_integrity_level "
        "process_name process_path user user_id vendor_product",
        _of("dest", "user"),
    ),
    _data_set(
        "Endpoint.Filesystem",
        "files",
        "Endpoint",
        "action dest dest_requires_av:bool dest_should_timesync:bool dest_should_update:bool file_access_time:time "
        "file_acl file_create_time:time file_hash file_modify_time:time file_name file_path file_size:int image "
        "process_guid process_id:int user vendor_product",
        _of("dest", "user"),
    ),
    _data_set(
        "Endpoint.Registry",
        "registry",
        "Endpoint",
        "action dest process_guid process_id:int registry_hive registry_key_name registry_path registry_value_data "
        "registry_value_name registry_value_text registry_value_type status user vendor_product",
        _of("dest", "user"),
    ),
    _data_set(
        "Endpoint.Services",
        "services",
        "Endpoint",
        "description dest process_guid process_id:int service service_dll service_dll_hash service_dll_path "
        "service_dll_signature_exists:bool service_dll_signature_verified:bool service_exec service_hash service_id "
        "service_name service_path service_signature_exists:bool service_signature_verified:bool start_mode status "
        "user "
        "vendor_product",
        _of("dest", "user"),
    ),
    _data_set(
        "Endpoint.Ports",
        "ports",
        "Endpoint",
        "creation_time:time dest dest_port:int process_guid process_id:int src src_port:int state transport "
        "transport_dest_port user vendor_product",
        _of("dest", "src", "user"),
    ),
    _data_set(
        "Network_Traffic.All_Traffic",
        "network traffic",
        "NetworkTraffic",
        "action app bytes:int bytes_in:int bytes_out:int channel:int dest dest_interface dest_ip dest_mac "
        "dest_port:int "
        "dest_translated_ip dest_translated_port:int dest_zone direction duration:int dvc dvc_ip dvc_mac dvc_zone "
        "flow_id "
        "icmp_code icmp_type packets:int packets_in:int packets_out:int process_id protocol protocol_version "
        "response_time:int rule rule_id session_id src src_interface src_ip src_mac src_port:int src_translated_ip "
        "src_translated_port:int src_zone ssid tcp_flag tos transport ttl:int user vendor_account vendor_product vlan "
        "wifi",
        _of("dest", "src", "dvc", "user"),
    ),
    _data_set(
        "Network_Resolution.DNS",
        "name resolution",
        "NetworkResolutionDNS",
        "additional_answer_count:int answer answer_count:int authority_answer_count:int dest dest_port:int "
        "duration:int "
        "message_type name query query_count:int query_type record_type reply_code reply_code_id:int response_time:int "
        "src src_port:int transaction_id transport ttl:int vendor_product",
        _of("dest", "src"),
    ),
    _data_set(
        "Web.Web",
        "web",
        "Web",
        "action app bytes:int bytes_in:int bytes_out:int cached:bool category cookie dest dest_port:int duration:int "
        "http_content_type http_method http_referrer http_referrer_domain http_user_agent http_user_agent_length:int "
        "response_time:int site src status uri_path uri_query url url_domain url_length:int user vendor_product "
        "error_code operation storage_name",
        _of("dest", "src", "user"),
    ),
    _data_set(
        "Authentication.Authentication",
        "sign-ins",
        "Authentication",
        "action app authentication_method authentication_service dest dest_nt_domain duration:int reason "
        "response_time:int "
        "signature signature_id src src_nt_domain src_user src_user_bunit src_user_category:texts src_user_id "
        "src_user_priority src_user_role src_user_type user user_agent user_id user_role user_type vendor_account",
        _of("dest", "src", "user"),
    ),
)
"""`Web.Web` has what the reference lists under Web and Proxy together."""
