"""EPCIS documents in JSON-LD or XML, read strictly: every fault with its path, nothing passed over in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.epcis import checks, rules
from traceapp.epcis import context as contexts
from traceapp.epcis.checks import Check, members_of, one_of, pattern
from traceapp.epcis.context import Prefixes
from traceapp.epcis.goods import Goods, goods_of
from traceapp.epcis.master_data import master_data, vocabulary_list
from traceapp.epcis.models import TYPES, AnyEvent, ExtendedEvent
from traceapp.epcis.xml_document import XmlDocumentError, looks_like_xml, read_xml_events

__all__ = [
    "Document",
    "EpcisError",
    "Goods",
    "ParsedEvent",
    "goods",
    "parse_any",
    "parse_document",
    "parse_event",
    "parse_query_document",
]

Faults = list[tuple[str, str]]
MAX_ERRORS = 100
HEAD = 4096  # bytes of a document among which its type stands


class EpcisError(ValueError):
    """What is wrong with a document or event: `errors` as (path, why), the first of them also as `path` and `why`."""

    def __init__(self, errors: Iterable[tuple[str, str]]) -> None:
        self.errors = list(errors)[:MAX_ERRORS]
        self.path, self.why = self.errors[0]
        more = f" (and {len(self.errors) - 1} more)" if len(self.errors) > 1 else ""
        super().__init__((f"{self.path}: {self.why}" if self.path else self.why) + more)


@dataclass(frozen=True)
class ParsedEvent:
    """An event that passed: as received, as typed values, and the prefixes its extensions use with what they stand for.

    `raw` has no `@context` of its own; what it declared and the event uses is in `context`.
    """

    raw: dict[str, Any]
    model: AnyEvent
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A document that passed: its context as received, its events, and the members around them.

    Where events were read one by one, `faults` says by (path, why) what is wrong with those that did not pass, and
    `places` where in the document the others stand.
    """

    context: dict[str, Any] | list[Any] | str
    events: list[ParsedEvent]
    raw: dict[str, Any]
    places: list[int] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


_HEAD: dict[str, Check] = {
    "@context": lambda value, prefixes: checks.FINE,
    "id": checks.uri,
    "schemaVersion": pattern(r"2(?:\.[0-9]+)*", "2.0"),
    "creationDate": checks.time,
    "instanceIdentifier": checks.text,
    "sender": checks.text,
    "receiver": checks.text,
    "epcisHeader": checks.record({"epcisMasterData": master_data}, extensible=True),
    "epcisBody": checks.record({"eventList": lambda value, prefixes: checks.FINE}, ["eventList"], extensible=True),
}
_DOCUMENT: dict[str, Check] = {**_HEAD, "type": one_of("EPCISDocument")}
_QUERY_RESULTS = checks.record(
    {
        "queryName": checks.text,
        "subscriptionID": checks.text,
        "resultsBody": checks.record(
            {"eventList": lambda value, prefixes: checks.FINE, "vocabularyList": vocabulary_list},
            ["eventList"],
            extensible=True,
        ),
    },
    ["queryName", "resultsBody"],
    extensible=True,
)
_QUERY_DOCUMENT: dict[str, Check] = {
    **_HEAD,
    "type": one_of("EPCISQueryDocument"),
    "epcisBody": checks.record({"queryResults": _QUERY_RESULTS}, ["queryResults"], extensible=True),
}


def parse_document(data: bytes) -> Document:
    """Read an EPCISDocument in JSON. EpcisError names up to 100 faults, such as `eventList[3].epcList[0]`.

    Events are taken from `epcisBody.eventList`; paths begin there.
    """
    return check_document(_read(data, "epcisBody."))


def parse_query_document(data: bytes) -> Document:
    """Read an EPCISQueryDocument in JSON, the answer of another repository, just as strictly."""
    return check_query_document(_read(data, "epcisBody.queryResults.resultsBody."))


def parse_any(data: bytes, *, form: str = "", one_by_one: bool = False) -> Document:
    """Read a document or query document in JSON or XML (2.0 or 1.x), as `form` says or it looks like.

    EpcisError for all faults found; with `one_by_one` only for those of the document itself, and those of events are
    told in `Document.faults`.
    """
    faults: list[tuple[str, str]] = []
    if form == "xml" or (not form and looks_like_xml(data)):
        try:
            raw, faults = read_xml_events(data)
        except XmlDocumentError as error:
            raise EpcisError(error.errors) from None
    else:
        is_query = b'"EPCISQueryDocument"' in data[:HEAD]
        raw = _read(data, "epcisBody.queryResults.resultsBody." if is_query else "epcisBody.")
    if faults and not one_by_one:
        raise EpcisError(faults)
    check = check_query_document if raw.get("type") == "EPCISQueryDocument" else check_document
    return check(raw, faults if one_by_one else None)


