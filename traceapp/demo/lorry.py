"""The lorry that is on the road while the demo runs: its logger measures, signs and sends as time passes.

A pallet stands at the dock with the lorry's logger and gets too warm; after a few minutes the logger goes to another
one, which ends the first one's leg and begins a second that lasts for as long as the demo does.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from traceapp.accounts.models import Organisation
from traceapp.coldchain.models import Conditions
from traceapp.demo.client import Client
from traceapp.demo.consortium import FIRMS
from traceapp.demo.events import Event, document
from traceapp.demo.loggers import LOGGERS, Logger, packed_and_tied, pallet_of
from traceapp.demo.lots import DemoLot
from traceapp.sensors import live
from traceapp.sensors.conditions import ProductClass
from traceapp.sensors.live import Pace
from traceapp.sensors.simulation import Kept, Uplink

LOGGER: Final = LOGGERS[0]
PACE: Final = Pace(every=5.0, a_message=3)
AT_THE_DOCK: Final = timedelta(minutes=4)
_WARM: Final = (30.0, 150.0, 5.5)  # from, to (seconds since it began), degrees
FIRST_PALLET: Final = 710


@dataclass(frozen=True)
class Happening:
    """Events that are told when their time has come."""

    at: datetime
    name: str
    events: list[Event]


def happenings(lot: DemoLot, began: datetime) -> list[Happening]:
    """Two pallets of a lot are packed, and the logger is tied to one after the other."""
    return [
        Happening(moment, f"lorry-{number}", packed_and_tied(lot, pallet_of(FIRST_PALLET + number), LOGGER, moment))
        for number, moment in enumerate((began, began + AT_THE_DOCK))
    ]


def temperature(seconds: float, rng: random.Random) -> float:
    """So long after the lorry came. Too warm once: the door stood open at the dock."""
    first, last, degrees = _WARM
    open_door = degrees * math.sin(math.pi * (seconds - first) / (last - first)) if first < seconds < last else 0.0
    return LOGGER.usual + 0.4 * math.sin(2 * math.pi * seconds / 1800) + rng.gauss(0, 0.08) + open_door


def set_conditions(lot: DemoLot) -> None:
    """The carrier's own rule for these goods: a minute counts, so that one need not wait to see an excursion."""
    low, high = lot.good.keep
    rule = {"low": low, "high": high, "minimum": 1, "warn_within": 15, "budget": 240, "ceiling": 12.0}
    Conditions.objects.get_or_create(
        organisation=Organisation.objects.get(pgln=FIRMS[LOGGER.firm].pgln), gtin=lot.good.gtin,
        defaults={"name": lot.good.name, "product_class": ProductClass.FRESH, **rule},
    )  # fmt: skip


def goods(lots: list[DemoLot]) -> DemoLot:
    """The newest of those that the carrier fetches in the south."""
    return [lot for lot in lots if lot.good.firm == "huerta-alba"][-1]


def drive(
    folder: Path, lot: DemoLot, began: datetime, client: Client, uplink: Uplink,
    *, until: float, clock: Callable[[], float], wait: Callable[[float], None],
) -> None:  # fmt: skip
    """Until then; what was told before is told again under the same name, which changes nothing."""
    path, rng = device_file(folder, LOGGER), random.Random()
    coming = happenings(lot, began)
    with live.alone(path):
        while clock() < until:
            while coming and coming[0].at.timestamp() <= clock():
                one = coming.pop(0)
                client.capture(document(one.events, one.at), f"demo-{one.name}-{began.isoformat()}")
            stop = min(until, coming[0].at.timestamp()) if coming else until
            for _ in live.measure(
                Kept.read(path), uplink, PACE, lambda now: temperature(now - began.timestamp(), rng),
                until=stop, clock=clock, wait=wait,
            ):  # fmt: skip
                pass


def device_file(folder: Path, logger: Logger) -> Path:
    """The logger as `simulate_device` knows it."""
    return folder / "loggers" / f"{logger.number}.json"


def keep(folder: Path, logger: Logger, seq: int) -> None:
    """Make its file, unless there is one: with `seq` messages behind it."""
    path = device_file(folder, logger)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        device: Any = logger.device
        device.seq = seq
        Kept(path, device).write()
