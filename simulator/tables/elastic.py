"""Elastic: data streams of Elastic Defend and the Windows integrations, with ECS names.

Elastic Defend's fields are those of its custom documentation (elastic/endpoint-package,
`custom_documentation/doc/endpoint`), Windows, Linux and macOS together: a column may be documented and yet never be set
on Windows (`process.command_line` of network events). The Windows integrations keep what they do not map under
`winlog.event_data.*`; they and the tables of other data streams are open.
"""

from __future__ import annotations

from simulator.tables.ecs import columns
from simulator.tables.model import Table

_ENDPOINT_DOC = (
    "https://github.com/elastic/endpoint-package/tree/main/custom_documentation/doc/endpoint/{} and the ECS reference"
)
_WINDOWS_DOC = "https://www.elastic.co/docs/reference/integrations/windows"
_SYSTEM_DOC = "https://www.elastic.co/docs/reference/integrations/system"
_BEAT_DOC = "https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields"

_COMMON = (
    "@timestamp agent.{id,name,type,version,ephemeral_id} data_stream.{dataset,namespace,type} ecs.version "
    "elastic.agent.id "
    "event.{action,category,created,code,dataset,id,ingested,kind,module,outcome,provider,sequence,type,"
    "agent_id_status} "
    "host.{architecture,hostname,id,ip,mac,name,domain,type,boot.id,pid_ns_ino} "
    "host.os.{Ext.variant,family,full,kernel,name,platform,type,version} message tags labels "
    "user.{domain,email,full_name,group.id,group.name,hash,id,name} related.{hash,hosts,ip,user} group.{id,name,"
    "Ext.real.id,Ext.real.name}"
)
_SIGNATURE = "exists,signing_id,status,subject_name,team_id,thumbprint_sha256,trusted,cdhash,flags"
_LEADER = (
    "args,args_count,command_line,entity_id,executable,interactive,name,pid,same_as_process,start,"
    "tty.char_device.major,"
    "tty.char_device.minor,user.id,user.name,group.id,group.name,working_directory,real_user.id,real_group.id,"
    "entry_meta.type,entry_meta.source.ip,parent.entity_id,parent.pid,parent.start"
)
_PROCESS = (
    "process.{args,args_count,command_line,entity_id,executable,exit_code,name,pid,ppid,start,end,uptime,title,"
    "working_directory,thread.id,thread.name,pgid,hash.imphash,interactive,env_vars,tty.columns,origin_url,"
    "origin_referrer_url} "
    "process.hash.{md5,sha1,sha256} process.code_signature.{" + _SIGNATURE + "} process.pe.{imphash,original_file_name,"
    "company,description,file_version,product} process.parent.{args,args_count,command_line,entity_id,executable,"
    "exit_code,"
    "name,pid,ppid,start,uptime,title,working_directory,interactive,group_leader.entity_id,group_leader.pid,"
    "entry_leader.entity_id,session_leader.entity_id,hash.md5,hash.sha1,hash.sha256,pe.original_file_name,"
    "thread.id,thread.name,thread.Ext.call_stack_summary,user.id,user.name,group.id,group.name,Ext.architecture,"
    "Ext.protection,Ext.real.pid,Ext.user,"
    "Ext.token.integrity_level_name,Ext.code_signature.exists,Ext.code_signature.trusted,Ext.code_signature.status,"
    "Ext.code_signature.subject_name,"
    "Ext.relative_file_creation_time} process.parent.code_signature.{" + _SIGNATURE + "}"
)
_EXT = (
    "process.Ext.{ancestry,architecture,authentication_id,created_suspended,desktop_name,mitigation_policies,"
    "protection,"
    "relative_file_creation_time,relative_file_name_modify_time,trusted,trusted_descendant,session,"
    "defense_evasions,memory_region.region_size,memory_region.mapped_path,api.name,api.summary,api.behaviors,dll.name,"
    "dll.path,"
    "device.{bus_type,dos_name,file_system_type,nt_name,mount_point,product_id,serial_number,vendor_id,"
    "volume_device_type},"
    "effective_parent.{entity_id,executable,name,pid,args},"
    "session_info.{id,logon_type,client_address,authentication_package,relative_logon_time,relative_password_age,"
    "user_flags},"
    "token.{elevation,elevation_level,elevation_type,integrity_level,domain,user,integrity_level_name,privileges,"
    "security_attributes},"
    "windows.zone_identifier,code_signature.{exists,status,subject_name,trusted},command_line_truncated} "
    "Effective_process.{entity_id,executable,name,pid}"
)
_LINUX = (
    "process.entry_leader.{"
    + _LEADER
    + "} process.session_leader.{"
    + _LEADER
    + "} process.group_leader.{"
    + _LEADER
    + "} "
    "process.{group.id,group.name,real_group.id,real_group.name,real_user.id,real_user.name,saved_group.id,"
    "saved_user.id,"
    "saved_user.name,supplemental_groups.id,user.id,user.name,previous.args,previous.args_count,previous.executable,"
    "thread.capabilities.effective,thread.capabilities.permitted,tty.char_device.major,tty.char_device.minor,"
    "io.text,io.total_bytes_captured,entry_meta.type} "
    "container.{id,image.name,image.tag,image.hash.all,name,security_context.privileged} "
    "orchestrator.{cluster.id,cluster.name,namespace,resource.name,resource.type,resource.annotation,resource.ip,"
    "resource.parent.type} cloud.{account.id,instance.name,project.id,provider,region}"
)
_ENDS = (
    "destination.{address,bytes,domain,ip,packets,port,as.number,as.organization.name,geo.city_name,"
    "geo.continent_name,geo.country_iso_code,geo.country_name,geo.region_name,registered_domain,top_level_domain,"
    "user.name,user.domain} "
    "source.{address,bytes,domain,ip,packets,port,as.number,as.organization.name,geo.city_name,geo.continent_name,"
    "geo.country_iso_code,geo.country_name,geo.region_name,user.name,user.domain} "
    "network.{application,bytes,community_id,direction,iana_number,name,packets,protocol,transport,type}"
)
_DNS = (
    "dns.{id,op_code,response_code,type,resolved_ip,question.class,question.name,question.registered_domain,"
    "question.subdomain,question.top_level_domain,question.type,Ext.options,Ext.status,answers.class,answers.data,"
    "answers.name,answers.ttl,answers.type}"
)
_FILE = (
    "file.{accessed,attributes,created,ctime,device,directory,drive_letter,extension,gid,group,inode,mode,mtime,name,"
    "owner,"
    "path,size,target_path,type,uid,mime_type,hash.md5,hash.sha1,hash.sha256,origin_url,origin_referrer_url,"
    "pe.imphash,pe.original_file_name,pe.company,pe.description,pe.product,pe.file_version,"
    "Ext.{entropy,header_bytes,header_data,monotonic_id,original.path,original.name,original.extension,original.gid,"
    "original.group,original.mode,original.owner,original.uid,windows.zone_identifier,device.bus_type,device.dos_name,"
    "device.file_system_type,device.product_id,device.vendor_id,device.volume_device_type}} "
    "file.code_signature.{" + _SIGNATURE + "}"
)


