"""Periods: days, weeks (by their weekday) and months, and which of them a series is kept in. Pure."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

Every = Literal["day", "week", "month"]
SEASON: dict[Every, int] = {"day": 7, "week": 52, "month": 12}
YEAR: dict[Every, int] = {"day": 365, "week": 52, "month": 12}


def infer(days: Collection[date]) -> Every:
    """How often the dates of one series recur.

    Monthly means that all are the first, or all the last, of their month; weekly that all share a weekday. Anything
    else is daily. Two dates are enough for a month, four for a week: fewer say nothing, and daily is the safe reading.
    """
    known = set(days)
    if len(known) >= 2:
        if all(day.day == 1 for day in known) or all((day + timedelta(days=1)).day == 1 for day in known):
            return "month"
        if len(known) >= 4 and len({day.weekday() for day in known}) == 1:
            return "week"
    return "day"


def number(day: date, every: Every, anchor: date) -> int:
    """Position of the period that holds `day`, counted from the one that holds `anchor`."""
    if every == "month":
        return (day.year - anchor.year) * 12 + day.month - anchor.month
    return (day - anchor).days // (7 if every == "week" else 1)


def dated(position: int, every: Every, anchor: date) -> date:
    """The day that stands for the period at `position`: for months the anchor's day of the month, or the last."""
    if every == "month":
        months = anchor.year * 12 + anchor.month - 1 + position
        year, month = months // 12, months % 12 + 1
        last = monthrange(year, month)[1]
        at_end = anchor.day == monthrange(anchor.year, anchor.month)[1]
        return date(year, month, last if at_end else min(anchor.day, last))
    return anchor + timedelta(days=position * (7 if every == "week" else 1))
