"""The figures of a piece of a leg, and the messages that they rest on.

They rest on what the leg's own key signed. What the device signed with another key for the same time is not vouched for
by the one that the ledger names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from traceapp.coldchain.readings import ALL, Measured, measured
from traceapp.sensors.holding import hold
from traceapp.sensors.models import Device
from traceapp.sensors.summary import COLDEST, HOTTEST, figures, summarise
from traceapp.sensors.units import Quantity


@dataclass(frozen=True)
class Ruler:
    """What figures are worked out by. Degrees in hundredths, as on the ledger; seconds."""

    low: int
    high: int
    interval: float
    mkt_window: float | None


def figures_of(
    device: Device, began: datetime, ended: datetime, kid: str, ruler: Ruler, *, which: Q = ALL
) -> tuple[Measured, dict[str, Any]]:
    """Of a piece that is to be recorded, or was; `which` of its messages."""
    found = measured(device, began, ended, (Quantity.TEMPERATURE,), pending=False, which=which & Q(key__kid=kid))
    return found, _figures(found, began, ended, ruler)


def _figures(found: Measured, began: datetime, ended: datetime, ruler: Ruler) -> dict[str, Any]:
    held = hold(*found.of(Quantity.TEMPERATURE), began.timestamp(), ended.timestamp(), ruler.interval)
    low = None if ruler.low <= COLDEST else ruler.low / 100
    high = None if ruler.high >= HOTTEST else ruler.high / 100
    return figures(summarise(held, low, high, ruler.mkt_window), low, high)
