"""A sale of berries to be kept cold, due in a few minutes: for whoever wants to see a late and warm one paid."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from traceapp.accounts.models import Organisation
from traceapp.demo import money
from traceapp.demo.client import Client
from traceapp.demo.consortium import FIRMS
from traceapp.demo.events import document
from traceapp.demo.loggers import LOGGERS, Logger, packed_and_tied, pallet_of
from traceapp.demo.lots import DemoLot
from traceapp.payments.delivery_models import Consignment, Shipment

LOGGER: Final = LOGGERS[1]
FIRST_PALLET: Final = 720
LEAST_MINUTES: Final = 5
PAYOUT: Final = 2_000
"""EUR that an insurer pays."""

ZONE: Final = "Europe/Berlin"
_TITLE: Final = "S-23"


class NotProposed(Exception):
    """Why there is no shipment; a sentence for whoever asked for it."""


@dataclass(frozen=True)
class Proposed:
    shipment_id: str
    title: str
    agree_by: datetime
    due: datetime


def propose(lot: DemoLot, client: Client, minutes: int, *, insured: bool = False) -> Proposed:
    """A pallet with the logger on it, by the carrier's events, and terms about it, by the seller."""
    number = Consignment.objects.filter(title__startswith=_TITLE).count()
    pallet, title, now = pallet_of(FIRST_PALLET + number), f"{_TITLE}{number + 1:02d}", datetime.now(UTC)
    moment = now.replace(microsecond=0)
    client.capture(document(packed_and_tied(lot, pallet, LOGGER, moment), moment), f"demo-{title}-{pallet}")
    seller = money.organisation_of(FIRMS["huerta-alba"])
    said = terms(title, pallet, now, minutes) | _parties() | (_insurance(title) if insured else {})
    shipment_id = money.propose(said, seller, money.treasurer_of(FIRMS["huerta-alba"]))
    if not money.until(Shipment.objects.filter(shipment_id=shipment_id).exists):
        raise NotProposed("The ledger did not take the terms in time: is `manage.py demo` running?")
    agreed = Shipment.objects.get(shipment_id=shipment_id).document["terms"]
    moments = (agreed["acceptBy"], agreed["deadline"]["at"])
    return Proposed(shipment_id, title, *map(datetime.fromisoformat, moments))


def _parties() -> dict[str, Any]:
    named = {"other": "gruenmarkt", "carrier": "kestrel", "arbiter": "maasdok"}
    found: dict[str, Organisation] = {part: money.organisation_of(FIRMS[key]) for part, key in named.items()}
    return {part: one.pk for part, one in found.items()}


def _insurance(title: str) -> dict[str, Any]:
    """Against warmth and loss, for the buyer. The insurer gets a deposit to lock the payout with."""
    insurer = money.organisation_of(FIRMS["alpes-cremerie"])
    if not money.deposit(f"TB-{title}", insurer, PAYOUT * 100):
        raise NotProposed("The ledger did not take the insurer's deposit in time: is `manage.py demo` running?")
    return {"insurer": insurer.pk, "payout": str(PAYOUT), "beneficiary": "buyer", "triggers": ["lost", "outside"]}


def terms(title: str, pallet: str, now: datetime, minutes: int, logger: Logger = LOGGER) -> dict[str, Any]:
    """As the seller writes them, on the clock of the place where the goods are due: it shows whole minutes."""
    start = now.astimezone(ZoneInfo(ZONE)).replace(second=0) + timedelta(minutes=1)
    left = {"accept_by": 3, "fund_by": 2, "dispatch_by": 1, "deadline": 0}
    low, high = logger.band
    return {
        "title": title, "goods": "Blueberries, 240 crates, Lyon to Hamburg", "codes": pallet, "we_are": "seller",
        "currency": "EUR", "price": "9600", "at_dispatch": "1000", "at_arrival": "0", "quantity": 240, "unit": "CS",
        "tolerance": 2, "damaged_pays": 0, "zone": ZONE, "grace_minutes": 0, "late_per_hour": "40",
        "late_cap": "400", "band_min": str(low), "band_max": str(high), "outside_minutes": 1, "missing_minutes": 60,
        "beyond": "cut", "on_missing_data": "outside", "warm_per_hour": "120", "warm_cap": "960",
        "devices": logger.giai, "contest_hours": 2, "resolve_hours": 24, "on_silent_arbiter": "computed",
        **{name: f"{start + timedelta(minutes=minutes - before):%Y-%m-%dT%H:%M}" for name, before in left.items()},
    }  # fmt: skip
