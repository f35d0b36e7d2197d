"""One event in XML: members in the order of the schema, then extensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traceapp.epcis import context as contexts
from traceapp.epcis.formats import CbvFormat
from traceapp.epcis.spelling import in_xml
from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_members import as_attribute
from traceapp.epcis.xml_prefixes import Prefixed
from traceapp.epcis.xml_values import decimal_text, elements_of, typed

Json = Mapping[str, Any]
Writer = Callable[[str, Any, Prefixed], Element]

_WHEN = ("eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration", "certificationInfo")
_WHY = ("bizStep", "disposition", "readPoint", "bizLocation")
_ENDS = ("sourceList", "destinationList", "sensorElementList", "persistentDisposition")
ORDER: Mapping[str, tuple[str, ...]] = {
    "ObjectEvent": (*(*_WHEN, "epcList", "action", *_WHY, "bizTransactionList", "quantityList", *_ENDS, "ilmd"),),
    "AggregationEvent": (
        *(*_WHEN, "parentID", "childEPCs", "action", *_WHY, "bizTransactionList", "childQuantityList", *_ENDS),
    ),
    "TransactionEvent": (
        *(*_WHEN, "bizTransactionList", "parentID", "epcList", "action", *_WHY, "quantityList", *_ENDS),
    ),
    "TransformationEvent": (
        *(*_WHEN, "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "transformationID"),
        *(*_WHY, "bizTransactionList", *_ENDS, "ilmd"),
    ),
    "AssociationEvent": (
        *(*_WHEN, "parentID", "childEPCs", "childQuantityList", "action", *_WHY, "bizTransactionList", *_ENDS),
    ),
}
_STANDARD = frozenset(name for order in ORDER.values() for name in order)
_NEVER_EMPTY = frozenset(
    {"certificationInfo", "bizTransactionList", "sourceList", "destinationList", "sensorElementList"}
)


def event_element(event: Json, names: Prefixed, form: CbvFormat) -> Element:
    """The element of an event that passed its checks. What its own `@context` declares is declared on it.

    One of somebody's own type is named in its namespace, and stands in an `extension` of the list of events.
    """
    prefixes: dict[str, str] = names.prefixes
    if "@context" in event:
        prefixes, _ = contexts.resolve(event["@context"], prefixes)
    inner = names.inside(prefixes)
    event = in_xml(event, form)
    own = event["type"] not in ORDER
    order = tuple(name for name in event if name in _STANDARD) if own else ORDER[event["type"]]
    element = Element(inner(event["type"]) if own else event["type"])
    for name in order:
        value = event.get(name)
        if value is not None and not (name in _NEVER_EMPTY and not value):
            element.children.append(_WRITERS.get(name, _text)(name, value, inner))
    extensions = {name: value for name, value in event.items() if name not in (*order, "type", "@context")}
    certificates = event.get("certificationInfo")
    if isinstance(certificates, list):  # the schema allows one
        extensions["traceapp:certificationInfo"] = certificates[1:]
    element.children += elements_of(extensions, inner)
    element.prefixes = inner.declared
    return element


def _text(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, str(value))


def _first(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, value if isinstance(value, str) else "".join(value[:1]))


def _each(inner: str) -> Writer:
    return lambda name, value, names: Element(name, children=[Element(inner, str(one)) for one in value])


def _typed(inner: str) -> Writer:
    """`<source type="...">...</source>`"""

    def write(name: str, value: Any, names: Prefixed) -> Element:
        return Element(
            name, children=[Element(inner, one[inner], {"type": one["type"]} if "type" in one else {}) for one in value]
        )

    return write


def _quantities(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, children=[_quantity(one) for one in value])


def _quantity(one: Json) -> Element:
    element = Element("quantityElement")
    element.add("epcClass", one["epcClass"])
    if "quantity" in one:
        element.add("quantity", decimal_text(one["quantity"]))
    elif "uom" in one:
        element.children.append(Element("quantity", "", {"xsi:nil": "true"}))
    if "uom" in one:
        element.add("uom", one["uom"])
    return element


def _place(name: str, value: Any, names: Prefixed) -> Element:
    rest = {key: member for key, member in value.items() if key != "id"}
    return Element(name, children=[Element("id", value["id"]), *elements_of(rest, names)])


def _persistent(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, children=[Element(kind, one) for kind in ("unset", "set") for one in value.get(kind, ())])


def _declaration(name: str, value: Any, names: Prefixed) -> Element:
    element = Element(name)
    for key in ("declarationTime", "reason"):
        if key in value:
            element.add(key, value[key])
    if "correctiveEventIDs" in value:
        element.children.append(_each("correctiveEventID")("correctiveEventIDs", value["correctiveEventIDs"], names))
    known = ("declarationTime", "reason", "correctiveEventIDs")
    element.children += elements_of({key: member for key, member in value.items() if key not in known}, names)
    return element


def _ilmd(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, children=elements_of(value, names))


def _sensors(name: str, value: Any, names: Prefixed) -> Element:
    return Element(name, children=[_sensor_element(one, names) for one in value])


def _sensor_element(one: Json, names: Prefixed) -> Element:
    element = Element("sensorElement")
    if "sensorMetadata" in one:
        element.children.append(_measured("sensorMetadata", one["sensorMetadata"], names))
    element.children += [_measured("sensorReport", report, names) for report in one["sensorReport"]]
    rest = {key: member for key, member in one.items() if key not in ("sensorMetadata", "sensorReport")}
    element.children += elements_of(rest, names)
    return element


def _measured(name: str, members: Json, names: Prefixed) -> Element:
    """Everything in attributes, as the schema wants it; an extension that is no text also as JSON."""
    attributes = {
        (names(key) if ":" in key else key): typed(member)[0]
        for key, member in members.items()
        if not isinstance(member, list | dict) and member is not None
    }
    not_text = {key: member for key, member in members.items() if ":" in key and not isinstance(member, str)}
    return Element(name, "", attributes | as_attribute(not_text))


_WRITERS: dict[str, Writer] = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), _each("epc")),
    **dict.fromkeys(("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), _quantities),
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": _typed("bizTransaction"),
    "sourceList": _typed("source"),
    "destinationList": _typed("destination"),
    "certificationInfo": _first,
    "persistentDisposition": _persistent,
    "errorDeclaration": _declaration,
    "sensorElementList": _sensors,
    "ilmd": _ilmd,
}
