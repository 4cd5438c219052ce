"""The Elastic Common Schema: what kind each field is.

From the ECS field reference (8.x) and the endpoint package's own mappings. A field that is not named here is text.
Fields that usually hold several values are lists.
"""

from __future__ import annotations

from simulator.tables.model import Column, Type

_INTEGERS = """
as.number client.as.number client.bytes client.packets client.port client.nat.port destination.as.number
destination.bytes destination.packets destination.port destination.nat.port source.as.number source.bytes source.packets
source.port source.nat.port server.bytes server.packets server.port dns.answers.ttl dns.Ext.options dns.Ext.status
event.duration event.sequence event.severity file.size file.Ext.monotonic_id file.Ext.header_data
host.disk.read.bytes host.disk.write.bytes host.network.egress.bytes host.network.ingress.bytes host.uptime
http.request.body.bytes http.request.bytes http.response.body.bytes http.response.bytes http.response.status_code
log.origin.file.line log.syslog.priority log.syslog.facility.code log.syslog.severity.code network.bytes
network.packets process.args_count process.exit_code process.parent.args_count process.parent.exit_code
process.parent.pid process.parent.ppid process.parent.pgid process.parent.thread.id process.parent.uptime process.pgid
process.pid process.ppid process.thread.id process.uptime process.Ext.session_info.id process.entry_leader.pid
process.session_leader.pid process.group_leader.pid process.Ext.effective_parent.pid Effective_process.pid
url.port winlog.version winlog.process.pid winlog.process.thread.id powershell.sequence powershell.total
powershell.process.executable_version.major process.Ext.memory_region.region_size threat.indicator.port
process.io.total_bytes_captured process.entry_leader.args_count process.session_leader.args_count
process.group_leader.args_count process.tty.char_device.major process.tty.char_device.minor
process.entry_leader.tty.char_device.major process.entry_leader.tty.char_device.minor process.previous.args_count
process.Ext.windows.zone_identifier file.Ext.windows.zone_identifier process.parent.Ext.real.pid
process.Ext.token.integrity_level dll.Ext.load_index dll.Ext.size Target.process.pid
powershell.file.script_block_length powershell.file.script_block_unique_symbols
"""
_REALS = """
event.risk_score event.risk_score_norm host.cpu.usage file.Ext.entropy
powershell.file.script_block_entropy_bits powershell.file.script_block_surprisal_stdev
process.Ext.relative_file_creation_time
process.Ext.relative_file_name_modify_time dll.Ext.relative_file_creation_time dll.Ext.relative_file_name_modify_time
process.parent.Ext.relative_file_creation_time
"""
_BOOLEANS = """
process.code_signature.exists process.code_signature.trusted process.code_signature.valid
process.parent.code_signature.exists process.parent.code_signature.trusted process.parent.code_signature.valid
process.parent.Ext.code_signature.exists process.parent.Ext.code_signature.trusted
process.Ext.code_signature.exists process.Ext.code_signature.trusted process.Ext.created_suspended
process.Ext.token.elevation file.code_signature.exists file.code_signature.trusted file.code_signature.valid
dll.code_signature.exists dll.code_signature.trusted dll.code_signature.valid process.interactive
process.parent.interactive process.entry_leader.interactive process.session_leader.interactive
process.group_leader.interactive process.entry_leader.same_as_process process.session_leader.same_as_process
process.group_leader.same_as_process agent.Ext.is_protected process.Ext.trusted process.Ext.trusted_descendant
sysmon.file.archived sysmon.file.is_executable sysmon.dns.status_ok
"""
_TIMES = """
@timestamp event.created event.start event.end event.ingested file.accessed file.created file.ctime file.mtime
process.start process.end process.parent.start process.parent.end process.entry_leader.start
process.session_leader.start process.group_leader.start x509.not_after x509.not_before winlog.time_created
"""
_LISTS = """
event.category event.type process.args process.parent.args process.Ext.ancestry process.Ext.effective_parent.args
process.entry_leader.args process.session_leader.args process.group_leader.args process.previous.args
process.env_vars process.parent.env_vars host.ip host.mac host.architecture_list tags related.hash related.hosts
related.ip related.user dns.header_flags dns.resolved_ip dns.answers.data dns.answers.name dns.answers.type
dns.answers.class user.roles file.attributes winlog.keywords threat.technique.id threat.technique.name
threat.tactic.id threat.tactic.name threat.technique.subtechnique.id observer.ip observer.mac container.image.tag
container.image.hash.all x509.alternative_names tls.server.x509.alternative_names process.thread.capabilities.effective
process.thread.capabilities.permitted process.Ext.token.privileges
process.Ext.mitigation_policies process.Ext.session_info.user_flags process.Ext.token.security_attributes
process.Ext.api.behaviors registry.data.strings dll.Ext.defense_evasions process.Ext.defense_evasions
winlog.event_data.PrivilegeList
"""

KINDS: dict[str, Type] = {
    name: kind
    for kind, names in (
        (Type.INTEGER, _INTEGERS),
        (Type.REAL, _REALS),
        (Type.BOOLEAN, _BOOLEANS),
        (Type.TIME, _TIMES),
        (Type.TEXTS, _LISTS),
    )
    for name in names.split()
}
"""Every field that is not plain text."""


def kind(name: str) -> Type:
    """What kind the ECS field `name` is; text where the schema does not say."""
    return KINDS.get(name, Type.TEXT)


def columns(*texts: str) -> tuple[Column, ...]:
    """The fields that `texts` name, each once, with their kinds. `a.{b,c}` names `a.b` and `a.c`."""
    names: dict[str, None] = {}
    for word in " ".join(texts).split():
        for name in _spelled(word):
            names[name] = None
    return tuple(Column(name, kind(name)) for name in names)


def _spelled(word: str) -> list[str]:
    start = word.find("{")
    if start < 0:
        return [word]
    depth = 0
    parts, piece = [], ""
    for at in range(start + 1, len(word)):
        match word[at]:
            case "}" if depth == 0:
                parts.append(piece)
                rest = word[at + 1 :]
                break
            case "," if depth == 0:
                parts.append(piece)
                piece = ""
                continue
            case "{":
                depth += 1
            case "}":
                depth -= 1
        piece += word[at]
    else:
        raise ValueError(f"no closing brace in {word}")
    return [name for part in parts for name in _spelled(word[:start] + part + rest)]
