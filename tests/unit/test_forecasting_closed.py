"""Days on which a place is closed each year."""

from datetime import date, timedelta

import pytest

from forecasting.demand.closed import closed_days, zeroed
from forecasting.demand.holiday import code_of, name_of, of_year
from forecasting.demand.result import ForecastRow
from forecasting.demand.series import Series

CHRISTMAS, NEXT = date(2025, 12, 25), date(2026, 12, 25)
FIRST = date(2023, 6, 1)
DECEMBER = [date(2026, 12, 1) + timedelta(days=n) for n in range(31)]


def a_year_long(closed, *, start=FIRST, end=date(2026, 11, 30), every="day", shut=None, sunday=True, level=10.0):
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    values = tuple(shut if day in closed else None if day.weekday() == 6 and not sunday else level for day in days)
    return Series("p", "q", every, start, "", values, (0.0,) * len(values))


def christmases(*years):
    return {date(year, 12, 25) for year in years}


@pytest.mark.parametrize("shut", [None, 0.0], ids=["no row", "a zero"])
def test_a_day_that_was_closed_each_year_is_closed_again(shut):
    assert closed_days(a_year_long(christmases(2023, 2024, 2025), shut=shut), DECEMBER) == [NEXT]


def test_a_day_that_was_open_once_is_not_closed():
    assert closed_days(a_year_long(christmases(2023, 2024)), DECEMBER) == []


def test_once_is_enough_with_a_calendar_and_not_without():
    series = a_year_long(christmases(2025), start=date(2025, 1, 1))
    assert closed_days(series, DECEMBER) == []
    assert closed_days(series, DECEMBER, "ES") == [NEXT]


def test_a_hole_in_the_data_is_no_closed_day():
    hole = {date(year, 12, 1) + timedelta(days=n) for year in (2023, 2024, 2025) for n in range(31)}
    assert closed_days(a_year_long(hole), DECEMBER) == []


def test_a_day_of_rest_says_nothing_of_the_year():
    sundays = {date(2023, 12, 24)}  # a Sunday; open in 2024 and 2025
    assert closed_days(a_year_long(sundays, sunday=False), DECEMBER) == []
    series = a_year_long(christmases(2023, 2024, 2025), sunday=False)
    assert closed_days(series, DECEMBER) == [NEXT]


def test_a_holiday_that_moves_is_known_by_its_name():
    easter = {date(2023, 4, 10), date(2024, 4, 1), date(2025, 4, 21)}
    spring = [date(2026, 3, 25) + timedelta(days=n) for n in range(30)]
    series = a_year_long(easter, start=date(2023, 1, 2), end=date(2026, 3, 20))
    assert date(2026, 4, 6) in closed_days(series, spring, "DE")
    assert closed_days(series, spring) == []


def test_slow_sellers_and_other_periods_have_none():
    days = [FIRST + timedelta(days=n) for n in range(1200)]
    rare = Series("p", "q", "day", FIRST, "", tuple(float(day.day == 3) for day in days), (0.0,) * len(days))
    assert closed_days(rare, DECEMBER) == []
    assert closed_days(a_year_long(christmases(2023, 2024, 2025), every="week"), DECEMBER) == []


def test_nothing_is_expected_on_closed_days_only():
    rows = [ForecastRow("p", "q", day, 5, 4, 6, 3, 7) for day in DECEMBER]
    found = zeroed(rows, {("p", "q", NEXT)})
    assert [row.day for row in found if row.mean == row.hi95 == 0] == [NEXT]
    assert len(found) == 31


@pytest.mark.parametrize("name", ["Spain", "ES", "esp", "  spain "])
def test_countries_are_known_by_name_and_code(name):
    assert code_of(name) == "ES"


def test_what_has_no_calendar_has_no_holidays():
    assert code_of("Atlantis") == code_of("") == ""
    assert of_year("", 2026) == {}
    assert name_of("US", date(2026, 7, 4)) == "Independence Day"
    assert code_of("United States") == code_of("USA") == "US"
