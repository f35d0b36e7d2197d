"""A JSON document in EPCIS 2.0's XML, valid by its schema: members in the schema's order, extensions by namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traceapp.epcis import context as contexts
from traceapp.epcis.formats import CbvFormat
from traceapp.epcis.xml_element import Element, write
from traceapp.epcis.xml_event_writer import ORDER, event_element
from traceapp.epcis.xml_members import as_attribute, vocabulary_list
from traceapp.epcis.xml_names import EPCIS_XML, OURS, QUERY_XML, SBDH_XML, XSD, XSI
from traceapp.epcis.xml_prefixes import Prefixed
from traceapp.epcis.xml_sbdh import WHOLE, header_of, whole_header
from traceapp.epcis.xml_values import elements_of

Json = Mapping[str, Any]
_HEAD = frozenset({"@context", "type", "schemaVersion", "creationDate", "id", "epcisHeader", "epcisBody"})
_SBDH = ("sender", "receiver", "instanceIdentifier")


def write_xml(document: Json, form: CbvFormat = CbvFormat.WEB_URI) -> bytes:
    """The XML of an EPCISDocument or EPCISQueryDocument in JSON, which must have passed its checks.

    An event may have a `@context` of its own. Words of the CBV are spelled as `form` says.
    """
    prefixes, _ = contexts.resolve(document.get("@context", contexts.STANDARD_ADDRESS))
    names = Prefixed(prefixes)
    names.declare_standard("cbv", "cbvmda", "gs1")
    is_query = document.get("type") == "EPCISQueryDocument"
    root = Element(("epcisq:" if is_query else "epcis:") + str(document["type"]))
    root.attributes = _attributes(document)
    if (header := _header(document, names)) is not None:
        root.children.append(header)
    root.children.append((_query_body if is_query else _body)(document["epcisBody"], names, form))
    rest = {name: value for name, value in document.items() if name not in (*_HEAD, *_SBDH)}
    root.children += elements_of(rest, names)
    structure = {"epcis": EPCIS_XML, **({"epcisq": QUERY_XML} if is_query else {})}
    root.prefixes = {**structure, "xsi": XSI, "xsd": XSD, "traceapp": OURS, "sbdh": SBDH_XML, **names.declared}
    return write(root)


def _attributes(document: Json) -> dict[str, str]:
    version = str(document.get("schemaVersion", "2.0"))
    found = {"schemaVersion": version if version.count(".") <= 1 else "2.0"}
    if "creationDate" in document:
        found["creationDate"] = document["creationDate"]
    if "id" in document:
        found["traceapp:id"] = document["id"]
    return found


def _header(document: Json, names: Prefixed) -> Element | None:
    """The sequence of the schema: SBDH, then master data inside `extension`; anything else in an attribute."""
    inside = dict(document.get("epcisHeader") or {})
    simple = {name: str(document[name]) for name in _SBDH if name in document}
    element = Element("EPCISHeader")
    whole, master_data = inside.pop(WHOLE, None), inside.pop("epcisMasterData", None)
    if whole is not None:
        element.children.append(whole_header(whole))
    elif simple:
        element.children.append(header_of(simple, str(document.get("creationDate", ""))))
    if master_data and "vocabularyList" in master_data:
        inner = element.add("extension").add("EPCISMasterData")
        inner.children.append(vocabulary_list(master_data["vocabularyList"], names))
    element.attributes = as_attribute(inside)
    return element if element.children or element.attributes else None


def _body(body: Json, names: Prefixed, form: CbvFormat) -> Element:
    element = Element("EPCISBody")
    element.children.append(_event_list(body["eventList"], names, form))
    element.children += elements_of({name: value for name, value in body.items() if name != "eventList"}, names)
    return element


def _query_body(body: Json, names: Prefixed, form: CbvFormat) -> Element:
    element = Element("EPCISBody")
    told = body["queryResults"]
    results = element.add("epcisq:QueryResults")
    results.add("queryName", str(told["queryName"]))
    if "subscriptionID" in told:
        results.add("subscriptionID", str(told["subscriptionID"]))
    found = results.add("resultsBody")
    inside = told["resultsBody"]
    if inside.get("vocabularyList") and not inside.get("eventList"):
        found.children.append(vocabulary_list(inside["vocabularyList"], names))
    else:
        found.children.append(_event_list(inside.get("eventList", ()), names, form))
    rest = {name: value for name, value in told.items() if name not in ("queryName", "subscriptionID", "resultsBody")}
    results.children += elements_of(rest, names)
    return element


def _event_list(events: Any, names: Prefixed, form: CbvFormat) -> Element:
    return Element("EventList", children=[_event(event, names, form) for event in events])


def _event(event: Json, names: Prefixed, form: CbvFormat) -> Element:
    element = event_element(event, names, form)
    return element if event["type"] in ORDER else Element("extension", children=[element])
