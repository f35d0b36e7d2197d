"""Splits by time. A test row is always later than every row that was learnt from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Origin:
    """Learn from [0, end), test on [end, end + horizon)."""

    end: int
    horizon: int


def rolling_origins(length: int, horizon: int, *, most: int, least_history: int) -> list[Origin]:
    """Up to `most` test windows at the end of a series, oldest first, side by side where two fit so.

    Else they overlap, in steps of at least a quarter of the horizon, rather than leave less than `least_history` to
    learn from. No window at all where the series is too short: the caller says so.
    """
    room = length - horizon - least_history
    if room < 0 or horizon < 1:
        return []
    step = horizon if room >= horizon else max(room // max(1, most - 1), -(-horizon // 4))
    count = min(most, room // step + 1)
    return [Origin(length - horizon - step * back, horizon) for back in reversed(range(count))]


@dataclass(frozen=True)
class TimeSplit:
    """Positions of rows to fit on, to calibrate on, and to test on; each later than the one before."""

    fit: list[int]
    calibrate: list[int]
    test: list[int]


def by_time(days: Sequence[date], *, calibrate: float = 0.2, test: float = 0.2) -> TimeSplit:
    """Split at days, so that rows of one day are never on both sides."""
    ordered = sorted(days)
    first_test = ordered[min(len(ordered) - 1, int(len(ordered) * (1 - test)))] if ordered else date.max
    first_calibrate = (
        ordered[min(len(ordered) - 1, int(len(ordered) * (1 - test - calibrate)))] if ordered else date.max
    )
    split = TimeSplit([], [], [])
    for position, day in enumerate(days):
        part = split.test if day >= first_test else split.calibrate if day >= first_calibrate else split.fit
        part.append(position)
    return split
