"""Tables of network and cloud sensors, as Sigma's taxonomy names their fields."""

from __future__ import annotations

from simulator.tables.model import Column, Table, Type

_PROXY_INTEGERS = frozenset(("cs-bytes", "sc-bytes", "sc-status"))
_PROXY = (
    "c-uri c-uri-extension c-uri-query c-uri-stem c-useragent cs-bytes cs-cookie cs-host cs-method r-dns cs-referrer "
    "cs-version sc-bytes sc-status src_ip dst_ip"
)
_WEB = (
    "date time c-ip cs-username s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs-bytes time-taken "
    "cs-version cs-host cs-user-agent cs-referer cs-cookie"
)

NETWORK_TABLES = (
    Table(
        "proxy.http",
        "Web proxy log",
        tuple(Column(n, Type.INTEGER if n in _PROXY_INTEGERS else Type.TEXT) for n in _PROXY.split()),
        "https://sigmahq.io/sigma-specification/specification/sigma-appendix-taxonomy.html (category: proxy)",
        open=True,
    ),
    Table(
        "web.access",
        "Web server access log",
        tuple(Column(n) for n in _WEB.split()),
        "https://sigmahq.io/sigma-specification/specification/sigma-appendix-taxonomy.html (category: webserver)",
        open=True,
    ),
    Table(
        "aws.cloudtrail",
        "AWS CloudTrail",
        (),
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
        open=True,
    ),
    Table("linux.auditd", "Linux audit", (), "auditd(8), ausearch(8)", open=True),
    Table(
        "linux.process_creation",
        "Linux process creation (Sysmon for Linux 1)",
        (),
        "https://github.com/microsoft/SysmonForLinux",
        open=True,
    ),
    Table("linux.network_connection", "Linux connection (Sysmon for Linux 3)", (), "Sysmon for Linux", open=True),
    Table("linux.file_event", "Linux file created (Sysmon for Linux 11)", (), "Sysmon for Linux", open=True),
    Table("linux.syslog", "Linux syslog lines", (), "RFC 5424", open=True),
    Table("macos.process_creation", "macOS process creation", (), "Sigma taxonomy, process_creation", open=True),
    Table("macos.file_event", "macOS file created", (), "Sigma taxonomy, file_event", open=True),
)
