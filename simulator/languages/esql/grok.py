"""GROK: named patterns put together into one regular expression with groups.

The names and what they stand for: https://www.elastic.co/docs/reference/query-languages/esql/esql-process-data-with-dissect-grok
(Elasticsearch's ECS-compatible set). The expressions are written here from what the names say, with possessive and
bounded forms where they keep a search short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.errors import nearest
from simulator.tables import Type

_OCTET = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_DOTTED = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_H = "[0-9A-Fa-f]{1,4}"
_IPV6 = "|".join(
    (
        rf"(?:{_H}:){{6}}{_DOTTED}",
        rf"(?:{_H}:){{7}}{_H}",
        rf"::(?:{_H}:){{0,5}}{_DOTTED}",
        *(rf"(?:{_H}:){{1,{left}}}(?::{_H}){{1,{7 - left}}}" for left in range(1, 7)),
        rf"(?:{_H}:){{1,7}}:",
        rf":(?::{_H}){{1,7}}",
        "::",
    )
)

PATTERNS: dict[str, str] = {
    # Words and numbers
    "USERNAME": "[a-zA-Z0-9._-]+",
    "USER": "%{USERNAME}",
    "EMAILLOCALPART": r"[a-zA-Z0-9!#$%&'*+\-/=?^_`{|}~]{1,64}(?:\.[a-zA-Z0-9!#$%&'*+\-/=?^_`{|}~]{1,62}){0,63}",
    "EMAILADDRESS": "%{EMAILLOCALPART}@%{HOSTNAME}",
    "INT": "[+-]?[0-9]+",
    "BASE10NUM": r"(?<![0-9.+-])(?>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))",
    "NUMBER": "(?:%{BASE10NUM})",
    "BASE16NUM": "(?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+",
    "BASE16FLOAT": r"\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b",
    "POSINT": r"\b[1-9][0-9]*\b",
    "NONNEGINT": r"\b[0-9]+\b",
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": ".*?",
    "GREEDYDATA": ".*",
    "QUOTEDSTRING": r"""(?<!\\)(?>"(?>\\.|[^\\"])*"|'(?>\\.|[^\\'])*'|`(?>\\.|[^\\`])*`)""",
    "QS": "%{QUOTEDSTRING}",
    "UUID": "[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    "URN": r"urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9a-fA-F]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+",
    # Networks
    "MAC": "(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})",
    "CISCOMAC": r"(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4}",
    "WINDOWSMAC": "(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2}",
    "COMMONMAC": "(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}",
    "IPV6": f"(?:{_IPV6})(?:%[0-9A-Za-z]+)?",
    "IPV4": f"(?<![0-9]){_DOTTED}(?![0-9])",
    "IP": "(?:%{IPV6}|%{IPV4})",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.?|\b)",
    "IPORHOST": "(?:%{IP}|%{HOSTNAME})",
    "HOSTPORT": "%{IPORHOST}:%{POSINT}",
    # Paths and addresses
    "PATH": "(?:%{UNIXPATH}|%{WINPATH})",
    "UNIXPATH": r"(?:/[\w%!$@:.,+~-]*)+",
    "TTY": r"/dev/(?:pts|tty[pq]?)(?:\w+)?/?[0-9]+",
    "WINPATH": r"(?>[A-Za-z]+:|\\)(?:\\[^\\?*]*)+",
    "URIPROTO": r"[A-Za-z][A-Za-z0-9+\-.]+",
    "URIHOST": "%{IPORHOST}(?::%{POSINT})?",
    "URIPATH": r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_\-]*)+",
    "URIQUERY": r"[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]<>]*",
    "URIPARAM": r"\?%{URIQUERY}",
    "URIPATHPARAM": r"%{URIPATH}(?:\?%{URIQUERY})?",
    "URI": r"%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATH}(?:\?%{URIQUERY})?)?",
    # Dates and times
    "MONTH": r"\b(?:[Jj]an(?:uary|uar)?|[Ff]eb(?:ruary|ruar)?|[Mm](?:a|ä)?r(?:ch|z)?|[Aa]pr(?:il)?|[Mm]a[yi]?|"
    r"[Jj]un[ei]?|[Jj]ul[yi]?|[Aa]ug(?:ust)?|[Ss]ep(?:tember)?|[Oo][ck]?t(?:ober)?|[Nn]ov(?:ember)?|"
    r"[Dd]e[cz](?:ember)?)\b",
    "MONTHNUM": "(?:0?[1-9]|1[0-2])",
    "MONTHNUM2": "(?:0[1-9]|1[0-2])",
    "MONTHDAY": "(?:0[1-9]|[12][0-9]|3[01]|[1-9])",
    "DAY": "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
    "YEAR": r"(?>\d\d){1,2}",
    "HOUR": "(?:2[0123]|[01]?[0-9])",
    "MINUTE": "[0-5][0-9]",
    "SECOND": "(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?",
    "TIME": "(?<![0-9])%{HOUR}:%{MINUTE}:%{SECOND}(?![0-9])",
    "DATE_US": "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "ISO8601_TIMEZONE": "(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))",
    "ISO8601_SECOND": "%{SECOND}",
    "TIMESTAMP_ISO8601": "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
    "DATE": "(?:%{DATE_US}|%{DATE_EU})",
    "DATESTAMP": "%{DATE}[- ]%{TIME}",
    "TZ": "(?:[APMCE][SD]T|UTC)",
    "DATESTAMP_RFC822": "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
    "DATESTAMP_RFC2822": "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
    "DATESTAMP_OTHER": "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
    "DATESTAMP_EVENTLOG": "%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}",
    "HTTPDATE": "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
    # System logs
    "SYSLOGTIMESTAMP": "%{MONTH} +%{MONTHDAY} %{TIME}",
    "PROG": r"[\x21-\x5a\x5c\x5e-\x7e]+",
    "SYSLOGPROG": r"%{PROG:process.name}(?:\[%{POSINT:process.pid:int}\])?",
    "SYSLOGHOST": "%{IPORHOST}",
    "SYSLOGFACILITY": "<%{NONNEGINT:log.syslog.facility.code:int}.%{NONNEGINT:log.syslog.priority:int}>",
    "SYSLOGBASE": "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:host.hostname} %{SYSLOGPROG}:",
    "LOGLEVEL": "(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo?(?:rmation)?|"
    "INFO?(?:RMATION)?|[Ww]arn?(?:ing)?|WARN?(?:ING)?|[Ee]rr?(?:or)?|ERR?(?:OR)?|[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?|"
    "[Ff]atal|FATAL|[Ss]evere|SEVERE|EMERG(?:ENCY)?|[Ee]merg(?:ency)?)",
}
"""The named patterns that run. Those of single products (`HAPROXYHTTP` …) do not."""

