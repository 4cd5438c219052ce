"""Windows events as JSON, in the shapes that the usual tools give them: one decoded record -> its fields.

`nested`: evtx_dump, Chainsaw, Velociraptor and Sysmon for Linux: `{"Event": {"System": …, "EventData"/"UserData": …}}`.
`flat`: NXLog and the datasets made with it: all fields at the top.
`winlogbeat`: Elastic's shipper, old (`event_data`) and new (`winlog.event_data`), nested or with dotted keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.dataset.importing.fields import HIDDEN_HOST, HIDDEN_TIME, canonical

Fields = dict[str, str | list[str]]

SYSTEM_PATHS: Mapping[str, tuple[str, ...]] = {
    "Provider_Name": ("Provider", "#attributes", "Name"),
    "Provider_Guid": ("Provider", "#attributes", "Guid"),
    "EventID": ("EventID",),
    "Version": ("Version",),
    "Level": ("Level",),
    "Task": ("Task",),
    "Opcode": ("Opcode",),
    "Keywords": ("Keywords",),
    "EventRecordID": ("EventRecordID",),
    "Execution_ProcessID": ("Execution", "#attributes", "ProcessID"),
    "Execution_ThreadID": ("Execution", "#attributes", "ThreadID"),
    "Channel": ("Channel",),
    "Computer": ("Computer",),
    "Security_UserID": ("Security", "#attributes", "UserID"),
    HIDDEN_HOST: ("Computer",),
    HIDDEN_TIME: ("TimeCreated", "#attributes", "SystemTime"),
}
"""Where evtx_dump puts what stands in the System block."""

FLAT_KEYS: Mapping[str, tuple[str, ...]] = {
    "Provider_Name": ("Provider_Name", "SourceName", "ProviderName"),
    "Provider_Guid": ("Provider_Guid", "ProviderGuid"),
    "EventRecordID": ("EventRecordID", "RecordNumber"),
    "Execution_ProcessID": ("Execution_ProcessID", "ExecutionProcessID"),
    "Execution_ThreadID": ("Execution_ThreadID", "ThreadID"),
    "Opcode": ("OpcodeValue", "Opcode"),
    "Computer": ("Computer", "Hostname", "ComputerName", "host"),
    "Security_UserID": ("Security_UserID", "UserID"),
    HIDDEN_HOST: ("Hostname", "Computer", "ComputerName", "host"),
    HIDDEN_TIME: ("UtcTime", "SystemTime", "TimeCreated", "@timestamp", "EventTime", "timestamp"),
}
"""Other names of envelope fields in flattened records, in order of trust. `EventTime` is often local time without a
zone, so it comes after those that are UTC."""

_BEATS = {
    "Provider_Name": ("provider_name", "source_name"),
    "Provider_Guid": ("provider_guid",),
    "EventID": ("event_id",),
    "Version": ("version",),
    "Level": ("level", "log.level"),
    "Task": ("task",),
    "Opcode": ("opcode",),
    "EventRecordID": ("record_id", "record_number"),
    "Execution_ProcessID": ("process.pid", "process_id"),
    "Execution_ThreadID": ("process.thread.id", "thread_id"),
    "Channel": ("channel", "log_name"),
    "Computer": ("computer_name",),
    "Security_UserID": ("user.identifier",),
    HIDDEN_HOST: ("computer_name",),
}


def nested(event: Mapping[str, Any]) -> Fields:
    """The fields of evtx_dump's `Event` object."""
    fields: Fields = {}
    system = event.get("System")
    if isinstance(system, dict):
        for name, path in SYSTEM_PATHS.items():
            _put(fields, name, _system_value(system, path))
    data = event.get("EventData")
    if isinstance(data, dict):
        _event_data(fields, data)
    elif isinstance(data, list):
        _put(fields, "Data", data)
    user_data = event.get("UserData")
    if isinstance(user_data, dict):
        for name, value in _leaves(user_data):
            _put_user_data(fields, name, value)
    return fields


def flat(record: Mapping[str, Any]) -> Fields:
    """The fields of a record that has them all at the top."""
    fields: Fields = {}
    for name, keys in FLAT_KEYS.items():
        _put(fields, name, next((v for key in keys if _is_leaf(v := record.get(key)) and v is not None), None))
    for name, value in dotted(record):
        _put(fields, name, value)
    return fields


