"""A small consortium for the browser, made in a process of its own: `python -m tests.e2e.seed`. Prints its codes."""

import json
import os
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
django.setup()

from tests.factories import (  # noqa: E402
    PASSWORD,
    LocationFactory,
    LotFactory,
    OrganisationFactory,
    ProductFactory,
    member,
)
from tests.planning_world import forecasts_of  # noqa: E402
from traceapp.accounts.models import Organisation  # noqa: E402
from traceapp.accounts.visibility import Visibility  # noqa: E402
from traceapp.capture.services import capture_events  # noqa: E402
from traceapp.epcis import identifiers  # noqa: E402
from traceapp.epcis.parse import parse_event  # noqa: E402

MADE = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


def event(lot, place, step, hours, **members):
    moment = MADE + timedelta(hours=hours)
    return parse_event(
        {
            "type": "ObjectEvent",
            "eventTime": moment.isoformat().replace("+00:00", "Z"),
            "eventTimeZoneOffset": "+02:00",
            "action": "OBSERVE",
            "bizStep": step,
            "readPoint": {"id": identifiers.location(place.gln)},
            "quantityList": [{"epcClass": identifiers.lot(lot.product.gtin, lot.number), "quantity": 2400}],
            **members,
        }
    )


def firm(name, *roles, email):
    organisation = OrganisationFactory(name=name, default_visibility=Visibility.PUBLIC)
    member(organisation, *roles, email=email)
    return organisation


def journey(lot, grower, carrier, there, here):
    """Three steps by two firms."""
    to_carrier = {"destinationList": [{"type": "owning_party", "destination": identifiers.party(carrier.pgln)}]}
    steps = [event(lot, there, "commissioning", 0, action="ADD"), event(lot, there, "shipping", 4, **to_carrier)]
    capture_events(organisation=grower, member=None, events=steps, source="import")
    capture_events(organisation=carrier, member=None, events=[event(lot, here, "receiving", 30)], source="import")


def main():
    grower = firm("Huerta Alba", "supplier", "admin", email="supplier@example.org")
    carrier = firm("Kestrel Cold Freight", "carrier", "receiver", email="carrier@example.org")
    member(Organisation.objects.get(pk=grower.pk), "quality", "analyst", email="quality@example.org")
    product = ProductFactory(
        organisation=grower, name="Strawberries, 500 g", origin="Moguer, Spain", allergens="None declared",
        storage_min_c=0, storage_max_c=4,
    )  # fmt: skip
    soon = (MADE + timedelta(days=20)).date()
    lots = {
        name: LotFactory(product=product, number=name, best_before=soon)
        for name in ("L-FORM", "L-GOOD", "L-BAD", "L-CHECK")
    }
    there = LocationFactory(
        organisation=grower, name="Packing house", city="Moguer", country="Spain", timezone="Europe/Madrid",
        latitude=37.2757, longitude=-6.8387,
    )  # fmt: skip
    here = LocationFactory(organisation=carrier, name="Dock 4", latitude=51.9244, longitude=4.4777)
    for name in ("L-GOOD", "L-BAD", "L-CHECK"):
        journey(lots[name], grower, carrier, there, here)
    forecasts_of(grower, [product.gtin, "09506000134352"], there.gln)
    print(json.dumps({"gtin": product.gtin, "password": PASSWORD, "place": there.gln, "organisation": grower.pk}))


if __name__ == "__main__":
    main()
