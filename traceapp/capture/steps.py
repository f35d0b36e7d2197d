"""A step that somebody logs by hand, as the event it is."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from traceapp.accounts.models import Organisation, User
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.models import CaptureJob, Source
from traceapp.capture.services import capture_events, new_job
from traceapp.commitments.canonical import canonical
from traceapp.epcis import identifiers
from traceapp.epcis.parse import EpcisError, parse_event
from traceapp.masterdata.models import Location, Lot, Product

ACTIONS = {"commissioning": "ADD", "shipping": "OBSERVE", "receiving": "OBSERVE"}
DISPOSITIONS = {"commissioning": "active", "shipping": "in_transit", "receiving": "in_progress"}


@dataclass(frozen=True)
class Step:
    """What happened: `step` is commissioning, shipping or receiving; quantity in `unit` (UN/ECE code, empty: pieces).

    `partner` gets the goods (shipping) or sent them (receiving); `carrier` takes them.
    """

    step: str
    gtin: str
    lot: str
    quantity: int | float
    unit: str
    place: Location
    moment: datetime
    partner: Organisation | None = None
    carrier: Organisation | None = None


def event_of(step: Step, us: Organisation) -> dict[str, Any]:
    """The ObjectEvent, its time written as the place's clocks showed it."""
    here = {"id": identifiers.location(step.place.gln)}
    local = step.moment.astimezone(ZoneInfo(step.place.timezone))
    amount: dict[str, Any] = {"epcClass": identifiers.lot(step.gtin, step.lot), "quantity": step.quantity}
    if step.unit:
        amount["uom"] = step.unit
    return {
        "type": "ObjectEvent",
        "eventTime": local.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": _offset(local),
        "action": ACTIONS[step.step],
        "bizStep": step.step,
        "disposition": DISPOSITIONS[step.step],
        "quantityList": [amount],
        "readPoint": here,
        **({} if step.step == "shipping" else {"bizLocation": here}),
        **_ends(step, us),
    }


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _ends(step: Step, us: Organisation) -> dict[str, Any]:
    """Who sends and who gets the goods, and who takes them: these may read the event."""
    if step.partner is None:
        return {}
    sender, receiver = (us, step.partner) if step.step == "shipping" else (step.partner, us)
    sources = [{"type": "owning_party", "source": identifiers.party(sender.pgln)}]
    if step.carrier is not None:
        sources.append({"type": "possessing_party", "source": identifiers.party(step.carrier.pgln)})
    destinations = [{"type": "owning_party", "destination": identifiers.party(receiver.pgln)}]
    return {"sourceList": sources, "destinationList": destinations}


@transaction.atomic
def log_step(*, step: Step, organisation: Organisation, member: User, visibility: int, form: uuid.UUID) -> CaptureJob:
    """Record a step once: the same form sent twice with the same content is the same job. Raises CaptureRefused.

    A lot number that is new for a product of our own becomes a lot of it.
    """
    raw = event_of(step, organisation)
    digest = hashlib.sha256(canonical({"event": raw, "visibility": int(visibility)})).hexdigest()
    key = f"form:{form}:{digest[:32]}"
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    earlier = CaptureJob.objects.filter(organisation=organisation, idempotency_key=key).first()
    if earlier is not None:
        return earlier
    try:
        event = parse_event(raw, path="eventList[0]")
    except EpcisError as error:
        raise CaptureRefused(error.errors) from error
    job = new_job(organisation=organisation, member=member, source=Source.FORM, key=key, digest=digest)
    capture_events(
        organisation=organisation, member=member, events=[event], source=Source.FORM, visibility=visibility, job=job
    )
    own = Product.objects.filter(organisation=organisation, gtin=step.gtin).first()
    if own is not None:
        Lot.objects.get_or_create(product=own, number=step.lot)
    return job


def moment_at(place: Location, local: datetime) -> datetime | None:
    """The moment at which the place's clocks show `local` (naive); None for the hour that is skipped in spring."""
    zone = ZoneInfo(place.timezone)
    try:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # the first or last day there is
        return None
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
