"""How the index of an event follows from its verified body; the audit compares it with what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from traceapp.capture.chunks import chunks
from traceapp.capture.index import EventIndex, index_of
from traceapp.capture.models import Event, EventKey, Link
from traceapp.capture.store import save, visibility_of
from traceapp.epcis.parse import parse_event
from traceapp.ledger.models import Record


class EpcisKind:
    """Rows of Event, EventKey and Link. Who belongs to a chain depends on many records and is not compared here."""

    name = "epcis"

    def expected(self, record: Record, body: Mapping[str, Any]) -> EventIndex:
        """The index that this body must have. Its audience is the event's own word, else the record's column."""
        event = parse_event(body["event"], context=body.get("context"))
        visibility = visibility_of(event, None, record.visibility)
        known = {"organisation": record.organisation_id, "visibility": visibility, "record_time": record.record_time}
        return replace(index_of(event), **known)

    def stored(self, pks: Sequence[int]) -> dict[int, EventIndex]:
        """The index as it stands; records without an event row are left out."""
        keys: dict[int, set[tuple[int, int]]] = {}
        links: dict[int, set[tuple[int, int, int]]] = {}
        events: list[Event] = []
        for chunk in chunks(pks):
            for pk, *key in EventKey.objects.filter(record_id__in=chunk).values_list("record_id", "key", "role"):
                keys.setdefault(pk, set()).add((key[0], key[1]))
            rows = Link.objects.filter(record_id__in=chunk).values_list("record_id", "source", "target", "action")
            for pk, source, target, action in rows:
                links.setdefault(pk, set()).add((source, target, action))
            events += Event.objects.filter(pk__in=chunk)
        return {event.pk: _index(event, keys.get(event.pk, set()), links.get(event.pk, set())) for event in events}

    def rebuild(self, record: Record, body: Mapping[str, Any]) -> None:
        """Replace the rows of one record by what its body says."""
        index = self.expected(record, body)
        with transaction.atomic():
            for model in (EventKey, Link, Event):
                model._default_manager.filter(record_id=record.pk).delete()
            save([(record, index)])


def _index(event: Event, keys: set[tuple[int, int]], links: set[tuple[int, int, int]]) -> EventIndex:
    return EventIndex(
        event_id=event.event_id,
        is_error_declaration=event.is_error_declaration,
        type=event.type,
        time=event.time,
        offset=event.offset,
        action=event.action,
        biz_step=event.biz_step,
        disposition=event.disposition,
        biz_location=event.biz_location,
        read_point=event.read_point,
        keys=frozenset(keys),
        links=frozenset(links),
        organisation=event.organisation_id,
        visibility=event.visibility,
        record_time=event.record_time,
    )
