"""Microsoft Sentinel: SecurityEvent of the Security log, CommonSecurityLog of the proxy's, DnsEvents of look-ups.

Source: the Azure Monitor table reference; for CommonSecurityLog the Common Event Format, in which `out` (SentBytes) are
the client's bytes and `in` (ReceivedBytes) the server's.
"""

from __future__ import annotations

import polars as pl

from simulator.telemetry.derived import Columns, Derivation, Fields, base, port_of, word

_ACTIVITY = "4688 - A new process has been created."
_RESULTS = {"0": ("0", "Success"), "9003": ("3", "NXDOMAIN"), "9501": ("0", "Success"), "9002": ("2", "SERVFAIL")}
_TYPES = {
    "1": "A",
    "2": "NS",
    "5": "CNAME",
    "6": "SOA",
    "12": "PTR",
    "15": "MX",
    "16": "TXT",
    "28": "AAAA",
    "33": "SRV",
}


def security_event(f: Fields) -> Columns:
    """SecurityEvent of 4688."""
    subject = _account(f, "Subject")
    target = _account(f, "Target")
    machine = f("SubjectUserName").str.ends_with("$")
    return {
        "TimeGenerated": pl.col("_time"),
        "Type": word("SecurityEvent"),
        "SourceSystem": word("OpsManager"),
        "Computer": f("Computer"),
        "EventID": f.number("EventID"),
        "Activity": word(_ACTIVITY),
        "Channel": word("Security"),
        "Level": word("8"),
        "Task": f.number("Task"),
        "EventSourceName": f("Provider_Name"),
        "EventRecordId": f("EventRecordID"),
        "Version": f.number("Version"),
        "Account": subject,
        "AccountType": pl.when(machine).then(word("Machine")).otherwise(word("User")),
        "AccountName": f("SubjectUserName"),
        "AccountDomain": f("SubjectDomainName"),
        "SubjectAccount": subject,
        **{name: f(name) for name in ("SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId")},
        "TargetAccount": target,
        **{name: f(name) for name in ("TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId")},
        **{name: f(name) for name in ("NewProcessId", "NewProcessName", "ProcessId", "CommandLine")},
        "Process": base(f("NewProcessName")),
        **{name: f(name) for name in ("ParentProcessName", "TokenElevationType", "MandatoryLabel")},
    }


def _account(f: Fields, of: str) -> pl.Expr:
    """`DOMAIN\\user`."""
    return pl.concat_str(f(f"{of}DomainName"), word("\\"), f(f"{of}UserName"))


def common_security_log(f: Fields) -> Columns:
    """CommonSecurityLog of the proxy's log."""
    hidden = f("cs-method") == "CONNECT"
    uri = f.known("c-uri")
    secure = hidden | uri.str.starts_with("https:")
    blocked = f.number("sc-status").is_in([403, 407])
    done = pl.when(blocked).then(word("Blocked")).otherwise(word("Allowed"))
    return {
        "TimeGenerated": pl.col("_time"),
        "Type": word("CommonSecurityLog"),
        "DeviceVendor": word("Zscaler"),
        "DeviceProduct": word("NSSWeblog"),
        "DeviceVersion": word("6.2"),
        "DeviceEventClassID": done,
        "Activity": done,
        "DeviceAction": done,
        "LogSeverity": word("3"),
        "ApplicationProtocol": pl.when(secure).then(word("HTTPS")).otherwise(word("HTTP")),
        "Protocol": word("TCP"),
        "DestinationHostName": f.known("cs-host"),
        "DestinationIP": f.known("dst_ip"),
        "DestinationPort": pl.coalesce(port_of(uri), pl.when(secure).then(443).otherwise(80)),
        "SourceIP": f.known("src_ip"),
        "SourceHostName": pl.col("_host"),
        "SourceUserName": pl.col("_user"),
        "RequestMethod": f.known("cs-method"),
        "RequestURL": uri,
        "RequestClientApplication": f.known("c-useragent"),
        "RequestContext": f.known("cs-referrer"),
        "EventOutcome": f("sc-status"),
        "SentBytes": f.number(f.sent),
        "ReceivedBytes": f.number(f.received),
    }


def dns_events(f: Fields) -> Columns:
    """DnsEvents of DNS-Client 3008: the query as the server that answered logs it, from the client it names."""
    status = f("QueryStatus")
    results = f.known("QueryResults")
    return {
        "TimeGenerated": pl.col("_time"),
        "Type": word("DnsEvents"),
        "Computer": f("Computer"),
        "EventId": pl.lit(256),
        "SubType": word("LookupQuery"),
        "Name": f("QueryName"),
        "QueryType": f("QueryType").replace(_TYPES),
        "ResultCode": status.replace_strict(
            {key: int(code) for key, (code, _) in _RESULTS.items()}, default=2, return_dtype=pl.Int64
        ),
        "Result": status.replace_strict(
            {key: name for key, (_, name) in _RESULTS.items()}, default="SERVFAIL", return_dtype=pl.String
        ),
        "IPAddresses": results.str.extract_all(r"[^;]+")
        .list.eval(pl.element().filter(~pl.element().str.starts_with("type:")).str.strip_prefix("::ffff:"))
        .list.join(", "),
    }


DERIVATIONS = (
    Derivation("sentinel.SecurityEvent", "security.process_creation", security_event),
    Derivation("sentinel.CommonSecurityLog", "proxy.http", common_security_log),
    Derivation("sentinel.DnsEvents", "dns_client.query", dns_events, where=lambda f: f("QueryStatus") != "87"),
)
"""Of the two records of a look-up the one that was refused (status 87) never left the host."""