_PART = re.compile(
    r"%\{(\w+)(?::([\w.@\-\[\]]+))?(?::(\w+))?\}|\(\?<(?![=!])([^>]*)>|\\.|\[(?:\\.|\^?\]?(?:\\.|[^\]\\])*)\]|\((?!\?)|\(\?P<",
    re.S,
)
_TYPES = {"int": Type.INTEGER, "integer": Type.INTEGER, "long": Type.INTEGER, "float": Type.REAL, "double": Type.REAL,
          "string": Type.TEXT, "boolean": Type.BOOLEAN}  # fmt: skip
_DEPTH = 20


class GrokError(ValueError):
    """A pattern that GROK would not take."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A GROK pattern as a regular expression: its columns, the groups that each is taken from, and its kind."""

    pattern: str
    groups: tuple[tuple[str, tuple[int, ...], Type], ...]


def expression(pattern: str) -> Expression:
    """The regular expression that a GROK pattern stands for. Its first match anywhere counts. Raises GrokError."""
    names: list[tuple[str | None, Type]] = []
    text = _expanded(pattern, names, _DEPTH)
    groups: dict[str, list[int]] = {}
    kinds: dict[str, Type] = {}
    for number, (name, kind) in enumerate(names, 1):
        if name is not None:
            groups.setdefault(name, []).append(number)
            kinds.setdefault(name, kind)
    return Expression(text, tuple((name, tuple(found), kinds[name]) for name, found in groups.items()))


def _expanded(pattern: str, names: list[tuple[str | None, Type]], depth: int) -> str:
    if depth == 0:
        raise GrokError("patterns stand for each other in a circle")

    def put(match: re.Match[str]) -> str:
        if match[1]:
            return _named(match, names, depth)
        if match[4] is not None:
            names.append((match[4], Type.TEXT))
            return "("
        if match[0] == "(":
            return "(?:"  # Elasticsearch keeps no groups but named ones
        if match[0] == "(?P<":
            raise GrokError("named groups are written (?<name>…)")
        return match[0]

    return _PART.sub(put, pattern)


def _named(match: re.Match[str], names: list[tuple[str | None, Type]], depth: int) -> str:
    called, name, kind = match[1], match[2], match[3]
    if called not in PATTERNS:
        raise GrokError(f"there is no pattern %{{{called}}}{nearest(called, PATTERNS)}")
    if kind is not None and kind not in _TYPES:
        raise GrokError(f"{kind!r} is no type of GROK")
    if name is None:
        return f"(?:{_expanded(PATTERNS[called], names, depth - 1)})"
    if name.startswith("["):
        name = name.strip("[]").replace("][", ".")
    names.append((name, _TYPES[kind] if kind else Type.TEXT))
    return f"({_expanded(PATTERNS[called], names, depth - 1)})"