def _endpoint(kind: str, title: str, *texts: str, is_open: bool = False) -> Table:
    source = _ENDPOINT_DOC.format(f"{kind}/**")
    return Table(
        f"elastic.endpoint.events.{kind}", f"Elastic Defend: {title}", columns(_COMMON, *texts), source, open=is_open
    )


_WINLOG = (
    "winlog.{activity_id,api,channel,computer_name,event_id,keywords,level,opcode,outcome,process.pid,"
    "process.thread.id,"
    "provider_guid,provider_name,record_id,related_activity_id,task,time_created,user.domain,user.identifier,user.name,"
    "user.type,user_data.binaryData,version,logon.id,logon.type,logon.failure.reason,logon.failure.status,"
    "logon.failure.sub_status} event.{original,start,end,duration,severity,reason,code} log.{level,file.path} "
    "input.type error.{code,message} related.{hash,hosts,ip,user}"
)


def _event_data(names: str) -> str:
    return "winlog.event_data.{" + ",".join(names.split()) + "}"


_SYSMON_DATA = _event_data(
    "Archived CallTrace ClientInfo CommandLine Company Configuration ConfigurationFileHash CreationUtcTime "
    "CurrentDirectory Description Destination DestinationHostname DestinationIp DestinationIsIpv6 DestinationPort "
    "DestinationPortName Details Device EventNamespace EventType FileVersion GrantedAccess Hash Hashes ID Image "
    "ImageLoaded Initiated IntegrityLevel IsExecutable LogonGuid LogonId Name NewName NewThreadId Operation "
    "OriginalFileName ParentCommandLine ParentImage ParentProcessGuid ParentProcessId ParentUser PipeName "
    "PreviousCreationUtcTime "
    "ProcessGuid ProcessId Product Protocol Query QueryName QueryResults QueryStatus RuleName SchemaVersion Session "
    "Signature SignatureStatus Signed SourceHostname SourceImage SourceIp SourceIsIpv6 SourcePort SourcePortName "
    "SourceProcessGUID SourceProcessId SourceThreadId SourceUser StartAddress StartFunction StartModule State "
    "TargetFilename TargetImage TargetObject TargetProcessGUID TargetProcessId TargetUser TerminalSessionId Type User "
    "UserID UtcTime Version"
)
_SECURITY_DATA = _event_data(
    "AccessList AccessMask AccessMaskDescription AllowedToDelegateTo AttributeLDAPDisplayName AttributeValue "
    "AuthenticationPackageName CallerProcessId CallerProcessName CommandLine ClientProcessId ElevatedToken "
    "FailureReason GroupName IpAddress IpPort KeyLength LmPackageName LogonGuid LogonProcessName LogonType "
    "MandatoryLabel MemberName MemberSid NewProcessId NewProcessName NewTargetUserName NewUacList NewUacValue "
    "ObjectClass ObjectDN ObjectName ObjectServer ObjectType OldTargetUserName OldUacValue OperationType "
    "OpcodeDisplayName ParentProcessName PreAuthType PrivilegeList ProcessId ProcessName Properties RelativeTargetName "
    "SamAccountName Service ServiceFileName ServiceName ServiceSid ServiceStartType ServiceType ShareLocalPath "
    "ShareName SidHistory Status SubStatus SubjectDomainName SubjectLogonId SubjectUserName SubjectUserSid "
    "TargetDomainName TargetInfo TargetLogonId TargetServerName TargetSid TargetUserName TargetUserSid TaskContent "
    "TaskContentNew TaskName TicketEncryptionType TicketOptions TokenElevationType TransmittedServices "
    "TargetLinkedLogonId VirtualAccount WorkstationName Workstation"
)
_POWERSHELL = (
    "powershell.{command.{invocation_details,name,path,type,value},connected_user.{domain,name},engine.{new_state,"
    "previous_state,version},file.{script_block_hash,script_block_id,script_block_text,script_block_length,"
    "script_block_entropy_bits,script_block_surprisal_stdev,script_block_unique_symbols},id,pipeline_id,"
    "process.executable_version,provider.{name,new_state},runspace_id,sequence,total}"
)
_SYSMON_EXT = (
    "sysmon.{dns.status,file.archived,file.is_executable} registry.{data.strings,data.type,hive,key,path,value}"
)
_DLL = (
    "dll.{name,path,origin_url,hash.md5,hash.sha1,hash.sha256,pe.imphash,pe.original_file_name,Ext.size,Ext.load_index,"
    "Ext.relative_file_creation_time,Ext.relative_file_name_modify_time,Ext.device.volume_device_type,"
    "Ext.device.product_id,Ext.device.bus_type,Ext.defense_evasions,code_signature.exists,code_signature.status,"
    "code_signature.subject_name,"
    "code_signature.trusted}"
)


