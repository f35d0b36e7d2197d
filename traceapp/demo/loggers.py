"""Loggers of the demo, and what they measured in the last ten days: made up, a few things gone wrong on purpose."""

import hashlib
import math
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from traceapp.demo.consortium import FIRMS, GOODS, PLACES, numbered
from traceapp.demo.events import NAMESPACE, Event, local, lot_quantity, place_uri
from traceapp.demo.lots import DemoLot
from traceapp.epcis import identifiers
from traceapp.sensors.virtual import Reading, VirtualDevice

DAYS = 10
EVERY = timedelta(minutes=10)
A_MESSAGE = 36  # readings of each probe: six hours
JOURNEY = timedelta(hours=44)
SEED = 20_240_518


@dataclass(frozen=True)
class Logger:
    """`usual`: the temperature that it keeps to. Hours are counted from the end of the series backwards."""

    firm: str
    number: str
    name: str
    model: str
    usual: float
    band: tuple[float, float]
    warm: tuple[float, float, float] | None = None  # from, to (hours before the end), degrees
    silent: tuple[float, float] | None = None  # no readings between these hours
    lost: frozenset[int] = frozenset()  # messages that never come
    calibration_left: int = 200  # days until it is due

    @property
    def giai(self) -> str:
        return f"{FIRMS[self.firm].prefix}{self.number}"

    @property
    def uri(self) -> str:
        return f"https://id.gs1.org/8004/{self.giai}"

    @property
    def device(self) -> VirtualDevice:
        """Its key follows from its number: it guards nothing but the demo."""
        return VirtualDevice(self.giai, hashlib.sha256(f"demo device {self.giai}".encode()).digest())

    def due(self, today: date) -> date:
        return today + timedelta(days=self.calibration_left)


LOGGERS = (
    Logger("kestrel", "TRUCK7", "Truck 7", "ColdLog 200", 2.6, (0.0, 4.0), warm=(30.0, 28.9, 6.4)),
    Logger("kestrel", "TRUCK9", "Truck 9", "ColdLog 200", 2.1, (0.0, 4.0), silent=(52.0, 49.0), lost=frozenset({17})),
    Logger("kestrel", "PHARMA2", "Pharma box 2", "ColdLog 300", 5.0, (2.0, 8.0), warm=(90.0, 89.2, -5.4)),
    Logger("maasdok", "STORE1", "Cold store 1, door", "Gateway S", 3.4, (1.0, 6.0), calibration_left=-12),
)


def messages(logger: Logger, end: datetime) -> Iterator[str]:
    """What it sent up to `end`, oldest first; the lost ones are signed and left out."""
    device, rng = logger.device, random.Random(f"{SEED} {logger.giai}")
    hours = [DAYS * 24 - step * EVERY.total_seconds() / 3600 for step in range(int(DAYS * 24 * 6))]
    for number, start in enumerate(range(0, len(hours), A_MESSAGE), 1):
        chunk = [hour for hour in hours[start : start + A_MESSAGE] if not _within(logger.silent, hour)]
        if not chunk:
            continue
        pack = [reading for hour in chunk for reading in _readings(logger, hour, end, rng)]
        battery = Reading(pack[-1].time, round(100 - 0.9 * number, 0), "battery", "%EL")
        signed = device.message([*pack, battery])
        if number not in logger.lost:
            yield signed


def _readings(logger: Logger, hour: float, end: datetime, rng: random.Random) -> list[Reading]:
    time = round((end - timedelta(hours=hour)).timestamp(), 0)
    daily = 0.5 * math.sin(2 * math.pi * (hour % 24) / 24)
    temperature = logger.usual + daily + rng.gauss(0, 0.12)
    if logger.warm is not None and _within(logger.warm[:2], hour):
        first, last, degrees = logger.warm
        temperature += degrees * math.sin(math.pi * (first - hour) / (first - last))
    humidity = min(99.0, 82 + 4 * math.cos(2 * math.pi * (hour % 24) / 24) + rng.gauss(0, 0.8))
    return [Reading(time, round(temperature, 2)), Reading(time, round(humidity, 1), "humidity", "%RH")]


def _within(span: tuple[float, ...] | None, hour: float) -> bool:
    return span is not None and span[0] >= hour >= span[1]


def journeys(lots: list[DemoLot], end: datetime) -> list[Event]:
    """The carrier's pallets of the last days: packed, given a logger on the way, unpacked at the cold store."""
    found: list[Event] = []
    for number, (logger, lot) in enumerate(_carried(lots)):
        left = end - timedelta(hours=4 + 72 * (number // 3)) - JOURNEY
        found += _journey(lot, number, logger, left)
    return sorted(found, key=lambda one: datetime.fromisoformat(one["eventTime"]))


def _carried(lots: list[DemoLot]) -> list[tuple[Logger, DemoLot]]:
    """Twice over what each of the carrier's loggers is fit for, the older lots first."""
    newest = {good: [lot for lot in lots if lot.good == good][-2:] for good in GOODS}
    strawberries, blueberries, _, butter = (newest[good] for good in GOODS)
    return [
        (logger, of[age])
        for age in (0, 1)
        for logger, of in zip(LOGGERS, (strawberries, blueberries, butter), strict=False)
    ]


def pallet_of(number: int) -> str:
    """An SSCC of the carrier's."""
    return identifiers.sscc(numbered(f"3{FIRMS['kestrel'].prefix}", number, 18))


def _journey(lot: DemoLot, number: int, logger: Logger, left: datetime) -> list[Event]:
    pallet, arrived = pallet_of(700 + number), left + JOURNEY
    taken_off = {"bizStep": "disassembling", "childEPCs": [logger.uri]}
    return [
        *packed_and_tied(lot, pallet, logger, left),
        _of_pallet(pallet, "AssociationEvent", "DELETE", arrived, "rotterdam", **taken_off),
    ]


def packed_and_tied(lot: DemoLot, pallet: str, logger: Logger, moment: datetime) -> list[Event]:
    """A pallet is packed at the carrier's dock, and the logger put on it."""
    goods = lot_quantity(lot.good, lot.number, 240)
    tied = {"bizStep": "assembling", "childEPCs": [logger.uri]}
    return [
        _of_pallet(pallet, "AggregationEvent", "ADD", moment, "lyon", bizStep="packing", childQuantityList=goods),
        _of_pallet(pallet, "AssociationEvent", "ADD", moment, "lyon", **tied),
    ]


def _of_pallet(pallet: str, kind: str, action: str, moment: datetime, place: str, **members: Any) -> Event:
    return {
        "type": kind,
        "eventID": f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{pallet}/{kind}/{action}')}",
        **local(PLACES[place], moment),
        "action": action,
        "parentID": pallet,
        "readPoint": {"id": place_uri(place)},
        "bizLocation": {"id": place_uri(place)},
        **members,
    }
