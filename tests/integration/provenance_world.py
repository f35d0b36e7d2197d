"""Goods with a journey on the ledger, for the tests of the scan page."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.factories import LocationFactory, LotFactory, ProductFactory
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.capture.services import capture_events
from traceapp.epcis import identifiers
from traceapp.epcis.parse import parse_event
from traceapp.ledger.models import Record
from traceapp.masterdata.models import Location, Lot

STARTED = datetime(2026, 5, 11, 5, 30, tzinfo=UTC)


@dataclass
class Journey:
    """A lot, two places, and the records of what happened to it."""

    world: LedgerWorld
    lot: Lot = field(default_factory=lambda: LotFactory(product=ProductFactory(name="Strawberries, 500 g")))
    packing: Location = field(
        default_factory=lambda: LocationFactory(city="Moguer", country="Spain", timezone="Europe/Madrid")
    )
    dock: Location = field(default_factory=lambda: LocationFactory(city="Rotterdam", timezone="Europe/Amsterdam"))
    records: list[Record] = field(default_factory=list)
    started: datetime = STARTED

    @property
    def canonical(self) -> str:
        return identifiers.lot(self.lot.product.gtin, self.lot.number)

    @property
    def path(self) -> str:
        return self.canonical.removeprefix("https://id.gs1.org")

    @property
    def page(self) -> str:
        return f"/p{self.path}"

    def step(self, step: str, place: Location, by: Organisation, *, visibility: int = Visibility.PUBLIC, **members):
        """Record one step of the lot, a few hours after the one before."""
        moment = self.started + timedelta(hours=5 * len(self.records))
        event = {
            "type": "ObjectEvent",
            "eventTime": moment.isoformat().replace("+00:00", "Z"),
            "eventTimeZoneOffset": "+02:00",
            "action": "OBSERVE",
            "bizStep": step,
            "readPoint": {"id": identifiers.location(place.gln)},
            "quantityList": [{"epcClass": self.canonical, "quantity": 2400}],
            "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:9506000.00001.PO-4711"}],
            **members,
        }
        made = capture_events(
            organisation=by, member=None, events=[parse_event(event)], source="import", visibility=visibility
        )
        self.records += made
        return made[0]


def travelled(world: LedgerWorld) -> Journey:
    """Three public steps by two firms, on the ledger."""
    grower, carrier, _ = world.organisations
    journey = Journey(world)
    journey.step("commissioning", journey.packing, grower, action="ADD")
    journey.step("shipping", journey.packing, grower)
    journey.step("receiving", journey.dock, carrier)
    world.anchor()
    return journey


def change_a_byte(record: Record) -> None:
    """As somebody with access to the database could: the place's last digit, say."""
    stored = bytes(Record.objects.get(pk=record.pk).disclosures)
    at = stored.index(b"/event/bizStep")
    tampered = stored[:at] + stored[at:].replace(b"ing", b"inG", 1)
    Record.objects.filter(pk=record.pk).update(disclosures=tampered)
