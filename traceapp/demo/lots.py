"""The way of every lot: made, sent to Rotterdam, sent on to Hamburg; some late, some too warm."""

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from traceapp.demo.consortium import GOODS, PLACES, SOURCES, Good
from traceapp.demo.events import Event, event, journey_ends, lot_quantity

WEEKS = 104
# Lane: usual hours on the way, hours promised, chance of being late, and the months in which it doubles.
LANES: dict[tuple[str, str], tuple[float, float, float, frozenset[int]]] = {
    ("moguer", "rotterdam"): (44, 50, 0.16, frozenset({1, 2, 12})),
    ("bergen", "rotterdam"): (36, 40, 0.24, frozenset({1, 2, 11, 12})),
    ("annecy", "rotterdam"): (20, 26, 0.10, frozenset({8, 12})),
    ("rotterdam", "hamburg"): (9, 12, 0.10, frozenset({7, 8})),
}
RAIL_SHARE = 0.25  # of deliveries; trains are late more often
RAIL_TROUBLE = 5.0
BY_ROAD_OF_LYON = frozenset({"moguer", "annecy"})


@dataclass(frozen=True)
class DemoLot:
    good: Good
    number: str
    made: datetime
    quantity: int

    @property
    def best_before(self) -> date:
        return self.made.date() + timedelta(days=self.good.shelf_days)


def lots(today: date, seed: int) -> Iterator[DemoLot]:
    """One lot of each product a week, this week's included: its deliveries may still be on the way."""
    rng = random.Random(seed)
    for week in range(WEEKS, -1, -1):
        monday = today - timedelta(days=today.weekday() + 7 * week)
        for index, good in enumerate(GOODS):
            day = monday + timedelta(days=index % 3)
            made = datetime.combine(day, time(5 + index, 30), tzinfo=UTC)
            number = f"L{day:%y%m}-{day:%d}{index + 1}"
            yield DemoLot(good, number, made, rng.randrange(80, 160) * 12)


def made_before(moment: datetime, seed: int) -> list[DemoLot]:
    """Lots that there are at a moment."""
    return [lot for lot in lots(moment.date(), seed) if lot.made < moment]


def lot_events(lot: DemoLot, rng: random.Random) -> Iterator[tuple[str, Event]]:
    """(firm that records it, event) in the order of time."""
    source = SOURCES[lot.good.firm]
    amount = {"quantityList": lot_quantity(lot.good, lot.number, lot.quantity)}
    made = event(
        source, lot.made, "commissioning", f"{lot.number}/made/{lot.good.gtin}", **amount, disposition="active",
        ilmd={"cbvmda:lotNumber": lot.number, "cbvmda:itemExpirationDate": lot.best_before.isoformat()},
    )  # fmt: skip
    made["action"] = "ADD"
    yield lot.good.firm, made
    left = lot.made + timedelta(hours=5, minutes=rng.randrange(90))
    arrived = yield from _delivery(lot, rng, (source, "rotterdam"), left)
    yield from _delivery(lot, rng, ("rotterdam", "hamburg"), arrived + timedelta(hours=3 + rng.random() * 9))


def _delivery(
    lot: DemoLot, rng: random.Random, lane: tuple[str, str], left: datetime
) -> Generator[tuple[str, Event], None, datetime]:
    """A planned delivery and what became of it; returns the moment of arrival."""
    start, end = lane
    mode = "Rail" if rng.random() < RAIL_SHARE else "Truck"
    arrived = left + timedelta(hours=_hours(rng, lane, left.month, mode))
    shared = {"quantityList": lot_quantity(lot.good, lot.number, lot.quantity), **journey_ends(start, end, "kestrel")}
    delivery = {"traceapp:deliveryId": f"{lot.number}-{lot.good.gtin[-4:]}-{end[:3].upper()}"}
    plan = _plan(lane, left + timedelta(hours=LANES[lane][1]), mode)
    name = delivery_name(lot, start, end, "left")
    yield (
        PLACES[start].firm,
        event(start, left, "shipping", name, disposition="in_transit", **shared, **delivery, **plan),
    )
    if start in BY_ROAD_OF_LYON:
        halfway = left + (arrived - left) * 0.4
        name, amount = delivery_name(lot, start, end, "lyon"), shared["quantityList"]
        yield "kestrel", event("lyon", halfway, "arriving", name, disposition="in_transit", quantityList=amount)
    name, felt = delivery_name(lot, start, end, "received"), [_temperature(lot.good, rng)]
    received = event(
        end, arrived, "receiving", name, disposition="in_progress", sensorElementList=felt, **shared, **delivery
    )
    yield PLACES[end].firm, received
    return arrived


def _plan(lane: tuple[str, str], planned: datetime, mode: str) -> dict[str, str]:
    """What is known when a delivery is planned."""
    return {
        "traceapp:plannedDelivery": planned.isoformat(timespec="seconds"),
        "traceapp:vendor": PLACES[lane[0]].name,
        "traceapp:country": PLACES[lane[1]].country,
        "traceapp:mode": mode,
    }


def open_deliveries(lots: list[DemoLot], now: datetime, rng: random.Random) -> Iterator[tuple[str, Event]]:
    """Deliveries that left Rotterdam a short while ago and have not arrived: today's worries of an analyst."""
    lane = ("rotterdam", "hamburg")
    for number, lot in enumerate(lots[-2 * len(GOODS) :]):
        left = now - timedelta(hours=1 + number)
        planned = now + timedelta(hours=4 + 9 * number)
        goods = lot_quantity(lot.good, lot.number, lot.quantity // 4)
        yield (
            "maasdok",
            event(
                lane[0],
                left,
                "shipping",
                delivery_name(lot, *lane, "again"),
                disposition="in_transit",
                quantityList=goods,
                **journey_ends(*lane),
                **_plan(lane, planned, "Rail" if rng.random() < 0.5 else "Truck"),
                **{"traceapp:deliveryId": f"{lot.number}-{lot.good.gtin[-4:]}-HAM2"},
            ),
        )


def _hours(rng: random.Random, lane: tuple[str, str], month: int, mode: str) -> float:
    """Hours on the way: the usual, give or take, and now and then much more."""
    usual, _, trouble, bad_months = LANES[lane]
    trouble *= (2 if month in bad_months else 1) * (RAIL_TROUBLE if mode == "Rail" else 0.7)
    late = rng.random() < trouble
    hours = rng.gauss(usual, usual * 0.06) + (rng.expovariate(1 / 20) + 6 if late else 0)
    return max(usual * 0.8, hours)


def delivery_name(lot: DemoLot, start: str, end: str, what: str) -> str:
    """What the event's id is made from."""
    return f"{lot.number}/{lot.good.gtin}/{start}-{end}/{what}"


def _temperature(good: Good, rng: random.Random) -> dict[str, object]:
    """The leg's warmest and coldest; one leg in forty was too warm for a while."""
    low, high = good.keep
    warmest = high - rng.random() * (high - low) / 3 + (2.5 + rng.random() if rng.random() < 0.025 else 0)
    return {
        "sensorReport": [
            {
                "type": "Temperature",
                "minValue": round(low + rng.random() * 0.5, 1),
                "maxValue": round(warmest, 1),
                "uom": "CEL",
            }
        ]
    }
