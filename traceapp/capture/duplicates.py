"""Which events of a document are stored already. Identity is (event ID, is an error declaration), per organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traceapp.capture.chunks import chunks
from traceapp.capture.errors import EventConflict
from traceapp.capture.models import Event
from traceapp.commitments.canonical import Json
from traceapp.commitments.disclosures import assemble, unpack
from traceapp.epcis.normal import says_the_same
from traceapp.ledger.models import Record

Identity = tuple[str, bool]
Body = dict[str, Json]


def identity(body: Mapping[str, Json]) -> Identity:
    event = body["event"]
    assert isinstance(event, dict)
    return str(event["eventID"]), bool(event["errorDeclaration"])


@dataclass
class Compared:
    """Primary keys of records that hold these events already, and by position why an event cannot be stored."""

    known: dict[Identity, int]
    conflicts: dict[int, str]


def compare(organisation_id: int, bodies: Sequence[Body], places: Sequence[int] | None = None) -> Compared:
    """Look for events that are stored with the same content, and for IDs that stand for another content.

    Same means what they say, not how it is spelled (`normal.normal_form`). `places` are those in the document, if the
    bodies are a part of it.
    """
    wanted = [identity(body) for body in bodies]
    found = _pks(organisation_id, {event_id for event_id, _ in wanted})
    known = {one: pk for one, pk in found.items() if one in set(wanted)}
    contents = _contents(known)
    conflicts: dict[int, str] = {}
    first: dict[Identity, int] = {}
    for index, (one, body) in enumerate(zip(wanted, bodies, strict=True)):
        if one in contents and not _same(contents[one], body):
            conflicts[index] = f"{one[0]} was captured before with another content."
        elif one in first and not says_the_same(bodies[first[one]], body):
            at = first[one] if places is None else places[first[one]]
            conflicts[index] = (
                f"{one[0]} stands in this document twice, with different content (first as eventList[{at}])."
            )
        first.setdefault(one, index)
    return Compared(known, conflicts)


def stored(organisation_id: int, bodies: Sequence[Body]) -> dict[Identity, int]:
    """Primary keys of the records that hold these events already, with the same content.

    EventConflict, with the place of each, for an event ID that stands for another content, stored or in `bodies`.
    """
    compared = compare(organisation_id, bodies)
    if compared.conflicts:
        raise EventConflict((f"eventList[{index}].eventID", why) for index, why in compared.conflicts.items())
    return compared.known


def _pks(organisation_id: int, event_ids: set[str]) -> dict[Identity, int]:
    found: dict[Identity, int] = {}
    for chunk in chunks(event_ids):
        rows = Event.objects.filter(organisation=organisation_id, event_id__in=chunk)
        for event_id, declared, pk in rows.values_list("event_id", "is_error_declaration", "pk"):
            found[event_id, declared] = pk
    return found


def _contents(known: Mapping[Identity, int]) -> dict[Identity, Body | None]:
    """The stored content; None where it was erased in part, or the row is gone: nothing to compare with."""
    bodies: dict[int, Body | None] = {}
    for chunk in chunks(known.values()):
        for pk, disclosures, hidden in Record.objects.filter(pk__in=chunk).values_list("pk", "disclosures", "hidden"):
            bodies[pk] = None if hidden else _content(assemble(unpack(bytes(disclosures))))
    return {one: bodies.get(pk) for one, pk in known.items()}


def _content(record: Mapping[str, Json]) -> Body:
    return {name: record[name] for name in ("event", "context") if name in record}


def _same(content: Body | None, body: Body) -> bool:
    return content is None or says_the_same(content, body)
