"""Months differ in days and in working days, and what is sold or done in them follows. Pure.

As in the trading-day adjustment of X-13 (Findley et al. 1998): a month's value is taken to be proportional to its days,
times e to the power of `pull` for each working day more than a month of that length usually has. Models see what is
left, and what they say is brought back to the coming months' days, which every calendar knows ahead. The pull is
measured over many series at once, from how each month differs from the same month a year before; where it is not clear
nothing is adjusted.
"""

import math
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from forecasting.demand.calendar import SEASON
from forecasting.demand.holiday import of_year
from forecasting.demand.panel import Panel
from forecasting.demand.series import Series

MOST = 200  # series, the largest: one number is wanted of them all
LEAST = 24  # months that have one a year before them
CLEAR = 3.0  # times its standard error: a smaller pull may be chance
HALF = 6  # months on either side whose mean is a month's usual growth
USUAL = 5 / 7  # of the days of a month are working days
LENGTH = 365.25 / 12
TO_WORK = 5  # Monday to Friday


@lru_cache(maxsize=4096)
def days_of(country: str, year: int, month: int) -> tuple[int, int]:
    """Days of a month, and how many of them are working days: neither weekend nor holiday of the country."""
    every = [date(year, month, 1 + at) for at in range(monthrange(year, month)[1])]
    free = of_year(country, year)
    return len(every), sum(day.weekday() < TO_WORK and day not in free for day in every)


def factors(series: Series, pull: float, length: int) -> list[float]:
    """What each of a series' first `length` months is to be divided by; ones where nothing is to be adjusted."""
    if not pull or series.every != "month":
        return [1.0] * length
    return [_factor(*days, pull) for days in _months(series, length)]


def alike(series: Series, sizes: Sequence[float]) -> Series:
    """The series as it would be if all months were of one size."""
    values = (None if value is None else value / size for value, size in zip(series.values, sizes, strict=False))
    return replace(series, values=tuple(values))


def _factor(days: int, working: int, pull: float) -> float:
    return days / LENGTH * math.exp(pull * (working - USUAL * days))


def _months(series: Series, length: int) -> list[tuple[int, int]]:
    return [days_of(series.country, day.year, day.month) for day in map(series.day, range(length))]


def pull_of(panel: Panel, origin: int) -> float:
    """How much one working day more adds, as a logarithm, by what was known at `origin`; 0 where it is not clear."""
    if panel.every != "month":
        return 0.0
    rows = [_shown(series, panel.end_of(place, origin)) for place, series in enumerate(panel.series)]
    found = sorted((row for row in rows if row), key=lambda row: -row[0])[:MOST]
    return _slope([_mean_of(found, at) for at in range(max((len(row[1]) for row in found), default=0))])


Row = tuple[float, list[tuple[float, float]]]
"""Weight of a series; of each month, latest first, how far growth and working days were from the usual."""


def _shown(series: Series, end: int) -> Row | None:
    """Of a series that always sold something, for long enough."""
    values = [value for value in series.values[: max(0, end)] if value is not None and value > 0]
    if len(values) < max(1, end) or end < LEAST + SEASON["month"]:
        return None
    months = _months(series, end)
    daily = [math.log(value / days) for value, (days, _) in zip(values, months, strict=True)]
    more = [working - USUAL * days for days, working in months]
    recent = values[-2 * SEASON["month"] :]
    pairs = zip(_unusual(daily), _unusual(more), strict=True)
    return math.sqrt(sum(recent) / len(recent)), list(pairs)[::-1]


def _unusual(values: Sequence[float]) -> list[float]:
    """Each value against a year before, less the mean of that around it."""
    season = SEASON["month"]
    grown = [new - old for new, old in zip(values[season:], values, strict=False)]
    around = [grown[max(0, at - HALF) : at + HALF + 1] for at in range(len(grown))]
    return [value - sum(near) / len(near) for value, near in zip(grown, around, strict=True)]


def _mean_of(rows: Sequence[Row], at: int) -> tuple[float, float]:
    known = [(weight, pairs[at]) for weight, pairs in rows if at < len(pairs)]
    total = math.fsum(weight for weight, _ in known)
    growth, days = (math.fsum(weight * pair[part] for weight, pair in known) / total for part in (0, 1))
    return growth, days


def _slope(pairs: Sequence[tuple[float, float]]) -> float:
    """Least squares through nothing; 0 unless it is clear of its standard error."""
    spread = math.fsum(days * days for _, days in pairs)
    if len(pairs) < LEAST or spread == 0:
        return 0.0
    slope = math.fsum(growth * days for growth, days in pairs) / spread
    left = math.fsum((growth - slope * days) ** 2 for growth, days in pairs)
    error = math.sqrt(left / (len(pairs) - 1) / spread)
    return slope if abs(slope) > CLEAR * error else 0.0
