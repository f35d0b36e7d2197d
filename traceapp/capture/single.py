"""One event at a time: read from a body that holds it alone, stored, and shown as it is kept."""

from collections.abc import Mapping
from typing import Any

from traceapp.accounts.models import Organisation, User
from traceapp.capture import documents
from traceapp.capture.errors import CaptureRefused, Place
from traceapp.capture.models import Source
from traceapp.capture.services import capture_events
from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.commitments.times import rfc3339
from traceapp.epcis.context import STANDARD_ADDRESS
from traceapp.epcis.models import TYPES
from traceapp.epcis.parse import EpcisError, ParsedEvent, parse_event
from traceapp.epcis.xml_document import looks_like_xml
from traceapp.ledger.models import Record

DOCUMENTS = frozenset({"EPCISDocument", "EPCISQueryDocument"})


def is_event(body: bytes, form: str) -> bool:
    """Whether this holds a single event and no document around it."""
    if form == "xml" or (not form and looks_like_xml(body)):
        return False
    try:
        raw = parse_strict(body)
    except StrictJsonError:
        return False
    return isinstance(raw, dict) and (_type(raw) in TYPES or ":" in _type(raw))


def read_event(body: bytes, form: str) -> ParsedEvent:
    """The event: bare in JSON, or the only one of a document in JSON or XML. CaptureRefused."""
    documents.check_size(len(body))
    if not body.strip():
        raise CaptureRefused([("", "The body is empty; an EPCIS event is expected.")])
    if form == "xml" or (not form and looks_like_xml(body)):
        return _only(body, "xml")
    try:
        raw = parse_strict(body)
    except StrictJsonError as error:
        raise CaptureRefused(documents.places([(error.path, error.why)])) from error
    if not isinstance(raw, dict):
        raise CaptureRefused([("", "An EPCIS event is a JSON object.")])
    if _type(raw) in DOCUMENTS:
        return _only(body, "json")
    return _bare(raw)


def _type(raw: Mapping[str, Any]) -> str:
    return str(raw.get("type", ""))


def _bare(raw: Mapping[str, Any]) -> ParsedEvent:
    context = raw.get("@context")
    if context is None:
        raise CaptureRefused([("@context", "Is missing.")])
    event = {name: value for name, value in raw.items() if name != "@context"}
    try:
        return parse_event(event, context=context)
    except EpcisError as error:
        raise CaptureRefused(documents.places(error.errors)) from error


def _only(body: bytes, form: str) -> ParsedEvent:
    events = documents.read(body, form=form).events
    if len(events) != 1:
        why = f"One event is expected here, and there are {len(events)}. Send documents to /epcis/capture."
        raise CaptureRefused([("eventList", why)])
    return events[0]


def capture_event(*, organisation: Organisation, member: User | None, event: ParsedEvent) -> Record:
    """Store one event; one that is stored already is the record it is. CaptureRefused, EventConflict."""
    try:
        return capture_events(organisation=organisation, member=member, events=[event], source=Source.REST)[0]
    except CaptureRefused as error:
        error.errors = [without_list(place) for place in error.errors]
        raise


def without_list(place: Place) -> Place:
    """The place in an event that stands alone."""
    path, why = place
    return path.removeprefix("eventList[0]").removeprefix("."), why


def as_json(event: ParsedEvent, record: Record) -> dict[str, Any]:
    """The event with the ID and the record time that it has here."""
    own = {name: value for name, value in event.raw.items() if name != "errorDeclaration" or value is not None}
    context: list[Any] = [STANDARD_ADDRESS, *([dict(event.context)] if event.context else [])]
    return {"@context": context, **own, "recordTime": rfc3339(record.record_time)}


def as_document(event: Mapping[str, Any]) -> dict[str, Any]:
    """A document that holds the event, for XML, which has no event without one."""
    inner = {name: value for name, value in event.items() if name != "@context"}
    return {
        "@context": event["@context"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": event["recordTime"],
        "epcisBody": {"eventList": [inner]},
    }
