"""What verified events say of a device and of the goods it was tied to.

Only the device's own organisation ties it and takes it off: else a stranger's event could end a leg. Unpacking counts
by whoever belongs to the goods (`capture.graph`). What an event was declared wrong for does not count any more. Events
that still wait for the ledger count, too: an alarm must not wait for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.capture.graph import members
from traceapp.capture.models import EventKey, Link, LinkAction, Naming
from traceapp.coldchain.ties import Fact, What, emptied
from traceapp.commitments.disclosures import DisclosureError
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import IdentifierError
from traceapp.ledger import shapes, verified
from traceapp.ledger.models import Record
from traceapp.ledger.rows import PENDING
from traceapp.sensors.models import Device


@dataclass(frozen=True)
class Told:
    """An event of a record."""

    pk: int
    organisation_id: int
    event: Mapping[str, Any]

    @property
    def time(self) -> datetime:
        return parse_rfc3339(self.event["eventTime"])


def uri_of(device: Device) -> str:
    """The canonical identifier of a device."""
    return identifiers.canonical(f"https://id.gs1.org/8004/{device.giai}")


def facts_of(device: Device) -> list[Fact]:
    """All that is known of where a device was."""
    uri = uri_of(device)
    pks = EventKey.objects.filter(key=identifiers.key(uri)).values_list("record_id", flat=True).distinct()
    own = [one for one in told(pks) if one.organisation_id == device.organisation_id]
    found = [fact for one in own for fact in _ties(one, uri)]
    holders = {fact.goods for fact in found if fact.what is What.TIED}
    for goods in holders:
        found += _emptyings(goods)
        found += _all_taken_off(goods, device)
    return found


def told(pks: Iterable[int]) -> list[Told]:
    """Events that the ledger confirms or that wait for it, without those declared wrong and the declarations."""
    answer = verified.read(sorted(set(pks)))
    rows = [Told(one.pk, one.organisation_id, one.body.get("event") or {}) for one in answer.verified]
    waiting = [one.pk for one in answer.unverified if one.state == PENDING and one.pk is not None]
    for record in Record.objects.filter(pk__in=waiting):
        try:
            body = shapes.opened(bytes(record.disclosures))
        except DisclosureError:
            continue
        rows.append(Told(record.pk, record.organisation_id, body.get("event") or {}))
    wrong = {(one.organisation_id, one.event.get("eventID")) for one in rows if one.event.get("errorDeclaration")}
    return [one for one in rows if (one.organisation_id, one.event.get("eventID")) not in wrong]


def devices_named(pks: Iterable[int]) -> set[str]:
    """The GIAIs of what these associations tie, also of those declared wrong. By the stored bytes, as they are."""
    found: set[str] = set()
    for stored in Record.objects.filter(pk__in=list(pks)).values_list("disclosures", flat=True):
        try:
            event = shapes.opened(bytes(stored)).get("event") or {}
        except DisclosureError:
            continue
        for name in (_name(event.get("parentID")), *(_name(child) for child in event.get("childEPCs") or ())):
            one = identifiers.parse(name) if name else None
            if one is not None and one.primary == "8004":
                found.add(one.value)
    return found


def _ties(one: Told, uri: str) -> Iterator[Fact]:
    """An event names the device among what is tied to its parent, or as the parent that others are tied to."""
    event = one.event
    if event.get("type") != "AssociationEvent" or event.get("action") not in ("ADD", "DELETE"):
        return
    what = What.TIED if event["action"] == "ADD" else What.UNTIED
    parent, children = _name(event.get("parentID")), [_name(name) for name in event.get("childEPCs") or ()]
    if uri in children and parent:
        yield Fact(one.time, what, parent, one.pk)
    elif uri == parent:
        others = children or ([""] if what is What.UNTIED else [])
        for goods in others[:1]:  # a device is with one holder at a time: the first that is named
            yield Fact(one.time, what, goods, one.pk)


def _all_taken_off(goods: str, device: Device) -> list[Fact]:
    """Dissociations from these goods that name no children: everything that was on them."""
    rows = EventKey.objects.filter(key=identifiers.key(goods), record__event__type="AssociationEvent")
    rows = rows.filter(record__event__action="DELETE", record__organisation=device.organisation_id)
    found = told(rows.values_list("record_id", flat=True).distinct())
    return [
        Fact(one.time, What.UNTIED, goods, one.pk)
        for one in found
        if not one.event.get("childEPCs") and not one.event.get("childQuantityList")
    ]


def _emptyings(goods: str) -> list[Fact]:
    key = identifiers.key(goods)
    rows = Link.objects.filter(target=key, action__in=(LinkAction.PACK, LinkAction.UNPACK))
    named = Naming.objects.filter(key=key).order_by("pk").values_list("by_id", "organisation_id", "root")
    belong = members(list(named))
    packings = [
        (one.time, one.event.get("action") == "ADD", frozenset(contents(one.event)), one.pk)
        for one in told(rows.values_list("record_id", flat=True).distinct())
        if one.event.get("type") == "AggregationEvent"
        and _name(one.event.get("parentID")) == goods
        and one.organisation_id in belong
    ]
    return [Fact(time, What.UNPACKED, goods, record) for time, record in emptied(packings)]


def contents(event: Mapping[str, Any]) -> Iterator[str]:
    """What an aggregation names as inside, in canonical form."""
    for name in event.get("childEPCs") or ():
        yield _name(name)
    for entry in event.get("childQuantityList") or ():
        yield _name(entry.get("epcClass"))


def _name(identifier: Any) -> str:
    try:
        return identifiers.canonical(identifier) if isinstance(identifier, str) and identifier else ""
    except IdentifierError:
        return ""