def check_document(raw: dict[str, Any], faults: Faults | None = None) -> Document:
    """An EPCISDocument that was read as JSON values. EpcisError as above; a list `faults` takes those of events."""
    required = ("@context", "type", "schemaVersion", "creationDate", "epcisBody")
    return _document(raw, _DOCUMENT, required, ("epcisBody",), faults)


def check_query_document(raw: dict[str, Any], faults: Faults | None = None) -> Document:
    """The same of an EPCISQueryDocument."""
    body = ("epcisBody", "queryResults", "resultsBody")
    return _document(raw, _QUERY_DOCUMENT, ("@context", "type", "epcisBody"), body, faults)


def parse_event(raw: Mapping[str, Any], *, path: str = "", context: object = None) -> ParsedEvent:
    """Check one event that came alone or out of a record.

    `context` is a JSON-LD context, or the prefixes of a record (a plain object of prefix to URI); the event's own
    `@context` adds to it. With neither, only the standard prefixes are known. EpcisError as for a document.
    """
    prefixes: dict[str, str] = dict(contexts.STANDARD)
    faults: list[tuple[str, str]] = []
    if context is not None:
        prefixes, faults = contexts.resolve(context, contexts.STANDARD)
    if faults:
        raise EpcisError((f"@context{at}", why) for at, why in faults)
    event, errors = _event(raw, path, prefixes)
    if event is None:
        raise EpcisError(errors)
    return event


def goods(event: ParsedEvent | AnyEvent | Mapping[str, Any]) -> Goods:
    """What an event is about: canonical identifiers by role."""
    if isinstance(event, ParsedEvent):
        return goods_of(event.raw)
    return goods_of(event if isinstance(event, Mapping) else msgspec.to_builtins(event))


def _document(
    raw: dict[str, Any],
    members: dict[str, Check],
    required: tuple[str, ...],
    body: tuple[str, ...],
    faults: Faults | None,
) -> Document:
    prefixes, wrong = contexts.resolve(raw["@context"]) if "@context" in raw else (dict(contexts.STANDARD), [])
    errors = [(f"@context{at}", why) for at, why in wrong]
    errors += [(at[1:], why) for at, why in members_of(raw, prefixes, members, required)]
    if errors:
        raise EpcisError(errors)
    inner: Any = raw
    for name in body:
        inner = inner[name]
    places, events = _events(inner["eventList"], prefixes, faults)
    return Document(raw["@context"], events, raw, places, faults or [])


def _read(data: bytes, body: str) -> dict[str, Any]:
    try:
        raw = parse_strict(data)
    except StrictJsonError as error:
        raise EpcisError([(error.path.removeprefix(body), error.why)]) from None
    if not isinstance(raw, dict):
        raise EpcisError([("", "an EPCIS document is a JSON object")])
    return raw


def _events(raw_events: object, prefixes: Prefixes, faults: Faults | None) -> tuple[list[int], list[ParsedEvent]]:
    """The events that pass and their places; EpcisError for faults of others, unless there is a list to take them."""
    if not isinstance(raw_events, list):
        raise EpcisError([("eventList", "a list is expected")])
    unread = {path.partition("]")[0] + "]" for path, _ in faults or ()}
    events: dict[int, ParsedEvent] = {}
    errors: Faults = []
    for index, raw in enumerate(raw_events):
        path = f"eventList[{index}]"
        if path in unread:
            continue
        event, found = _event(raw, path, prefixes)
        if event is not None:
            events[index] = event
        elif faults is not None:
            faults += found
        else:
            errors += found
            if len(errors) >= MAX_ERRORS:
                break
    if errors:
        raise EpcisError(errors)
    return list(events), list(events.values())


def _event(raw: object, path: str, prefixes: Prefixes) -> tuple[ParsedEvent | None, list[tuple[str, str]]]:
    if not isinstance(raw, Mapping):
        return None, [(path, "an event is an object")]
    faults: list[tuple[str, str]] = []
    if "@context" in raw:
        prefixes, own = contexts.resolve(raw["@context"], prefixes)
        faults += [(f".@context{at}", why) for at, why in own]
        raw = {name: value for name, value in raw.items() if name != "@context"}
    faults += rules.faults_of(raw, prefixes)
    if not faults:
        try:
            model = msgspec.convert(raw, TYPES.get(raw["type"], ExtendedEvent))
        except msgspec.ValidationError as error:
            faults = [("", str(error))]
        else:
            return ParsedEvent(dict(raw), model, contexts.used(raw, prefixes)), []
    return None, [((path + at).removeprefix("."), why) for at, why in faults]
