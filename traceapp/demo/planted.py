"""What is wrong in the demo on purpose, so that one can see it found: a changed row, a copied code, a recall."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from traceapp.demo.consortium import GOODS
from traceapp.demo.events import Event, event, lot_quantity
from traceapp.demo.lots import DemoLot, delivery_name
from traceapp.epcis import identifiers

SERIAL = "7003-COPY"


@dataclass(frozen=True)
class Planted:
    """Canonical identifiers of the codes worth scanning; `changed_event` is the event whose stored byte is changed."""

    good: str
    changed: str
    changed_event: str
    recalled: str
    copied: str


def choose(lots: list[DemoLot]) -> Planted:
    """The last lot of each product that has surely arrived takes one part."""
    strawberries, blueberries, salmon, butter = _parts(lots)
    received = event(
        "rotterdam", blueberries.made, "receiving", delivery_name(blueberries, "moguer", "rotterdam", "received")
    )
    return Planted(
        good=identifiers.lot(butter.good.gtin, butter.number),  # keeps for weeks: not past its date
        changed=identifiers.lot(blueberries.good.gtin, blueberries.number),
        changed_event=received["eventID"],
        recalled=identifiers.lot(strawberries.good.gtin, strawberries.number),
        copied=identifiers.item(salmon.good.gtin, SERIAL),
    )


def _parts(lots: list[DemoLot]) -> list[DemoLot]:
    settled = max(lot.made for lot in lots) - timedelta(days=14)
    last = {lot.good: lot for lot in lots if lot.made < settled}
    return [last[good] for good in GOODS]


def planted_events(lots: list[DemoLot], rng: random.Random) -> Iterator[tuple[str, Event]]:
    """A recall notice for a lot of strawberries, and one salmon's serial number sold in two towns within two hours."""
    strawberries, _, salmon, _ = _parts(lots)
    yield (
        strawberries.good.firm,
        event(
            "moguer",
            strawberries.made + timedelta(days=5, hours=rng.randrange(1, 4)),
            "holding",
            f"recall/{strawberries.number}",
            disposition="recalled",
            quantityList=lot_quantity(strawberries.good, strawberries.number, strawberries.quantity),
        ),
    )
    item = {"epcList": [identifiers.item(salmon.good.gtin, SERIAL)]}
    sold = salmon.made + timedelta(days=3)
    packed = event("bergen", salmon.made, "commissioning", f"item/{SERIAL}", disposition="active", **item)
    packed["action"] = "ADD"
    yield salmon.good.firm, packed
    for shop, hours in (("altona", 4), ("kiel", 6)):
        moment = sold + timedelta(hours=hours)
        yield (
            "gruenmarkt",
            event(shop, moment, "retail_selling", f"item/{SERIAL}/{shop}", disposition="retail_sold", **item),
        )
