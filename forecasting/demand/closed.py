"""Days on which a place is closed each year: learnt from its own sales, with its country's calendar where there is one.

A day of the year (25 December) or a holiday that moves (Easter Monday) is closed when it was closed each time before:
twice at least by the sales alone, once where the calendar says that it is a holiday. A hole in the data is not a closed
day: most days before and after it must have been open. Pure.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from forecasting.demand.history import intermittent
from forecasting.demand.holiday import name_of, of_year
from forecasting.demand.one import rest_days
from forecasting.demand.result import ForecastRow
from forecasting.demand.series import Series

TWICE, ONCE = 2, 1
AROUND = 10  # days on either side
OPEN = 0.5  # share of them, on each side and without days of rest, that must have rows


def closed_days(series: Series, days: Iterable[date], country: str = "") -> list[date]:
    """Those of the coming `days` on which nothing will be sold. `country`: an ISO code, or nothing."""
    if series.every != "day":
        return []
    past = _Past(series)
    return [day for day in days if _each_time(past, day, country)]


def _each_time(past: "_Past", day: date, country: str) -> bool:
    """Whether it was closed on that holiday, or else on that day of the year, each time before."""
    holiday = name_of(country, day)
    occasions = [(_same_holiday(holiday, country, day, past.start), ONCE)] if holiday else []
    for same, least in [*occasions, (_same_date(day, past.start), TWICE)]:
        known = [shut for each in same if (shut := past.shut(each)) is not None]
        if len(known) >= least and all(known):
            return True
    return False


def _same_date(day: date, since: date) -> list[date]:
    """The same day of earlier years."""
    found = []
    for year in range(since.year, day.year):
        try:
            found.append(day.replace(year=year))
        except ValueError:  # 29 February
            continue
    return found


def _same_holiday(name: str, country: str, day: date, since: date) -> list[date]:
    """Where the holiday fell in earlier years."""
    years = (of_year(country, year).items() for year in range(since.year, day.year))
    return [each for days in years for each, what in days if what == name]


class _Past:
    """Whether there were sales, day by day."""

    def __init__(self, series: Series) -> None:
        self.start, self._values = series.start, series.values
        self._rest = set(rest_days(series))
        self._rare = intermittent(series)

    def _nothing(self, at: int) -> bool:
        """No row; or zero written down, unless zeros are common."""
        return self._values[at] is None or (self._values[at] == 0 and not self._rare)

    def shut(self, day: date) -> bool | None:
        """Whether it was closed; None where that cannot be told: out of the data, a day of rest, a hole around it."""
        at = (day - self.start).days
        if not 0 <= at < len(self._values) or day.weekday() in self._rest:
            return None
        if not self._nothing(at):
            return False
        sides = (range(max(0, at - AROUND), at), range(at + 1, min(len(self._values), at + AROUND + 1)))
        return True if all(self._open(side) for side in sides) else None

    def _open(self, side: range) -> bool:
        days = [n for n in side if (self.start + timedelta(days=n)).weekday() not in self._rest]
        return bool(days) and sum(self._values[n] is not None for n in days) >= OPEN * len(days)


def zeroed(rows: Sequence[ForecastRow], closed: Collection[tuple[str, str, date]]) -> list[ForecastRow]:
    """The forecast with nothing expected on closed days."""
    return [
        replace(row, mean=0.0, lo80=0.0, hi80=0.0, lo95=0.0, hi95=0.0)
        if (row.product, row.place, row.day) in closed
        else row
        for row in rows
    ]
