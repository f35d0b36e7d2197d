"""What the five event types of EPCIS 2.0 may and must hold (section 7.4 and the JSON schema of the standard)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from traceapp.epcis import checks
from traceapp.epcis.cbv import COMPONENTS, MEASUREMENTS, SENSOR_ALERTS
from traceapp.epcis.checks import Check, array, either, members_of, one_of, pattern, record, vocabulary, word_or_uri
from traceapp.epcis.context import Prefixes, is_extension
from traceapp.epcis.unit_codes import UNITS

Raw = Mapping[str, object]
Found = list[tuple[str, str]]


def _unit(value: object, prefixes: Prefixes) -> checks.Faults:
    """A unit that everybody knows: the standard takes codes of UN/ECE Recommendation 20 only."""
    if isinstance(value, str) and value in UNITS:
        return checks.FINE
    return checks.fault(f"{value!r:.40} is no unit of UN/ECE Recommendation 20, such as KGM")


_instances = array(checks.instance)
_distinct_instances = array(checks.instance, each_once=True)
_uris = array(checks.uri)
_quantities = array(
    record(
        {
            "epcClass": checks.class_id,
            "quantity": checks.amount,
            "uom": _unit,
        },
        ["epcClass"],
    )
)
_place = record({"id": checks.uri}, ["id"], extensible=True)
_source_type = vocabulary("sourceOrDestination")
_dispositions = array(vocabulary("disposition"), at_least=1, each_once=True)
_measured: dict[str, Check] = {
    "deviceID": checks.uri,
    "deviceMetadata": checks.uri,
    "rawData": checks.uri,
    "dataProcessingMethod": checks.uri,
    "time": checks.time,
}
_report = record(
    {
        **_measured,
        "type": word_or_uri(MEASUREMENTS, "measurement type"),
        "exception": word_or_uri(SENSOR_ALERTS, "sensor alert"),
        "bizRules": checks.uri,
        "microorganism": checks.uri,
        "chemicalSubstance": checks.uri,
        "coordinateReferenceSystem": checks.uri,
        "component": word_or_uri(COMPONENTS, "component"),
        "stringValue": checks.text,
        "booleanValue": checks.boolean,
        "hexBinaryValue": pattern(r"[A-Fa-f0-9]+", "f0f0"),
        "uriValue": checks.uri,
        "uom": checks.text,
        **dict.fromkeys(
            ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"),
            checks.number,
        ),
    },
    extensible=True,
)
_sensor_metadata = record(
    {**_measured, "startTime": checks.time, "endTime": checks.time, "bizRules": checks.uri}, extensible=True
)


def _sensor_report(value: object, prefixes: Prefixes) -> checks.Faults:
    """The JSON schema wants a type, the XML schema none: an alarm of a device may stand without one."""
    found = _report(value, prefixes)
    if found or not isinstance(value, dict):
        return found
    if "type" not in value and "exception" not in value:
        return [(".type", "is missing")]
    # What somebody measures by a type of their own may be counted in their own units, too.
    is_standard = str(value.get("type", "")).replace("/", ":").rpartition(":")[2] in MEASUREMENTS
    unit = _unit(value["uom"], prefixes) if is_standard and "uom" in value else checks.FINE
    return [(".uom" + at, why) for at, why in unit]


_sensor_element = record(
    {"sensorMetadata": _sensor_metadata, "sensorReport": array(_sensor_report, at_least=1)},
    ["sensorReport"],
    extensible=True,
)


def _error_declaration(value: object, prefixes: Prefixes) -> checks.Faults:
    # Records hold the member even where there is no declaration, so null says that there is none.
    return checks.FINE if value is None else _declaration(value, prefixes)


_declaration = record(
    {"declarationTime": checks.time, "reason": vocabulary("errorReason"), "correctiveEventIDs": _uris},
    ["declarationTime"],
    extensible=True,
)


def _ilmd(value: object, prefixes: Prefixes) -> checks.Faults:
    return members_of(value, prefixes, {}) if isinstance(value, dict) else checks.fault("an object is expected")


_COMMON: dict[str, Check] = {
    "@context": lambda value, prefixes: checks.FINE,
    "type": lambda value, prefixes: checks.FINE,
    "eventID": checks.uri,
    "eventTime": checks.time,
    "recordTime": checks.time,
    "eventTimeZoneOffset": pattern(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)", "+02:00"),
    "certificationInfo": either(checks.uri, _uris),
    "errorDeclaration": _error_declaration,
    "bizStep": vocabulary("bizStep"),
    "disposition": vocabulary("disposition"),
    "persistentDisposition": record({"set": _dispositions, "unset": _dispositions}),
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": array(
        record({"type": vocabulary("bizTransaction"), "bizTransaction": checks.uri}, ["bizTransaction"])
    ),
    "sourceList": array(record({"type": _source_type, "source": checks.uri}, ["type", "source"])),
    "destinationList": array(record({"type": _source_type, "destination": checks.uri}, ["type", "destination"])),
    "sensorElementList": array(_sensor_element),
}
_action: dict[str, Check] = {"action": one_of("OBSERVE", "ADD", "DELETE")}
_packing: dict[str, Check] = {
    **_action,
    "parentID": checks.instance,
    "childEPCs": _instances,
    "childQuantityList": _quantities,
}

MEMBERS: dict[str, dict[str, Check]] = {
    "ObjectEvent": {
        **_COMMON,
        **_action,
        "epcList": _distinct_instances,
        "quantityList": _quantities,
        "ilmd": _ilmd,
    },
    "AggregationEvent": {**_COMMON, **_packing},
    "AssociationEvent": {**_COMMON, **_packing},
    "TransactionEvent": {
        **_COMMON,
        **_action,
        "parentID": checks.instance,
        "epcList": _instances,
        "quantityList": _quantities,
    },
    "TransformationEvent": {
        **_COMMON,
        "inputEPCList": _distinct_instances,
        "inputQuantityList": _quantities,
        "outputEPCList": _distinct_instances,
        "outputQuantityList": _quantities,
        "transformationID": checks.uri,
        "ilmd": _ilmd,
    },
}
"""The members of each event type besides extensions."""

_EVERY: dict[str, Check] = {name: check for members in MEMBERS.values() for name, check in members.items()}
_ALWAYS = ("eventTime", "eventTimeZoneOffset")
REQUIRED: dict[str, tuple[str, ...]] = {
    "ObjectEvent": (*_ALWAYS, "action"),
    "AggregationEvent": (*_ALWAYS, "action"),
    "AssociationEvent": (*_ALWAYS, "action", "parentID"),
    "TransactionEvent": (*_ALWAYS, "action", "bizTransactionList"),
    "TransformationEvent": _ALWAYS,
}


def faults_of(raw: Raw, prefixes: Prefixes) -> Found:
    """Everything wrong with an event, as (path below it, why)."""
    kind = raw.get("type")
    if isinstance(kind, str) and kind not in MEMBERS and is_extension(kind, prefixes):
        return _of_own_type(raw, prefixes) or _in_common(raw)
    if not isinstance(kind, str) or kind not in MEMBERS:
        return [(".type", _no_type(kind) if "type" in raw else "is missing")]
    found = members_of(raw, prefixes, MEMBERS[kind], REQUIRED[kind])
    # How members bear on each other only makes sense once each of them does.
    return found or [*_TOGETHER[kind](raw), *_in_common(raw)]


def _no_type(kind: object) -> str:
    if isinstance(kind, str) and ":" in kind:
        return f"the prefix of {kind!r:.80} is not declared in @context"
    return f"an event is one of {', '.join(MEMBERS)}, or of a type of your own, which is a URI"


def _of_own_type(raw: Raw, prefixes: Prefixes) -> Found:
    """The standard leaves all but time and zone to who made the type; what it has names for is what they say."""
    known = {name: value for name, value in raw.items() if name in _EVERY or ":" in name or name.startswith("@")}
    found = members_of(known, prefixes, _EVERY, _ALWAYS)
    for name in raw.keys() - known.keys():
        found += [(f".{name[:100]}{at}", why) for at, why in checks.extension(raw[name], prefixes)]
    return found


def _any(raw: Raw, *names: str) -> bool:
    return any(raw.get(name) for name in names)


def _object(raw: Raw) -> Found:
    found: Found = []
    if not _any(raw, "epcList", "quantityList") and not (raw.get("sensorElementList") and "readPoint" in raw):
        found.append(
            (".epcList", "epcList and quantityList are both empty; only a sensor report at a readPoint needs neither")
        )
    if "ilmd" in raw and raw["action"] != "ADD":
        found.append((".ilmd", "master data of a lot or item is only given with action ADD"))
    return found


def _children(raw: Raw) -> Found:
    found: Found = []
    if raw["action"] != "OBSERVE" and "parentID" not in raw:
        found.append((".parentID", f"is missing; action {raw['action']} needs it"))
    if raw["action"] != "DELETE" and not _any(raw, "childEPCs", "childQuantityList"):
        found.append((".childEPCs", "childEPCs and childQuantityList are both empty; only action DELETE may mean all"))
    return found


def _transaction(raw: Raw) -> Found:
    if not raw["bizTransactionList"]:
        return [(".bizTransactionList", "the list is empty")]
    if raw["action"] != "DELETE" and not _any(raw, "epcList", "quantityList"):
        return [(".epcList", "epcList and quantityList are both empty; only action DELETE may mean all")]
    return []


def _transformation(raw: Raw) -> Found:
    has_input = _any(raw, "inputEPCList", "inputQuantityList")
    has_output = _any(raw, "outputEPCList", "outputQuantityList")
    if (has_input and has_output) or ("transformationID" in raw and (has_input or has_output)):
        return []
    side = "output" if has_input else "input"
    return [(f".{side}EPCList", "inputs and outputs are needed; one side alone only with a transformationID")]


_TOGETHER: dict[str, Callable[[Raw], Found]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _children,
    "AssociationEvent": _children,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
}


def _in_common(raw: Raw) -> Found:
    found: Found = []
    if raw.get("persistentDisposition") == {}:
        found.append((".persistentDisposition", "set or unset is needed"))
    for index, element in enumerate(_list(raw.get("sensorElementList"))):
        found += [(f".sensorElementList[{index}]{at}", why) for at, why in _said_twice(element)]
    return found


def _said_twice(element: Raw) -> Found:
    """EPCIS conformance requirement TCR-53: these members stand in the metadata or in a report, never in both."""
    metadata = element.get("sensorMetadata") or {}
    return [
        (f".sensorReport[{index}].{name}", "also stands in sensorMetadata; the standard allows one of the two (TCR-53)")
        for index, report in enumerate(_list(element["sensorReport"]))
        for name in _measured
        if name in report and name in metadata  # type: ignore[operator]
    ]


def _list(value: object) -> list[Raw]:
    return value if isinstance(value, list) else []
