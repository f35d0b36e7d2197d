"""What the fan chart draws of history: closed days are passed over, days without a record are gaps."""

from datetime import date, timedelta

from forecasting.charts import FAN_SIZES, Fan, fan

MONDAY = date(2026, 3, 2)


def lines(values, every="day", step=1):
    """How many separate lines the history is drawn as."""
    history = [(MONDAY + timedelta(days=n * step), value) for n, value in enumerate(values)]
    ahead = [(history[-1][0] + timedelta(days=step), 5.0, 4.0, 6.0, 3.0, 7.0)]
    return {fan(Fan(history, ahead, every), size).paths["past"].count("M") for size in FAN_SIZES}


def test_a_shop_that_is_closed_on_sundays_is_drawn_as_one_line():
    assert lines([4.0, 5.0, 6.0, 5.0, 7.0, 9.0, None] * 6) == {1}


def test_a_day_without_a_record_is_a_gap():
    assert lines([4.0, 5.0, 6.0, 5.0, 7.0, 9.0, None] * 2 + [4.0, None, 6.0, 5.0, 7.0, 9.0, None] * 1) == {2}


def test_a_month_without_a_record_is_a_gap_whatever_its_weekday():
    assert lines([4.0, 5.0, None, 6.0], every="month", step=28) == {2}
