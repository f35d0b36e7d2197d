"""Events to stored and queued records with their index and readers, in bulk. Called inside a transaction."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.capture import chain, duplicates
from traceapp.capture.index import EventIndex, index_of
from traceapp.capture.models import Event, EventKey, Link
from traceapp.capture.parties import organisations_by_gln, owners_of
from traceapp.epcis.parse import ParsedEvent
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import Record
from traceapp.web.bulk import insert

CONTEXT = {"traceapp": "https://traceapp.example/voc/"}
"""The prefix of our own extensions, for events that we make ourselves."""

VISIBILITY = "traceapp:visibility"
"""An extension by which one event may choose its audience: private, parties, chain or public."""


@dataclass
class Stored:
    """The records of all events in their order, and how many of them are new."""

    records: list[Record]
    new: int


def body_of(event: ParsedEvent) -> duplicates.Body:
    """What is committed: the event as received with its ID (given or assigned), and its extensions' prefixes.

    A `recordTime` that came with it is another repository's; ours stands in the record.
    """
    raw = event.raw
    raw.pop("recordTime", None)
    raw.setdefault("eventID", f"urn:uuid:{uuid.uuid4()}")
    raw.setdefault("errorDeclaration", None)
    return {"event": raw, "context": dict(event.context)} if event.context else {"event": raw}


def visibility_of(event: ParsedEvent, chosen: int | None, default: int) -> int:
    """The event's own word, else what the call chose, else the organisation's default."""
    word = event.raw.get(VISIBILITY)
    if isinstance(word, str) and word.upper() in Visibility.names:
        return int(Visibility[word.upper()])
    return default if chosen is None else chosen


def store(organisation: Organisation, events: Sequence[ParsedEvent], visibility: int | None) -> Stored:
    """Append what is new, index it, and find what was stored before. EventConflict as `duplicates.stored` says."""
    bodies = [body_of(event) for event in events]
    known = duplicates.stored(organisation.pk, bodies)
    fresh: dict[duplicates.Identity, int] = {}
    for index, body in enumerate(bodies):
        one = duplicates.identity(body)
        if one not in known:
            fresh.setdefault(one, index)
    default = organisation.default_visibility
    new = [(events[i], bodies[i], visibility_of(events[i], visibility, default)) for i in fresh.values()]
    added = _append(organisation, new) if new else []
    by_pk = Record.objects.in_bulk(list(set(known.values()))) if known else {}
    found = {one: by_pk[pk] for one, pk in known.items() if pk in by_pk} | dict(zip(fresh, added, strict=True))
    return Stored([found[one] for one in map(duplicates.identity, bodies) if one in found], len(added))


def _append(organisation: Organisation, new: Sequence[tuple[ParsedEvent, duplicates.Body, int]]) -> list[Record]:
    indexes = [index_of(event) for event, _, _ in new]
    known = organisations_by_gln({gln for index in indexes for gln in index.glns})
    parties = [frozenset(known[gln] for gln in index.glns if gln in known) - {organisation.pk} for index in indexes]
    records = append(
        organisation=organisation,
        records=[
            NewRecord(kind="epcis", body=body, visibility=visibility, readers=dict.fromkeys(named, Relation.PARTY))
            for (_, body, visibility), named in zip(new, parties, strict=True)
        ],
    )
    save(list(zip(records, indexes, strict=True)))
    chain.extend(
        [
            chain.Seen(record.pk, organisation.pk, record.visibility, index.time, goods_of(index), named)
            for record, index, named in zip(records, indexes, parties, strict=True)
            if not index.is_error_declaration
        ],
        owners=owners_of({pair for index in indexes for pair in index.traced}),
        linked={end for index in indexes for source, target, _ in index.links for end in (source, target)},
    )
    return records


def goods_of(index: EventIndex) -> frozenset[int]:
    """Keys of the particular goods in an event: lots, items, logistic units."""
    return frozenset(key for key, _ in index.traced)


EVENT_COLUMNS = (
    *("record", "organisation", "visibility", "event_id", "is_error_declaration", "type", "time", "offset"),
    *("action", "biz_step", "disposition", "biz_location", "read_point", "record_time"),
)


def save(rows: Iterable[tuple[Record, EventIndex]]) -> None:
    """Write index rows. Everything in them comes from the event."""
    rows = list(rows)
    insert(Event, EVENT_COLUMNS, (_event_row(record, index) for record, index in rows))
    keys = ((record.pk, key, role) for record, index in rows for key, role in index.keys)
    insert(EventKey, ("record", "key", "role"), keys)
    links = (
        (record.pk, record.organisation_id, source, target, index.time, action)
        for record, index in rows
        for source, target, action in index.links
    )
    insert(Link, ("record", "organisation", "source", "target", "time", "action"), links)


def _event_row(record: Record, index: EventIndex) -> tuple[Any, ...]:
    return (
        *(record.pk, record.organisation_id, record.visibility, index.event_id, index.is_error_declaration),
        *(index.type, index.time, index.offset, index.action, index.biz_step, index.disposition),
        *(index.biz_location, index.read_point, record.record_time),
    )