_SCRIPT_DATA = _event_data("ContextInfo MessageNumber MessageTotal Path Payload ScriptBlockId ScriptBlockText UserData")


def _open(dataset: str, title: str, source: str, *texts: str) -> Table:
    return Table(f"elastic.{dataset}", title, columns(_COMMON, *texts), source, open=True)


ELASTIC_TABLES: tuple[Table, ...] = (
    _endpoint("process", "processes", _PROCESS, _EXT, _LINUX),
    _endpoint("network", "connections and look-ups", _PROCESS, _EXT, _LINUX, _ENDS, _DNS,
              "user_agent.original http.{request.method,request.body.bytes,request.body.content,request.bytes,"
              "response.body.bytes,response.body.content,"
              "response.bytes,response.status_code} url.{domain,full,path}"),
    _endpoint("file", "files", _PROCESS, _EXT, _LINUX, _FILE),
    _endpoint("registry", "registry", _PROCESS, _EXT, _LINUX, "registry.{data.bytes,data.strings,data.type,hive,key,"
              "path,"
              "value}",
              is_open=True),
    _endpoint("library", "libraries and drivers", _PROCESS, _EXT, _LINUX, _DLL, is_open=True),
    _endpoint("security", "sign-ins", _PROCESS, _EXT, _LINUX, _ENDS, is_open=True),
    _endpoint("api", "API calls", _PROCESS, _EXT, _LINUX, _DLL, "Target.process.{entity_id,executable,name,pid}",
              is_open=True),
    _open("endpoint.alerts", "Elastic Defend: alerts", _ENDPOINT_DOC.format("alerts"), _PROCESS, _EXT, _FILE, _DLL),
    _open("windows.sysmon_operational", "Elastic: Sysmon through the Windows integration", _WINDOWS_DOC, _WINLOG,
          _SYSMON_DATA, _PROCESS, _ENDS, _DNS, _FILE, _SYSMON_EXT, _DLL),
    _open("windows.powershell_operational", "Elastic: PowerShell/Operational", _WINDOWS_DOC, _WINLOG, _POWERSHELL,
          _SCRIPT_DATA,
          "process.{args,args_count,command_line,pid,title,entity_id,executable,name} file.{directory,extension,name,"
          "path} "
          "user.{domain,id,name} destination.user.{domain,name} source.user.{domain,name}"),
    _open("windows.powershell", "Elastic: Windows PowerShell", _WINDOWS_DOC, _WINLOG, _POWERSHELL),
    _open("windows.forwarded", "Elastic: forwarded Windows events", _WINDOWS_DOC, _WINLOG, _SYSMON_DATA, _SECURITY_DATA,
          _PROCESS, _ENDS, _DNS, _FILE, _DLL, _SYSMON_EXT, _POWERSHELL, _SCRIPT_DATA),
    _open("system.security", "Elastic: Security log through the System integration", _SYSTEM_DOC, _WINLOG,
          _SECURITY_DATA,
          _PROCESS, "source.{domain,ip,port} user.{target.domain,target.id,target.name,target.group.name,"
          "effective.domain,effective.id,effective.name,changes.name} service.{name,type}"),
    _open("system.system", "Elastic: System log", _SYSTEM_DOC, _WINLOG,
          _event_data("ServiceName ImagePath ServiceType StartType AccountName param1 param2")),
    _open("system.application", "Elastic: Application log", _SYSTEM_DOC, _WINLOG),
    _open("system.auth", "Elastic: sign-ins on Linux", _SYSTEM_DOC, _PROCESS, "source.{ip,port,address} "
          "system.auth.{ssh.event,"
          "ssh.method,sudo.command,sudo.error,sudo.pwd,sudo.tty,sudo.user,useradd.home,useradd.shell}"),
    _open("winlogbeat", "Winlogbeat: Sysmon, Security and PowerShell together", _BEAT_DOC, _WINLOG, _SYSMON_DATA,
          _SECURITY_DATA, _PROCESS, _ENDS, _DNS, _FILE, _DLL, _SYSMON_EXT, _POWERSHELL, _SCRIPT_DATA),
    _open("auditd_manager.auditd", "Elastic: auditd",
          "https://www.elastic.co/docs/reference/integrations/auditd_manager",
          _PROCESS, _ENDS, _FILE),
    _open("network_traffic.dns", "Elastic: packets, DNS",
          "https://www.elastic.co/docs/reference/integrations/network_traffic",
          _ENDS, _DNS),
    _open("network_traffic.flow", "Elastic: packets, flows",
          "https://www.elastic.co/docs/reference/integrations/network_traffic", _ENDS, "event.{duration,start,end}"),
    _open("network_traffic.http", "Elastic: packets, HTTP",
          "https://www.elastic.co/docs/reference/integrations/network_traffic", _ENDS,
          "http.{request.method,request.bytes,request.body.bytes,request.referrer,response.bytes,response.body.bytes,"
          "response.status_code,version} url.{domain,extension,full,original,path,port,query,scheme} "
          "user_agent.original"),
    _open("network_traffic.tls", "Elastic: packets, TLS",
          "https://www.elastic.co/docs/reference/integrations/network_traffic", _ENDS,
          "tls.{version,established,resumed,cipher,client.ja3,client.server_name,server.hash.sha1,server.ja3s}"),
)  # fmt: skip
