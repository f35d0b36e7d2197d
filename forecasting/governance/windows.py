"""A run's predictions by windows: what is anchored of each before it begins, and compared after it is over."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.models import DelayPrediction, Forecast, Kind, Run
from forecasting.statement import delay_line, period_line, predictions_hash

DAYS = 7
LEAST = 20  # rows that a window should have: the contract lets fewer suspend nothing
_SLACK = {"day": 0, "week": 6, "month": 30}


@dataclass(frozen=True)
class Window:
    """Days, both included, and the predictions that begin in them."""

    start: date
    end: date
    predictions: str
    rows: int

    @property
    def days(self) -> dict[str, str]:
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}


def demand_rows(run: Run) -> list[Forecast]:
    return list(Forecast.objects.filter(series__run=run).select_related("series").order_by("pk"))


def demand_text(row: Forecast) -> str:
    five = (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)
    return period_line(row.series.product, row.series.place, row.day, five)


def windows_of(run: Run) -> list[Window]:
    """Weeks, or several, from the first day foretold on; whole periods where a series' period is longer."""
    if run.kind == Kind.DELAY:
        return _cut((row.scheduled, row.scheduled, delay_line(row)) for row in DelayPrediction.objects.filter(run=run))
    return _cut((row.day, period_end(row), demand_text(row)) for row in demand_rows(run))


def period_end(row: Forecast) -> date:
    """The last day of what the row is about."""
    if row.series.every == "month":
        return (row.day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return row.day + timedelta(days=_SLACK[row.series.every])


def _cut(rows: Iterable[tuple[date, date, str]]) -> list[Window]:
    """A row belongs to the window that it begins in; a window ends with the last day of its rows.

    As many weeks make a window as hold enough rows on average.
    """
    found = sorted(rows)
    if not found:
        return []
    first = found[0][0]
    weeks = (found[-1][0] - first).days // DAYS + 1
    days = DAYS * min(weeks, -(-LEAST * weeks // len(found)))
    parts: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    for row in found:
        parts[(row[0] - first).days // days].append(row)
    return [
        Window(
            first + timedelta(days=days * number),
            max([first + timedelta(days=days * (number + 1) - 1), *(end for _, end, _ in some)]),
            predictions_hash(text for _, _, text in some),
            len(some),
        )
        for number, some in sorted(parts.items())
    ]
