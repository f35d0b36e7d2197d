"""Series kept in the same periods, side by side on one calendar, so that one model can learn from all. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecasting.demand.calendar import SEASON, Every, number
from forecasting.demand.history import intermittent
from forecasting.demand.series import Series
from forecasting.splits import rolling_origins

LEAST = 8  # periods that are learnt from before a test


@dataclass(frozen=True)
class Panel:
    """`shift`: each series' first period on the common calendar of `length` periods, which ends with the latest row."""

    series: list[Series]
    every: Every
    slow: list[bool]
    shift: list[int]
    length: int
    season: int

    def end_of(self, place: int, origin: int) -> int:
        """How many of a series' own values lie before `origin` on the common calendar; may be negative."""
        return origin - self.shift[place]


def _absolute(day: date, every: Every) -> int:
    return day.year * 12 + day.month if every == "month" else day.toordinal() // (7 if every == "week" else 1)


def panels(series: Sequence[Series]) -> list[Panel]:
    """One for each kind of period, in a fixed order."""
    groups: dict[Every, list[Series]] = defaultdict(list)
    for each in series:
        groups[each.every].append(each)
    return [_panel(groups[every], every) for every in sorted(groups)]


def _panel(series: list[Series], every: Every) -> Panel:
    starts = [_absolute(each.start, every) for each in series]
    first = min(starts)
    length = max(start - first + len(each.values) for start, each in zip(starts, series, strict=True))
    season = SEASON[every] if length > SEASON[every] else 1
    slow = [intermittent(each) for each in series]
    return Panel(series, every, slow, [start - first for start in starts], length, season)


def origins(panel: Panel, horizon: int, most: int) -> list[int]:
    """Ends of what may be learnt from, on the common calendar, oldest first; the tests follow each.

    Before the first there are two seasons, of weeks half a year; less where two tests would not fit side by side else.
    """
    usual = 26 if panel.every == "week" else max(2 * panel.season, LEAST)
    shorter = [usual, min(usual, max(panel.season, LEAST))]
    least = next((each for each in shorter if panel.length - each >= 2 * horizon), LEAST)
    return [each.end for each in rolling_origins(panel.length, horizon, most=most, least_history=least)]


def ahead(series: Series, end: int, until: date) -> int:
    """Periods between a series' own period `end` and the first one after `until`."""
    return max(0, number(until, series.every, series.start) + 1 - end)
