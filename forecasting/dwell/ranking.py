"""Places by how long goods wait there: median, nine of ten, how sure that is, and where it is heading. Pure.

Sources: order statistics bound a median whatever the distribution (Conover 1999, 3.2); Theil 1950 and Sen 1968 for the
slope and its bounds. Waiting times have long tails, so nothing here is a mean.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from forecasting.dwell.stays import Stay, Stays

FEW: Final = 6  # below, no two of the stays bound the median in 95 of 100 cases
FEW_FOR_NINETY: Final = 20
RECENT: Final = 300  # stays that the trend looks at, the newest
MONTHS: Final = 24
Z95: Final = 1.959964


@dataclass(frozen=True)
class Trend:
    """Hours that a stay gets longer in thirty days, between `low` and `high` in 95 of 100 cases."""

    slope: float
    low: float
    high: float

    @property
    def direction(self) -> str:
        return "rising" if self.low > 0 else "falling" if self.high < 0 else "steady"


@dataclass(frozen=True)
class Dwell:
    """One place. Hours; `low` and `high` bound the median in 95 of 100 cases, None with few stays."""

    place: str
    stays: int
    median: float
    low: float | None
    high: float | None
    ninety: float
    waiting: int
    oldest: float
    trend: Trend | None = None
    months: list[tuple[date, float, int]] = field(default_factory=list)

    @property
    def few(self) -> bool:
        return self.low is None


def ranking(stays: Stays, until: datetime) -> list[Dwell]:
    """The longest waits first, by what the median surely exceeds: three rows and bad luck lead no list."""
    by_place: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays.ended:
        by_place[stay.place].append(stay)
    waiting: dict[str, list[datetime]] = defaultdict(list)
    for place, since in stays.open:
        waiting[place].append(since)
    found = [_dwell(place, some, waiting[place], until) for place, some in by_place.items()]
    return sorted(found, key=lambda one: (one.few, -(one.low or 0.0), -one.median, one.place))


def _dwell(place: str, stays: Sequence[Stay], waiting: Sequence[datetime], until: datetime) -> Dwell:
    hours = sorted(stay.hours for stay in stays)
    bounds = median_bounds(len(hours))
    return Dwell(
        place,
        len(hours),
        quantile(hours, 0.5),
        hours[bounds[0]] if bounds else None,
        hours[bounds[1]] if bounds else None,
        quantile(hours, 0.9),
        len(waiting),
        max([0.0, *((until - since) / timedelta(hours=1) for since in waiting)]),
        trend(stays),
        months(stays),
    )


def quantile(ordered: Sequence[float], level: float) -> float:
    """Between the two nearest values (Hyndman and Fan 1996, type 7)."""
    at = level * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def median_bounds(count: int) -> tuple[int, int] | None:
    """Positions in the ordered values between which the median lies in 95 of 100 cases; None where there are none."""
    if count < FEW:
        return None
    tail, low = 0.0, -1
    chance = 0.5**count if count < 1000 else 0.0
    if not chance:
        half = Z95 * math.sqrt(count) / 2
        return math.floor(count / 2 - half), min(count - 1, math.ceil(count / 2 + half))
    while tail + chance <= 0.025:
        tail += chance
        low += 1
        chance *= (count - low) / (low + 1)
    return low, count - 1 - low


def trend(stays: Sequence[Stay]) -> Trend | None:
    """How the newest stays change with the day they ended on. None with few, or all on one day."""
    newest = sorted(stays, key=lambda stay: (stay.end, stay.arrival))[-RECENT:]
    points = [((stay.end - newest[0].end) / timedelta(days=30), stay.hours) for stay in newest]
    slopes = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for place, earlier in enumerate(points)
        for later in points[place + 1 :]
        if later[0] > earlier[0]
    )
    count = len(points)
    if count < FEW or len(slopes) < count:
        return None
    width = Z95 * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, math.floor((len(slopes) - width) / 2) - 1)
    high = min(len(slopes) - 1, math.ceil((len(slopes) + width) / 2))
    return Trend(quantile(slopes, 0.5), slopes[low], slopes[high])


def months(stays: Sequence[Stay]) -> list[tuple[date, float, int]]:
    """(first day, median hours, stays) of the months in which stays ended, oldest first."""
    found: dict[date, list[float]] = defaultdict(list)
    for stay in stays:
        found[stay.end.date().replace(day=1)].append(stay.hours)
    return [(day, quantile(sorted(found[day]), 0.5), len(found[day])) for day in sorted(found)][-MONTHS:]
