"""From sales rows to series, champions and bands."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.demand import calendar, intervals, naive, one
from forecasting.demand.prophet_model import Fitted, expected_promotion
from forecasting.demand.sales import sale_rows
from forecasting.demand.series import SaleRow, Series, one_unit, series_of
from forecasting.reasons import Reason
from tests.forecasting_world import CONTEXT, GLN, GTIN, sale

FIRST = date(2026, 1, 5)


def row(
    day: int, quantity: float = 1.0, product: str = "A", unit: str = "", place: str = "P", promotion: float = 0.0
) -> SaleRow:
    return SaleRow(f"u{day}{product}", 0, product, place, FIRST + timedelta(days=day), quantity, unit, promotion)


def a_series(values, promotions=None) -> Series:
    return Series("A", "P", "day", FIRST, "", tuple(values), tuple(promotions or [0.0] * len(values)))


def body(**members):
    return {"event": sale(0, **members), "context": CONTEXT}


def test_an_event_becomes_a_row_by_product_place_and_day():
    rows = sale_rows("u", body(promotion=1), "sold")
    assert rows == [SaleRow("u", 0, GTIN, GLN, FIRST, 10.0, "", 1.0, "")]


def test_the_day_is_the_one_on_the_clock_of_the_place():
    late = body(eventTime="2026-01-05T23:30:00.000Z", eventTimeZoneOffset="+01:00")
    assert sale_rows("u", late, "sold")[0].day == date(2026, 1, 6)


def test_units_of_one_dimension_are_converted():
    amounts = [{"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": 2500, "uom": "GRM"}]
    assert [(r.quantity, r.unit) for r in sale_rows("u", body(quantityList=amounts), "sold")] == [(2.5, "KGM")]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"bizStep": "shipping"}, Reason.OTHER),
        ({"action": "ADD"}, Reason.OTHER),
        ({"bizLocation": None}, Reason.INCOMPLETE),
        ({"quantityList": []}, Reason.INCOMPLETE),
        ({"quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}"}]}, Reason.INCOMPLETE),
        ({"eventTime": "soon"}, Reason.INCOMPLETE),
    ],
)
def test_what_is_no_usable_sale_says_why(members, reason):
    assert sale_rows("u", body(**members), "sold") is reason


def test_a_unit_that_differs_is_left_out_and_never_added_up():
    kept, out = one_unit([row(0), row(1), row(2, unit="KGM")])
    assert [each.day for each in kept] == [FIRST, FIRST + timedelta(days=1)]
    assert [(each.reason, each.detail) for each in out] == [(Reason.UNIT, "KGM, not pieces")]


def test_a_gap_is_no_zero_where_zeros_are_written_down():
    rows = [row(0), row(1, 0), row(2), row(4), row(5), row(6)]
    (series,), _ = series_of(rows, until=FIRST + timedelta(days=6))
    assert series.values == (1, 0, 1, None, 1, 1, 1)


def test_an_open_day_without_a_sale_is_zero_where_zeros_are_not_written_down():
    rows = [row(day) for day in (0, 1, 2, 4, 5)] + [row(day, product="B") for day in (0, 1, 2, 3, 5)]
    (a, b), _ = series_of(rows, until=FIRST + timedelta(days=6))
    assert a.values == (1, 1, 1, 0, 1, 1)  # B was sold on day 3: the place was open
    assert b.values == (1, 1, 1, 1, 0, 1)


def test_a_short_series_is_left_out_row_by_row():
    found, out = series_of([row(0), row(1)], until=FIRST)
    assert found == []
    assert [each.reason for each in out] == [Reason.SHORT, Reason.SHORT]


def test_the_period_is_inferred_from_the_dates():
    months = [date(2025, month, 1) for month in range(1, 13)]
    assert calendar.infer(months) == "month"
    assert calendar.infer([FIRST + timedelta(weeks=n) for n in range(5)]) == "week"
    assert calendar.infer([FIRST + timedelta(days=n) for n in (0, 1, 3)]) == "day"
    assert calendar.dated(13, "month", date(2025, 1, 31)) == date(2026, 2, 28)
    assert calendar.dated(1, "month", date(2025, 12, 1)) == date(2026, 1, 1)


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=40), st.integers(1, 12), st.integers(1, 30))
def test_seasonal_naive_repeats_known_values_only(history, season, horizon):
    said = naive.seasonal_naive(history, season, horizon)
    assert len(said) == horizon
    assert set(said) <= {value for value in history if value is not None} | {0.0}


def test_seasonal_naive_looks_a_season_back_over_gaps():
    assert naive.seasonal_naive([1, 2, 3, 4, None, 6], 3, 4) == [4, 2, 6, 4]


class Seen:
    """A stand-in for Prophet that writes down what it was shown and says the mean of it."""

    def __init__(self):
        self.calls = []

    def __call__(self, series, end, horizon, mode):
        known = [value for value in series.values[:end] if value is not None]
        self.calls.append((end, mode))
        return Fitted([sum(known) / len(known)] * horizon, {}, {"mode": mode})


def test_what_happens_after_an_origin_never_changes_what_was_said_at_it():
    values = [float(10 + n % 7) for n in range(70)]
    shuffled = [*values[:56], *reversed(values[56:])]
    before = one.forecast_one(a_series(values), until="2026-03-15", horizon=7, origins=4, fit=Seen())
    after = one.forecast_one(a_series(shuffled), until="2026-03-15", horizon=7, origins=4, fit=Seen())
    starts = [window.start for window in before.windows]
    assert starts == [window.start for window in after.windows] == ["2026-02-23", "2026-03-02", "2026-03-09"]
    assert before.windows[0].said == after.windows[0].said
    assert before.windows[1].said == after.windows[1].said


def test_the_mode_is_chosen_on_a_window_that_tests_nothing():
    seen = Seen()
    result = one.forecast_one(a_series([1.0] * 70), until="2026-03-15", horizon=7, origins=4, fit=seen)
    assert seen.calls[:2] == [(42, "additive"), (42, "multiplicative")]
    assert next(window.start for window in result.windows) == "2026-02-23"  # 49 days on


def test_the_champion_is_the_model_with_the_smaller_squared_error():
    weekly = [float((n % 7) * 10) for n in range(84)]
    assert (
        one.forecast_one(a_series(weekly), until="2026-03-29", horizon=7, origins=4, fit=Seen()).champion == one.NAIVE
    )
    noisy = [float(50 + (n * 7919) % 13) for n in range(84)]
    assert (
        one.forecast_one(a_series(noisy), until="2026-03-29", horizon=7, origins=4, fit=Seen()).champion == one.PROPHET
    )


def test_the_forecast_starts_after_the_date_asked_for_even_if_the_rows_end_before():
    result = one.forecast_one(a_series([1.0] * 30), until="2026-02-10", horizon=3, origins=2, fit=Seen())
    assert (result.first, len(result.mean)) == ("2026-02-11", 3)


def test_a_future_promotion_is_expected_at_its_recent_rate():
    promotions = [1.0] * 100 + [0.0] * 292 + [1.0] * 73 + [0.0] * 20
    assert expected_promotion(a_series([1.0] * 485, promotions), 465) == pytest.approx(0.2)


def test_a_band_holds_as_many_errors_as_it_promises():
    errors = [float(n) for n in range(-50, 50)]
    found = intervals.band(errors, 0.80)
    held = sum(found.low <= error <= found.high for error in errors)
    assert 80 <= held <= 84
    assert intervals.band([], 0.95) == intervals.Band(0.0, 0.0)


def test_a_series_with_few_errors_borrows_the_scaled_errors_of_all():
    pooled = [float(n) / 10 for n in range(-50, 51)]
    found = intervals.bands([1.0, -1.0], 2.0, pooled)
    assert found[0.80].high == pytest.approx(8.2)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=300))
def test_the_wider_band_contains_the_narrower(errors):
    found = intervals.bands(errors, 1.0, errors)
    assert found[0.95].low <= found[0.80].low <= 0 <= found[0.80].high <= found[0.95].high


def closed_on_sundays(weeks=30):
    from datetime import date

    from forecasting.demand.series import Series

    monday = date(2025, 1, 6)
    values = [None if day % 7 == 6 else 10.0 + day % 7 for day in range(7 * weeks)]
    return Series("p", "q", "day", monday, "", tuple(values), (0.0,) * len(values))


def test_nothing_is_expected_on_a_weekday_that_never_had_a_row():
    from forecasting.demand.one import forecast_one
    from forecasting.demand.prophet_model import Fitted
    from forecasting.demand.result import rows_of

    series = closed_on_sundays()
    until = series.day(len(series.values) - 1).isoformat()

    def flat(_series, _end, horizon, _mode):
        return Fitted([50.0] * horizon, {}, {})

    rows = rows_of(forecast_one(series, until=until, horizon=14, origins=3, fit=flat), [1.0, -1.0])
    assert [row.mean for row in rows if row.day.weekday() == 6] == [0.0, 0.0]
    assert all(row.hi95 == 0.0 for row in rows if row.day.weekday() == 6)
    assert all(row.mean > 0 for row in rows if row.day.weekday() != 6)


def test_a_short_history_says_nothing_about_closed_days():
    from forecasting.demand.one import rest_days

    assert rest_days(closed_on_sundays(weeks=7)) == []
    assert rest_days(closed_on_sundays(weeks=8)) == [6]


def test_a_sale_with_a_mistyped_year_is_left_out_and_counted():
    from datetime import date, timedelta

    from forecasting.demand.series import SaleRow, series_of
    from forecasting.reasons import Reason

    days = [date(2025, 1, 6) + timedelta(days=n) for n in range(30)] + [date(1, 1, 6)]
    rows = [SaleRow(str(n), 0, "p", "q", day, 5.0, "", 0.0) for n, day in enumerate(days)]
    series, left_out = series_of(rows, until=date(2025, 3, 1))
    assert [len(one.values) for one in series] == [30]
    assert [(one.uid, one.reason) for one in left_out] == [("30", Reason.OLD)]
