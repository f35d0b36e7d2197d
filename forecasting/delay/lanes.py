"""Lanes: from a vendor to a destination. How late they were month by month, and where they are heading. Pure.

The trend is Prophet's, fitted in a process of its own (`lane_worker`): pandas and Stan are loaded by nobody else, and
what a library makes of an odd lane can neither stop nor change a training.
"""

import json
import logging
import math
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.history import MOST_EARLY, MOST_LATE
from forecasting.runtime import ROOT, of_a_child

MOST: Final = 8  # lanes, those with the most deliveries
MONTHS: Final = 60  # of history, the newest
LEAST: Final = 6  # months with deliveries, below which a line is only luck
WITHIN: Final = 180  # seconds for all of them
SEPARATOR: Final = " → "
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Month:
    """`days`: mean days after the plan, what is far out cut as in the histories."""

    day: date
    days: float
    late: int
    count: int


@dataclass(frozen=True)
class LaneTrend:
    """`trend`: Prophet's line at each month, days after the plan; `slope` of its last months, days a month. Without a
    line `note` says why."""

    lane: str
    deliveries: int
    months: list[Month]
    trend: list[float] = field(default_factory=list)
    slope: float | None = None
    note: str = ""


def lane_of(row: DeliveryRow) -> str:
    """Empty where the plan names neither end."""
    ends = [row.attributes.get(name, "") for name in ("vendor", "country")]
    return SEPARATOR.join(ends) if all(ends) else "".join(ends)


def lanes_of(known: Sequence[DeliveryRow]) -> list[LaneTrend]:
    """The lanes with the most deliveries, without a trend yet."""
    rows: dict[str, list[DeliveryRow]] = defaultdict(list)
    for row in known:
        if lane := lane_of(row):
            rows[lane].append(row)
    most = sorted(rows, key=lambda lane: (-len(rows[lane]), lane))[:MOST]
    return [LaneTrend(lane, len(rows[lane]), _months(rows[lane])) for lane in most]


def _months(rows: Sequence[DeliveryRow]) -> list[Month]:
    found: dict[date, list[float]] = defaultdict(list)
    for row in rows:
        found[row.scheduled.replace(day=1)].append(row.delay or 0.0)
    cut = {day: [min(max(each, MOST_EARLY), MOST_LATE) for each in delays] for day, delays in found.items()}
    months = [
        Month(day, math.fsum(cut[day]) / len(cut[day]), sum(each > 0 for each in cut[day]), len(cut[day]))
        for day in sorted(cut)
    ]
    return months[-MONTHS:]


def with_trends(lanes: Sequence[LaneTrend]) -> list[LaneTrend]:
    """The lanes with Prophet's line; where there is none the reason, and never an error."""
    asked = [lane for lane in lanes if len(lane.months) >= LEAST]
    said = dict(zip([lane.lane for lane in asked], _ask(asked), strict=True)) if asked else {}
    return [_joined(lane, said.get(lane.lane)) for lane in lanes]


def _joined(lane: LaneTrend, said: dict[str, Any] | None) -> LaneTrend:
    if said is None:
        note = f"{len(lane.months)} months with deliveries; a trend needs {LEAST}."
        return LaneTrend(lane.lane, lane.deliveries, lane.months, note=note)
    if "trend" not in said:
        return LaneTrend(lane.lane, lane.deliveries, lane.months, note=f"No trend: {said['error']}")
    line = [float(value) for value in said["trend"]]
    last = min(3, len(line) - 1)
    first, newest = lane.months[-1 - last].day, lane.months[-1].day
    between = (newest.year - first.year) * 12 + newest.month - first.month
    return LaneTrend(lane.lane, lane.deliveries, lane.months, line, (line[-1] - line[-1 - last]) / max(1, between))


def _ask(lanes: Sequence[LaneTrend]) -> list[dict[str, Any]]:
    """One answer a lane from the worker's process."""
    tasks = [[[month.day.isoformat(), month.days, month.count] for month in lane.months] for lane in lanes]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "forecasting.delay.lane_worker"],
            input=json.dumps(tasks),
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=True,
            cwd=ROOT,
            env=of_a_child(),
        )
        answers: list[dict[str, Any]] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("no lane trends: %s", error)
        return [{"error": "the fitting process gave no answer"} for _ in lanes]
    return answers
