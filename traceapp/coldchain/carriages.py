"""Which shipments name a device in their terms, and when it was on its way for them.

Terms name devices and who is responsible by hash, so a shipment is matched when its document changes: with each device
that is known here by then. What a leg is recorded by is read from the document itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from chaincode.traceability.rules import legs as leg_rules
from chaincode.traceability.rules import shipments as rules
from traceapp.accounts.models import Organisation
from traceapp.coldchain.models import Leg, ShipmentDevice
from traceapp.coldchain.pieces import Carriage
from traceapp.ledger import documents
from traceapp.ledger.documents import Content, Source
from traceapp.sensors.models import Device

PREFIX: Final = "shipment/"
_COMING: Final = (rules.PROPOSED, rules.AGREED, rules.FUNDED)


@dataclass(frozen=True)
class Carried:
    """A shipment that takes legs of a device. Degrees in hundredths; `band` None where the terms have none.

    `hours` after the arrival was recorded, at `until`, the contract takes no more legs of it; None: still on its way.
    """

    carriage: Carriage
    band: tuple[int, int] | None
    hours: timedelta
    until: datetime | None


def project(key: str, document: Content | None, source: Source) -> None:
    """Note which devices a shipment names, and have their legs looked at. Idempotent."""
    if document is None:
        return
    named = {(one["device"], one["responsible"]) for one in document["terms"]["legs"]}
    devices = [one for one in _devices_of(named, document["id"]) if _is_named(one, named, document["id"])]
    is_open = document["state"] in _COMING or _takes_legs(document)
    for device in devices:
        ShipmentDevice.objects.update_or_create(shipment=document["id"], device=device, defaults={"open": is_open})
    since = document["dispatched"]
    if since is not None:
        ended_since = Leg.objects.filter(device__in=devices, superseded=None).exclude(
            ended__lte=datetime.fromisoformat(since["at"])
        )
        ended_since.update(record_due=F("began"))


def _devices_of(named: set[tuple[str, str]], shipment: str) -> list[Device]:
    """All devices of the organisations that are responsible for a leg, as far as they are here."""
    responsible = {one for _, one in named}
    here = Organisation.objects.exclude(msp_id="").values_list("pk", "msp_id", "pgln") if named else ()
    pks = [pk for pk, msp_id, pgln in here if leg_rules.responsible_commitment(msp_id, pgln, shipment) in responsible]
    return list(Device.objects.filter(organisation__in=pks).select_related("organisation"))


def _is_named(device: Device, named: set[tuple[str, str]], shipment: str) -> bool:
    whose = device.organisation
    responsible = leg_rules.responsible_commitment(whose.msp_id, whose.pgln, shipment)
    return (leg_rules.device_commitment(device.giai, shipment), responsible) in named


Goods = Callable[[Collection[str]], Mapping[str, Collection[str]]]
_goods: list[Goods] = []


def register_goods(told: Goods) -> None:
    """By a room that knows which goods shipments are about: `{shipment: canonical identifiers}`, of those kept here."""
    _goods.append(told)


def carried_by(device: Device, goods: str, now: datetime) -> list[Carried]:
    """The shipments that take legs of this device with these goods now.

    A logger may go on to another shipment's goods before the first one has ended: whose goods are known to be these
    takes the leg alone.
    """
    found, open_ = [], _documents_of(device)
    named = _naming(goods, [shipment for shipment, _ in open_])
    for shipment, document in open_:
        if named and shipment not in named:
            continue
        dispatched, arrived = document["dispatched"], document["arrived"]
        if dispatched is None or not _takes_legs(document):
            continue
        hours = timedelta(hours=document["terms"]["legHours"])
        until = datetime.fromisoformat(arrived["recordedAt"]) + hours if arrived else None
        if until is not None and until < now:
            continue
        arrival = datetime.fromisoformat(arrived["at"]) if arrived else None
        carriage = Carriage(shipment, datetime.fromisoformat(dispatched["at"]), arrival)
        band = document["terms"]["temperature"]
        found.append(Carried(carriage, (band["bandMin"], band["bandMax"]) if band else None, hours, until))
    return found


def _naming(goods: str, shipments: Collection[str]) -> set[str]:
    return {shipment for told in _goods for shipment, names in told(shipments).items() if goods in names}


def _takes_legs(document: Content) -> bool:
    return document["state"] in rules.takes_legs(has_arrived=document["arrived"] is not None)


def may_leave_until(device: Device, ended: datetime) -> datetime | None:
    """Until when a shipment of this device may still be said to have left before `ended`; None if none waits."""
    waits = [
        timedelta(minutes=document["terms"]["recordWithinMinutes"] + rules.CLOCKS)
        for _, document in _documents_of(device)
        if document["state"] == rules.FUNDED
    ]
    return ended + max(waits) if waits else None


def _documents_of(device: Device) -> list[tuple[str, dict[str, Any]]]:
    named = ShipmentDevice.objects.filter(device=device, open=True).values_list("shipment", flat=True)
    found = documents.many([f"{PREFIX}{one}" for one in sorted(named)])
    return [(key.removeprefix(PREFIX), document) for key, document in found.items()]
