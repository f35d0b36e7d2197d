"""What the shops sold each day: level, trend, season, weekday, promotions and chance."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from traceapp.demo.consortium import GOODS, PLACES, SHOPS, Good
from traceapp.demo.events import Event, event
from traceapp.epcis import identifiers

DAYS = 728
LEVEL = {
    "Strawberries, 500 g": 44.0,
    "Blueberries, 300 g": 31.0,
    "Salmon fillet, 400 g": 22.0,
    "Mountain butter, 250 g": 38.0,
}
SHOP_SIZE = {"altona": 1.25, "bremen": 1.0, "kiel": 0.7}
WEEKDAY = (0.86, 0.84, 0.9, 1.0, 1.3, 1.55, 0.0)  # closed on Sundays
PEAK_MONTH = {
    "Strawberries, 500 g": 5,
    "Blueberries, 300 g": 7,
    "Salmon fillet, 400 g": 12,
    "Mountain butter, 250 g": 12,
}
PROMOTION_LIFT = 1.7


def sales(today: date, seed: int) -> Iterator[tuple[str, Event]]:
    """(firm, event) for every open day, shop and product, the last one the day before `today`."""
    rng = random.Random(seed)
    promoted = {good.name: _promotions(rng) for good in GOODS}
    for number in range(DAYS):
        day = today - timedelta(days=DAYS - number)
        if WEEKDAY[day.weekday()] == 0.0:
            continue
        for shop in SHOPS:
            for good in GOODS:
                promotion = number in promoted[good.name]
                sold = _draw(rng, _expected(good, shop, day, number, promotion))
                yield "gruenmarkt", _sale(good, shop, day, sold, promotion)


def _promotions(rng: random.Random) -> frozenset[int]:
    """About eight promotions of six days each over the two years."""
    starts = rng.sample(range(0, DAYS - 6, 6), 16)
    return frozenset(day for start in starts for day in range(start, start + 6))


def _expected(good: Good, shop: str, day: date, number: int, promotion: bool) -> float:
    angle = 2 * math.pi * (day.timetuple().tm_yday / 365.25 - (PEAK_MONTH[good.name] - 0.5) / 12)
    season = 1 + 0.35 * math.cos(angle)
    trend = 1 + 0.12 * number / DAYS
    return (
        LEVEL[good.name]
        * SHOP_SIZE[shop]
        * WEEKDAY[day.weekday()]
        * season
        * trend
        * (PROMOTION_LIFT if promotion else 1)
    )


def _draw(rng: random.Random, expected: float) -> int:
    return max(0, round(rng.gauss(expected, math.sqrt(expected) * 1.3)))


def _sale(good: Good, shop: str, day: date, sold: int, promotion: bool) -> Event:
    closing = datetime.combine(day, time(20, 0), tzinfo=ZoneInfo(PLACES[shop].timezone)).astimezone(UTC)
    return event(
        shop,
        closing,
        "retail_selling",
        f"sales/{good.gtin}/{shop}/{day}",
        disposition="retail_sold",
        quantityList=[{"epcClass": identifiers.product(good.gtin), "quantity": sold}],
        **{"traceapp:promotion": int(promotion)},
    )
