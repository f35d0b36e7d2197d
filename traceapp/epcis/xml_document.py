"""An EPCIS document in XML (2.0 or 1.x) as the JSON document it stands for, to be checked like any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from traceapp.epcis.context import STANDARD, STANDARD_ADDRESS
from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_events import event_of, json_attribute, members_attribute
from traceapp.epcis.xml_members import VALUE
from traceapp.epcis.xml_names import OURS, ROOTS
from traceapp.epcis.xml_reader import Reader, XmlError
from traceapp.epcis.xml_sbdh import WHOLE, header_members
from traceapp.epcis.xml_values import ValueFault, members_of, value_of

Json = dict[str, Any]
_RESULTS = frozenset({"queryName", "subscriptionID", "resultsBody"})
_AROUND = frozenset({"EventList", "extension"})
_PLACES = frozenset({"EventList", "EventList/extension", "EventList/extension/extension"})


class XmlDocumentError(ValueError):
    """What cannot be read, as (path, why) pairs: paths as in the JSON form."""

    def __init__(self, errors: Iterable[tuple[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__(str(self.errors[0]))


def looks_like_xml(data: bytes) -> bool:
    """Whether this begins as XML does, and JSON never."""
    return data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<"


def read_xml(data: bytes) -> Json:
    """The JSON document: type, context, header and body. XmlDocumentError."""
    document, faults = read_xml_events(data)
    if faults:
        raise XmlDocumentError(faults)
    return document


def read_xml_events(data: bytes) -> tuple[Json, list[tuple[str, str]]]:
    """The same, and what is wrong with single events by path, which then have a type alone. XmlDocumentError."""
    events: list[Json] = []
    faults: list[tuple[str, str]] = []

    def done(around: list[Element], element: Element) -> bool:
        """Events are turned into JSON one by one, so that no document stands in memory as a tree."""
        if not _in_event_list(around) or element.name == "extension":
            return False
        try:
            events.append(event_of(element))
        except ValueFault as fault:
            faults.append((f"eventList[{len(events)}]{fault.path}", fault.why))
            events.append({"type": element.name})
        return True

    reader = Reader(done)
    try:
        root = reader.read(data)
    except XmlError as error:
        raise XmlDocumentError([("", str(error))]) from None
    if ROOTS.get(reader.namespace) != root.name:
        raise XmlDocumentError([("", f"{root.name} in namespace {reader.namespace!r} is no EPCIS document")])
    try:
        document = _document(root, events)
    except ValueFault as fault:
        raise XmlDocumentError([(fault.path.removeprefix("."), fault.why)]) from None
    ours = {"traceapp": OURS} if WHOLE in document.get("epcisHeader", {}) else {}
    return {"@context": _context({**reader.prefixes, **ours}), **document}, faults


def _in_event_list(around: list[Element]) -> bool:
    if around[-1].name not in _AROUND:
        return False
    names = [element.name for element in around]
    return "EventList" in names and "/".join(names[names.index("EventList") :]) in _PLACES


def _context(prefixes: dict[str, str]) -> list[Any]:
    own = {prefix: uri for prefix, uri in prefixes.items() if STANDARD.get(prefix) != uri}
    return [STANDARD_ADDRESS, own] if own else [STANDARD_ADDRESS]


def _document(root: Element, events: list[Json]) -> Json:
    is_query = root.name == "EPCISQueryDocument"
    head: Json = {"type": root.name if is_query else "EPCISDocument"}
    version = root.attributes.get("schemaVersion", "").strip()
    head["schemaVersion"] = "2.0" if version.startswith("1.") else version
    for name in ("creationDate", "traceapp:id"):
        if name in root.attributes:
            head[name.removeprefix("traceapp:")] = root.attributes[name].strip()
    rest: list[Element] = []
    body: Json = {}
    for child in root.children:
        if child.name == "EPCISHeader":
            head |= _header(child, head.get("creationDate", ""))
        elif child.name == "EPCISBody":
            body = _query_body(child, events) if is_query else _body(child, events, head)
        else:
            rest.append(child)
    return {**head, **members_of(rest), "epcisBody": body}


def _header(element: Element, created: str) -> Json:
    found: Json = {}
    inside: Json = members_attribute(element)
    for child in element.children:
        if child.name == "StandardBusinessDocumentHeader":
            simple, whole = header_members(child, created)
            found |= simple
            inside |= whole
        elif child.name == "extension":
            for one in child.children:
                inside |= {"epcisMasterData": _master_data(one)} if one.name == "EPCISMasterData" else members_of([one])
        elif child.name == "EPCISMasterData":
            inside["epcisMasterData"] = _master_data(child)
        else:
            inside |= members_of([child])
    return {**found, "epcisHeader": inside} if inside else found


def _body(element: Element, events: list[Json], head: Json) -> Json:
    """A master data document has its vocabularies in the body; they are moved to where an EPCISDocument has them."""
    rest: list[Element] = []
    for child in element.children:
        if child.name == "VocabularyList":
            head.setdefault("epcisHeader", {})["epcisMasterData"] = {"vocabularyList": _vocabularies(child)}
        elif child.name != "EventList":
            rest.append(child)
    return {"eventList": events, **members_of(rest)}


def _query_body(element: Element, events: list[Json]) -> Json:
    for results in element.children:
        if results.name == "QueryResults":
            found = {child.name: child for child in results.children}
            told = {name: found[name].text.strip() for name in ("queryName", "subscriptionID") if name in found}
            rest = members_of(child for child in results.children if child.name not in _RESULTS)
            return {"queryResults": {**told, "resultsBody": _results(found.get("resultsBody"), events), **rest}}
    raise ValueFault(".epcisBody", "a query document is taken with QueryResults")


def _results(element: Element | None, events: list[Json]) -> Json:
    for child in element.children if element is not None else ():
        if child.name == "VocabularyList":
            return {"eventList": events, "vocabularyList": _vocabularies(child)}
    return {"eventList": events}


def _master_data(element: Element) -> Json:
    lists = [child for child in element.children if child.name == "VocabularyList"]
    return {"vocabularyList": _vocabularies(lists[0])} if lists else {}


def _vocabularies(element: Element) -> list[Json]:
    return [_vocabulary(child) for child in element.children if child.name == "Vocabulary"]


def _vocabulary(element: Element) -> Json:
    lists = [child for child in element.children if child.name == "VocabularyElementList"]
    elements = [_vocabulary_element(one) for one in lists[0].children] if lists else []
    return {"type": element.attributes.get("type", ""), "vocabularyElementList": elements}


def _vocabulary_element(element: Element) -> Json:
    found: Json = {"id": element.attributes.get("id", "").strip()}
    attributes: list[Json] = []
    for child in element.children:
        if child.name == "attribute":
            attributes.append({"id": child.attributes.get("id", "").strip(), "attribute": _attribute_value(child)})
        elif child.name == "children":
            found["children"] = [one.text.strip() for one in child.children]
    return {**found, "attributes": attributes} if attributes else found


def _attribute_value(element: Element) -> Any:
    if VALUE in element.attributes:
        return json_attribute(element, VALUE)
    own = {name: text for name, text in element.attributes.items() if name != "id"}
    return value_of(Element(element.name, element.text, own, element.children))
