"""One event element to its JSON form. Words and identifiers stay as they are spelled; numbers become numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_values import ValueFault, boolean, boolean_attribute, members_of, number, value_of

_WRAPPERS = frozenset({"extension", "baseExtension"})
_EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
_QUANTITY_LISTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
_NUMBERS = frozenset({"value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"})
MEMBERS = "traceapp:members"
"""An attribute that holds, as JSON, the extensions of a sensor report that no attribute can."""

Json = dict[str, Any]


def event_of(element: Element) -> Json:
    """The JSON form of an event element of EPCIS 2.0 or 1.x. ValueFault says what cannot be read and where."""
    event: Json = {"type": element.name}
    event |= _own_attributes(element)
    extensions: list[Element] = []
    for child in _unwrapped(element.children):
        reader = _READERS.get(child.name)
        if ":" in child.name:
            extensions.append(child)
        elif child.name == "certificationInfo" and child.name in event:
            event[child.name] = [*_as_list(event[child.name]), _text(child)]
        elif child.name in event:
            raise ValueFault(f".{child.name}", "stands there twice")
        else:
            event[child.name] = _at(f".{child.name}", reader or _unknown, child)
    event |= _extended(extensions)
    return _without_quantity_event(_with_further_certificates(event))


def _unwrapped(children: Iterable[Element]) -> Iterable[Element]:
    """EPCIS 1.x keeps later members in `extension` and `baseExtension`; 2.0 has them beside the others."""
    for child in children:
        if child.name in _WRAPPERS:
            yield from _unwrapped(child.children)
        else:
            yield child


def _at(path: str, reader: Callable[[Element], Any], element: Element) -> Any:
    try:
        return reader(element)
    except ValueFault as fault:
        raise ValueFault(path + fault.path, fault.why) from None
    except ValueError as error:
        raise ValueFault(path, str(error)) from None


def _text(element: Element) -> str:
    if element.children:
        raise ValueFault(f".{element.children[0].name}", "only text is expected here")
    return element.text.strip()


def _unknown(element: Element) -> Any:
    """Left for the rules to refuse by its name."""
    return value_of(element)


def _extended(elements: Iterable[Element]) -> Json:
    return members_of(elements)


def _own_attributes(element: Element) -> Json:
    return {name: text for name, text in element.attributes.items() if _is_extension(name)}


def _is_extension(name: str) -> bool:
    return ":" in name and not name.startswith(("xsi:", "xml:", "traceapp:"))


def _list_of(name: str, reader: Callable[[Element], Any]) -> Callable[[Element], list[Any]]:
    def read(element: Element) -> list[Any]:
        items: list[Any] = []
        for child in element.children:
            if child.name in _WRAPPERS:
                continue
            if child.name != name:
                raise ValueFault(f".{child.name}", f"only {name} elements are expected here")
            items.append(_at(f"[{len(items)}]", reader, child))
        return items

    return read


def _quantity(element: Element) -> Json:
    found: Json = {}
    for child in element.children:
        if child.name == "quantity":
            if not boolean_attribute(child.attributes, "xsi:nil"):
                found["quantity"] = _at(".quantity", lambda one: number(_text(one)), child)
        else:
            found[child.name] = _at(f".{child.name}", _text, child)
    return found


def _place(element: Element) -> Json:
    inner = list(_unwrapped(element.children))
    plain: Json = {child.name: _text(child) for child in inner if ":" not in child.name}
    return plain | _extended(child for child in inner if ":" in child.name)


def _typed(member: str) -> Callable[[Element], Json]:
    def read(element: Element) -> Json:
        kind = element.attributes.get("type")
        return {**({} if kind is None else {"type": kind.strip()}), member: _text(element)}

    return read


def _persistent(element: Element) -> Json:
    found: Json = {}
    for child in element.children:
        found.setdefault(child.name, []).append(_text(child))
    return found


def _declaration(element: Element) -> Json:
    found: Json = {}
    inner = list(_unwrapped(element.children))
    for child in inner:
        if child.name == "correctiveEventIDs":
            found[child.name] = _at(f".{child.name}", _list_of("correctiveEventID", _text), child)
        elif ":" not in child.name:
            found[child.name] = _at(f".{child.name}", _text, child)
    return found | _own_attributes(element) | _extended(child for child in inner if ":" in child.name)


def _ilmd(element: Element) -> Json:
    return _own_attributes(element) | _extended(_unwrapped(element.children))


def _sensor_element(element: Element) -> Json:
    found: Json = {}
    reports: list[Json] = []
    inner = list(_unwrapped(element.children))
    for child in inner:
        if child.name == "sensorMetadata":
            found["sensorMetadata"] = _at(".sensorMetadata", _measured, child)
        elif child.name == "sensorReport":
            reports.append(_at(f".sensorReport[{len(reports)}]", _measured, child))
        elif ":" not in child.name:
            found[child.name] = value_of(child)
    if reports:
        found["sensorReport"] = reports
    return found | _extended(child for child in inner if ":" in child.name)


def _measured(element: Element) -> Json:
    """Sensor metadata and reports keep everything in attributes."""
    found: Json = {}
    for name, text in element.attributes.items():
        if name in _NUMBERS:
            found[name] = _at(f".{name}", lambda one, text=text: number(text), element)  # type: ignore[misc]
        elif name == "booleanValue":
            found[name] = _at(f".{name}", lambda one, text=text: boolean(text), element)  # type: ignore[misc]
        elif ":" not in name or _is_extension(name):
            found[name] = text
    return found | members_attribute(element)


def members_attribute(element: Element) -> Json:
    """Extensions that stand in an attribute as JSON."""
    if MEMBERS not in element.attributes:
        return {}
    members = json_attribute(element, MEMBERS)
    if not isinstance(members, dict) or not all(":" in name for name in members):
        raise ValueFault(f".{MEMBERS}", "an object of extensions is expected")
    return members


def json_attribute(element: Element, name: str) -> Any:
    """An attribute that holds JSON. ValueFault."""
    try:
        return parse_strict(element.attributes[name].encode("utf-8", "surrogatepass"))
    except StrictJsonError as error:
        raise ValueFault(f".{name}", str(error)) from None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _with_further_certificates(event: Json) -> Json:
    """The schema allows one `certificationInfo`; further ones are written in a namespace of ours."""
    further = event.pop("traceapp:certificationInfo", None)
    if further is not None:
        event["certificationInfo"] = [*_as_list(event.get("certificationInfo", [])), *_as_list(further)]
    return event


def _without_quantity_event(event: Json) -> Json:
    """EPCIS 1.x's QuantityEvent, gone in 2.0: so much of a class was observed."""
    if event["type"] != "QuantityEvent":
        return event
    amount = {name: event.pop(name) for name in ("epcClass", "quantity") if name in event}
    return {**event, "type": "ObjectEvent", "action": "OBSERVE", "quantityList": [amount]}


_READERS: dict[str, Callable[[Element], Any]] = {
    **dict.fromkeys(_EPC_LISTS, _list_of("epc", _text)),
    **dict.fromkeys(_QUANTITY_LISTS, _list_of("quantityElement", _quantity)),
    **dict.fromkeys(
        (
            *("eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "certificationInfo", "action", "bizStep"),
            *("disposition", "parentID", "transformationID", "epcClass"),
        ),
        _text,
    ),
    "quantity": lambda element: number(_text(element)),
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": _list_of("bizTransaction", _typed("bizTransaction")),
    "sourceList": _list_of("source", _typed("source")),
    "destinationList": _list_of("destination", _typed("destination")),
    "sensorElementList": _list_of("sensorElement", _sensor_element),
    "persistentDisposition": _persistent,
    "errorDeclaration": _declaration,
    "ilmd": _ilmd,
}