def winlogbeat(record: Mapping[str, Any]) -> Fields:
    """The fields of a record of Elastic's Winlogbeat."""
    plain = dict(dotted(record))
    fields: Fields = {}
    for name, keys in _BEATS.items():
        found = (plain.get(prefix + key) for key in keys for prefix in ("winlog.", ""))
        _put(fields, name, next((value for value in found if value is not None), None))
    _put(fields, HIDDEN_HOST, plain.get("host.name"))
    time = plain.get("winlog.time_created") or plain.get("@timestamp")
    _put(fields, HIDDEN_TIME, time)
    for prefix in ("winlog.event_data.", "winlog.user_data.", "event_data.", "user_data."):
        put = _put_user_data if "user_data" in prefix else _put
        for key, value in plain.items():
            if key.startswith(prefix):
                put(fields, key.removeprefix(prefix), value)
    return fields


def dotted(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves under dotted names; a list of objects as lists of its objects' leaves."""
    for key, inner in value.items():
        name = prefix + key
        if isinstance(inner, dict):
            yield from dotted(inner, name + ".")
        elif isinstance(inner, list) and inner and all(isinstance(element, dict) for element in inner):
            columns: dict[str, list[Any]] = {}
            for element in inner:
                for leaf, found in dotted(element, name + "."):
                    columns.setdefault(leaf, []).extend(found if isinstance(found, list) else [found])
            yield from columns.items()
        else:
            yield name, inner


def _event_data(fields: Fields, data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        if name == "#attributes":
            continue
        if name == "Data":
            _data(fields, value)
        elif isinstance(value, dict):
            if "#text" in value:
                _put(fields, name, value["#text"])
            for leaf, found in dotted({k: v for k, v in value.items() if not k.startswith("#")}, name + "."):
                _put(fields, leaf, found)
        else:
            _put(fields, name, value)


def _data(fields: Fields, value: Any) -> None:
    """`Data` elements: unnamed values as a list, named ones (`{"@Name": …, "#text": …}`) under their names."""
    if isinstance(value, dict) and "#text" in value and not _data_name(value):
        value = value["#text"]
    unnamed: list[Any] = []
    for element in value if isinstance(value, list) else [value]:
        if isinstance(element, dict):
            if name := _data_name(element):
                _put(fields, name, element.get("#text"))
            else:
                unnamed.extend(found for _, found in dotted(element))
        else:
            unnamed.append(element)
    texts = canonical(unnamed)
    if texts:
        _put(fields, "Data", texts)


def _data_name(element: Mapping[str, Any]) -> str | None:
    attributes = element.get("#attributes")
    name = element.get("@Name") or (attributes.get("Name") if isinstance(attributes, dict) else None)
    return name if isinstance(name, str) else None


def _leaves(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if key in ("#attributes", "xmlns") or key.startswith("xmlns:"):
            continue
        if isinstance(inner, dict):
            if "#text" in inner:
                yield key, inner["#text"]
            yield from _leaves({k: v for k, v in inner.items() if not k.startswith("#")})
        elif isinstance(inner, list) and any(isinstance(element, dict) for element in inner):
            for element in inner:
                if isinstance(element, dict):
                    yield from _leaves(element)
        else:
            yield key, inner


def _system_value(system: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at `path`; other tools leave `#attributes` out, or call it `<Name>_attributes`."""
    outer = system.get(path[0])
    if len(path) == 1:
        if isinstance(outer, dict):
            return outer.get("#text", outer.get("Value"))
        return outer
    for inner in (outer.get("#attributes") if isinstance(outer, dict) else None, system.get(f"{path[0]}_attributes")):
        if isinstance(inner, dict) and path[2] in inner:
            return inner[path[2]]
    return outer.get(path[2]) if isinstance(outer, dict) else None


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _put(fields: Fields, name: str, value: Any) -> None:
    """The first value of a name stays: the envelope comes first."""
    text = canonical(value) if not isinstance(value, dict) else None
    if text is not None and name not in fields:
        fields[name] = text


def _put_user_data(fields: Fields, name: str, value: Any) -> None:
    """As `_put`, but of a channel both stay: System 104 says in `UserData` which other channel was cleared."""
    text = canonical(value)
    if name == "Channel" and isinstance(kept := fields.get(name), str) and isinstance(text, str):
        fields[name] = [kept, text]
    else:
        _put(fields, name, value)
