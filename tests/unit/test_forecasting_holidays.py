"""Holidays of a country in what Prophet says, and closed days in what a whole run says."""

from datetime import date, timedelta

from forecasting.demand.series import SaleRow, Series
from forecasting.pipeline import run_demand

CHRISTMAS = (12, 25)


class Tens:
    """Answers every question with tens."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def answers(self, tasks, progress):
        return [
            [{"said": [[10.0] * h] * len(task.of) if task.panel else [10.0] * h} for _, _, h, _ in task.asked]
            for task in tasks
        ]


def test_a_run_expects_nothing_on_the_day_that_is_closed_each_year():
    first = date(2023, 12, 1)
    days = [first + timedelta(days=n) for n in range((date(2026, 12, 20) - first).days + 1)]
    rows = [
        SaleRow(f"u{n}", 0, "p", "q", day, 10.0, "", 0.0)
        for n, day in enumerate(days)
        if (day.month, day.day) != CHRISTMAS and day.weekday() != 6
    ]
    found = run_demand(rows, until=days[-1], horizon=10, origins=2, progress=lambda *_: None, fitting=Tens())
    means = {row.day: (row.mean, row.hi95) for row in found.rows}
    assert means[date(2026, 12, 25)] == (0, 0)
    assert means[date(2026, 12, 27)] == (0, 0)
    assert means[date(2026, 12, 24)][0] == 10
    assert means[date(2026, 12, 28)][0] == 10


def test_prophet_expects_of_a_holiday_what_was_sold_on_it_before():
    from forecasting.demand.prophet_model import fit_prophet

    first = date(2024, 1, 1)
    days = [first + timedelta(days=n) for n in range(730)]
    values = tuple(60.0 if (day.month, day.day) == (7, 4) else 20.0 + day.weekday() for day in days)
    end = (date(2025, 7, 1) - first).days
    plain = Series("p", "q", "day", first, "", values[:end], (0.0,) * end)
    known = Series("p", "q", "day", first, "", values[:end], (0.0,) * end, (), "US")
    with_calendar, without = (fit_prophet(each, end, 7, "additive").mean for each in (known, plain))
    assert with_calendar[3] > 40 > 30 > without[3]
    assert abs(with_calendar[2] - values[end + 2]) < 3
