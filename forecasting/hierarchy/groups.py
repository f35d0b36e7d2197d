"""Forecasts of brands and regions from those of their products and places. Pure.

Reconciled from below: a whole is the sum of its parts' forecasts, to the last digit shown (Hyndman and Athanasopoulos,
Forecasting: Principles and Practice, 3rd ed., section 11.2). Its intervals are no sums, for parts are not high all at
once: they are conformal, from the whole's own tests, in which the errors of its parts added up day by day.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecasting.demand.calendar import dated
from forecasting.demand.intervals import LEVELS, Band, band
from forecasting.demand.one import CHAMPION, SeriesResult
from forecasting.demand.result import ForecastRow, rounded
from forecasting.demand.series import Series
from forecasting.metrics import coverage, wape

Key = tuple[str, str]
"""Product and place."""
Pair = tuple[float, float]
LEAST_PARTS = 2
LEAST_ERRORS = 20  # with fewer a whole says no interval of its own: the sums of the parts' ends, which are wider


@dataclass(frozen=True, order=True)
class Node:
    """A whole; empty brand or region: all of them. Only what is counted alike, in the same periods, adds up."""

    brand: str
    region: str
    every: str
    unit: str
    first: date


@dataclass(frozen=True)
class Group:
    """A whole with its parts' keys, its forecast and how it did in its tests."""

    node: Node
    parts: list[Key]
    rows: list[ForecastRow]
    metrics: dict[str, Any] = field(default_factory=dict)


def nodes(
    keys: Mapping[Key, tuple[str, str, date]], brands: Mapping[str, str], regions: Mapping[str, str]
) -> dict[Node, list[Key]]:
    """Parts of each whole. `keys`: period, unit and first day of each series. What has no brand is part of none."""
    found: dict[Node, list[Key]] = defaultdict(list)
    for key in sorted(keys):
        brand, region = brands.get(key[0], ""), regions.get(key[1], "")
        every, unit, first = keys[key]
        for one, other in {(brand, region), (brand, ""), ("", region), ("", "")}:
            found[Node(one, other, every, unit, first)].append(key)
    return {node: parts for node, parts in sorted(found.items()) if len(parts) >= LEAST_PARTS}


def groups(
    series: Sequence[Series],
    results: Sequence[SeriesResult],
    rows: Sequence[ForecastRow],
    *,
    brands: Mapping[str, str],
    regions: Mapping[str, str],
) -> list[Group]:
    """Every whole that two or more of these series make up."""
    first = {(each.product, each.place): date.fromisoformat(each.first) for each in results}
    said = {(row.product, row.place) for row in rows}
    keys = {key: (str(one.every), one.unit, first[key]) for one in series if (key := (one.product, one.place)) in said}
    return wholes(nodes(keys, brands, regions), results, rows)


def wholes(
    found: Mapping[Node, Sequence[Key]], results: Sequence[SeriesResult], rows: Sequence[ForecastRow]
) -> list[Group]:
    """Each of these wholes from its parts. KeyError where nothing was said of a part."""
    by_key = {(each.product, each.place): each for each in results}
    ahead: dict[Key, list[ForecastRow]] = {key: [] for key in by_key}
    for row in rows:
        ahead[row.product, row.place].append(row)
    return [
        _group(node, list(parts), [by_key[k] for k in parts], [ahead[k] for k in parts])
        for node, parts in found.items()
    ]


def _group(node: Node, parts: list[Key], results: list[SeriesResult], ahead: list[list[ForecastRow]]) -> Group:
    tests = _tests(results)
    bands = _bands(list(tests.values()))
    rows = [_row(node, same, bands) for same in zip(*ahead, strict=True)]
    return Group(node, parts, rows, _figures(tests))


def _tests(results: Sequence[SeriesResult]) -> dict[str, list[Pair]]:
    """(actual, said) of each day of those tests in which every part took part, by their first day."""
    count = Counter(window.start for result in results for window in result.windows)
    sums: dict[str, dict[date, Pair]] = {start: {} for start in sorted(count) if count[start] == len(results)}
    for result in results:
        for window in result.windows:
            days = sums.get(window.start)
            for at, step in enumerate(window.steps if days is not None else ()):
                day = dated(step, result.every, date.fromisoformat(window.start))
                actual, said = days.get(day, (0.0, 0.0))  # type: ignore[union-attr]
                days[day] = (actual + window.actual[at], said + window.said[CHAMPION][at])  # type: ignore[index]
    return {start: [days[day] for day in sorted(days)] for start, days in sums.items()}


def _bands(tests: Sequence[Sequence[Pair]]) -> dict[float, Band]:
    errors = [actual - said for each in tests for actual, said in each]
    return {level: band(errors, level) for level in LEVELS} if len(errors) >= LEAST_ERRORS else {}


def _row(node: Node, same: Sequence[ForecastRow], bands: Mapping[float, Band]) -> ForecastRow:
    """One period of the whole. Closed everywhere is closed."""
    mean = total([row.mean for row in same])
    ends = [total([getattr(row, name) for row in same]) for name in ("lo80", "hi80", "lo95", "hi95")]
    if bands and any(ends):
        floor = 0.0 if all(row.lo95 >= 0 for row in same) else -math.inf
        lo80, hi80 = (max(floor, mean + offset) for offset in (bands[0.80].low, bands[0.80].high))
        lo95, hi95 = (max(floor, mean + offset) for offset in (bands[0.95].low, bands[0.95].high))
        ends = [lo80, hi80, min(lo80, lo95), max(hi80, hi95)]
    lo80, hi80, lo95, hi95 = (round(end, 6) for end in ends)
    return ForecastRow(node.brand, node.region, same[0].day, mean, lo80, hi80, lo95, hi95)


def total(values: Sequence[float]) -> float:
    """The sum of what is shown: of the parts as they are rounded everywhere, so that anybody's sum is the same."""
    return round(math.fsum(round(value, 6) for value in values), 6)


def _figures(tests: Mapping[str, Sequence[Pair]]) -> dict[str, Any]:
    """How the whole did; a test's intervals come from the other tests' errors, never from its own."""
    actual: list[float] = []
    said: list[float] = []
    ends: dict[float, tuple[list[float], list[float]]] = {level: ([], []) for level in LEVELS}
    for start, each in tests.items():
        bands = _bands([other for name, other in tests.items() if name != start])
        actual += [one for one, _ in each]
        said += [one for _, one in each]
        for level, found in bands.items():
            ends[level][0].extend(mean + found.low for _, mean in each)
            ends[level][1].extend(mean + found.high for _, mean in each)
    if not actual:
        return {}
    figures: dict[str, Any] = {"tests": len(actual), "wape": wape(actual, said)}
    for level, (low, high) in ends.items():
        if len(low) == len(actual):
            figures[f"coverage{round(100 * level)}"] = coverage(actual, low, high)
    return dict(rounded(figures))
