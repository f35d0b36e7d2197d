"""What moves sales, read off the history itself: offers, weekdays, time of year and trend. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable

from forecasting.demand.calendar import YEAR
from forecasting.demand.series import Series

LEAST = 8  # values on each side of a comparison
SMALLEST_RATIO = 1e-9


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found) if found else 0.0


def drivers(series: Series, horizon: int) -> dict[str, float]:
    """As shares of the mean level, as far as the history reaches.

    "season": the time of year of the coming periods against the whole year.
    """
    known = [(at, value) for at, value in enumerate(series.values) if value is not None]
    level = _mean(value for _, value in known)
    if abs(level) < SMALLEST_RATIO:
        return {}
    found: dict[str, float] = {}
    on = [value for at, value in known if series.promotions[at] > 0]
    off = [value for at, value in known if series.promotions[at] <= 0]
    if min(len(on), len(off)) >= LEAST:
        found["promotion"] = (_mean(on) - _mean(off)) / level
    if series.every == "day" and len(known) >= 4 * 7:
        days = defaultdict(list)
        for at, value in known:
            days[series.day(at).weekday()].append(value)
        means = [_mean(values) for values in days.values()]
        found["weekday"] = (max(means) - min(means)) / level
    year = YEAR[series.every]
    if len(series.values) >= 2 * year:
        whole = len(series.values) - len(series.values) % year
        same = {(len(series.values) + step) % year for step in range(horizon)}
        span = [(at, value) for at, value in known if at >= len(series.values) - whole]
        found["season"] = (_mean(value for at, value in span if at % year in same) - _mean(v for _, v in span)) / level
        last = _mean(value for at, value in known if at >= len(series.values) - year)
        before = _mean(v for at, v in known if len(series.values) - 2 * year <= at < len(series.values) - year)
        found["trend"] = (last - before) / level
    return {name: round(value, 4) for name, value in found.items()}
