"""From sales rows to series, champions and bands."""

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.demand import (
    arrays,
    calendar,
    candidates,
    champion,
    drivers,
    history,
    intervals,
    naive,
    one,
    together,
    trees,
)
from forecasting.demand.bands import Bands
from forecasting.demand.panel import panels
from forecasting.demand.sales import sale_rows
from forecasting.demand.series import SaleRow, Series, one_unit, series_of, with_plan
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


def test_a_quantity_beyond_what_can_be_hashed_is_left_out_and_stops_no_training():
    amounts = [{"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": 9e13, "uom": "TNE"}]
    assert sale_rows("u", body(quantityList=amounts), "sold") is Reason.INCOMPLETE


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


def say_the_mean(calls):
    """A stand-in for the fitting workers that writes down what it was shown and says the mean of it."""

    def fit_all(asked, *, fitters, progress):
        answers = []
        for series, ask in asked:
            for model, end, horizon, _ in ask:
                known = [value for value in series.values[:end] if value is not None]
                calls.append((model, end))
                answers.append([sum(known) / len(known)] * horizon)
        found = iter(answers)
        return [[next(found) for _ in ask] for _, ask in asked]

    return fit_all


def forecast(series, *, until=None, horizon=7, most=4):
    until = until or max(each.day(len(each.values) - 1) for each in series)
    return together.forecast_all(
        series, until=until, horizon=horizon, most=most, workers=1, progress=lambda percent, words: None
    )


@pytest.fixture
def quick(monkeypatch):
    """No models but the mean, LightGBM and seasonal naive: what is tested is who is asked what."""
    calls = []
    monkeypatch.setattr(together, "fit_all", say_the_mean(calls))
    monkeypatch.setattr(candidates, "STEADY", ("ets", candidates.TREES, candidates.NAIVE))
    return calls


def test_what_happens_after_an_origin_never_changes_what_was_said_at_it(quick):
    values = [float(10 + n % 7 + n * 31 % 5) for n in range(70)]
    shuffled = [*values[:56], *reversed(values[56:])]
    (before,) = forecast([a_series(values)])
    (after,) = forecast([a_series(shuffled)])
    starts = [window.start for window in before.windows]
    assert starts == [window.start for window in after.windows]
    assert starts == ["2026-02-16", "2026-02-23", "2026-03-02", "2026-03-09"]
    for early, late in zip(before.windows[:2], after.windows[:2], strict=True):
        for name in set(early.said) & set(late.said):
            assert name == one.CHAMPION or early.said[name] == late.said[name]


def test_no_model_sees_past_its_origin(quick):
    forecast([a_series([float(n % 7 + n * 31 % 5) for n in range(70)])])
    assert {end for _, end in quick} == {42, 49, 56, 63, 70}


def trial(actual, **said):
    return champion.Trial(1.0, actual, said)


def test_the_three_whose_mean_did_best_are_chosen():
    trials = [trial([10.0, 10.0], high=[14.0, 14.0], low=[6.0, 6.0], fair=[11.0, 11.0], wild=[90.0, 90.0])]
    assert champion.choose(["high", "low", "fair", "wild"], trials, slow=False, default=[]) == ["fair", "high", "low"]
    assert champion.choose(["high"], [], slow=False, default=["fair"]) == ["fair"]


def test_fewer_than_three_speak_only_where_many_tests_say_so():
    one = trial([10.0], right=[10.0], high=[12.0], higher=[13.0])
    names = ["right", "high", "higher"]
    assert champion.choose(names, [one] * (champion.MANY - 1), slow=False, default=[]) == ["high", "higher", "right"]
    assert champion.choose(names, [one] * champion.MANY, slow=False, default=[]) == ["right"]


def test_who_speaks_in_no_good_mean_is_not_tried_again():
    said = {"best": [10.0], "good": [11.0], "fair": [12.0], "poor": [13.0], "bad": [99.0]}
    found = champion.finalists([*said], [trial([10.0], **said)] * champion.MANY, slow=False)
    assert found[:3] == ["best", "good", "fair"]
    assert "bad" not in found
    assert champion.finalists(["one", "two"], [], slow=False) == ["one", "two"]


def test_one_large_series_does_not_decide_for_all():
    small = trial([10.0], good=[11.0], bad=[14.0], other=[15.0])
    large = champion.Trial(500.0, [9_000.0], {"good": [7_900.0], "bad": [8_500.0], "other": [8_400.0]})
    assert champion.choose(["good", "bad", "other"], [small, large] * 60, slow=False, default=[]) == ["good"]


def test_slow_sellers_are_not_forecast_by_whoever_says_nothing_is_sold():
    rare = [0.0] * 9 + [5.0]
    trials = [trial(rare, zero=[0.0] * 10, mean=[0.5] * 10, half=[0.4] * 10, other=[0.6] * 10)]
    assert "zero" not in champion.choose(["zero", "mean", "half", "other"], trials, slow=True, default=[])
    assert champion.loss(["zero"], trials, slow=False) < champion.loss(["mean"], trials, slow=False)


def test_the_forecast_starts_after_the_date_asked_for_even_if_the_rows_end_before(quick):
    (result,) = forecast([a_series([1.0] * 30)], until=date(2026, 2, 10), horizon=3)
    assert (result.first, len(result.mean)) == ("2026-02-11", 3)


ODD = {
    "two points": [3.0, 5.0],
    "one point": [4.0],
    "constant": [7.0] * 60,
    "all zero": [0.0] * 60,
    "gaps": [None if n % 3 else 5.0 + n % 7 for n in range(60)],
    "negative": [(-1) ** n * 5.0 for n in range(60)],
    "one huge spike": [1e9 if n == 40 else 10.0 + n % 7 for n in range(60)],
}


@pytest.fixture(scope="module")
def odd_results():
    """All of them beside good ones, by the real models of one worker."""
    good = [
        Series(f"G{k}", "P", "day", FIRST, "", tuple(10.0 + (n + k) % 7 for n in range(60)), (0.0,) * 60)
        for k in range(2)
    ]
    odd = [Series(name, "P", "day", FIRST, "", tuple(values), (0.0,) * len(values)) for name, values in ODD.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "STEADY", ("ets", "theta", candidates.TREES, candidates.NAIVE))
        return {each.product: each for each in forecast([*good, *odd], until=FIRST + timedelta(days=59), most=2)}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_series_gets_a_forecast_and_never_an_error(name, odd_results):
    result = odd_results[name]
    known = [value for value in ODD[name] if value is not None]
    assert len(result.mean) == 7
    assert all(math.isfinite(value) for value in result.mean)
    assert max(result.mean) <= (20 if "spike" in name else 10 * max(map(abs, known)))
    if name in ("two points", "one point"):
        assert "values only; seasonal naive instead" in result.note
    if name == "all zero":
        assert result.mean == pytest.approx([0.0] * 7, abs=1e-6)


def test_a_horizon_longer_than_the_history_is_forecast(quick):
    (result,) = forecast([a_series([10.0 + n % 7 for n in range(20)])], horizon=60)
    assert len(result.mean) == 60
    assert result.windows == []


def test_a_wild_value_is_cut_to_the_next_largest_and_two_of_them_are_not():
    values = [10.0] * 20
    assert max(history.tamed([*values, 1e6])) == 10.0
    assert max(history.tamed([*values, 1e6, 9e5])) == 1e6


def test_gaps_are_filled_by_the_season_before():
    assert history.filled([1, 2, 3, None, 5, None], 3) == [1, 2, 3, 1, 5, 3]
    assert history.filled([None, None, 4], 7) == [4, 4, 4]


def test_the_chance_of_an_offer_fades_into_its_usual_share():
    promotions = [*([1.0] * 10 + [0.0] * 10) * 10, *[1.0] * 5]
    chances = history.offers_ahead(a_series([1.0] * 205, promotions), 205, 60)
    assert chances[0] > 0.8 > chances[5] > chances[59]
    assert chances[59] == pytest.approx(0.51, abs=0.02)
    assert history.offers_ahead(a_series([1.0] * 20), 20, 3) == [0.0] * 3


def test_a_planned_offer_is_known_ahead_and_in_tests_as_well():
    series = a_series([1.0] * 10, [0.0] * 8 + [1.0] * 2)
    assert history.offers_ahead(series, 6, 4) == [0.0] * 4
    planned = with_plan(series, {FIRST + timedelta(days=11): 1.0, FIRST: 1.0}, 3)
    assert history.offers_ahead(planned, 10, 3) == [0.0, 1.0, 0.0]
    assert history.offers_ahead(planned, 6, 5) == [0.0, 0.0, 1.0, 1.0, 0.0]
    assert 0 < history.offers_ahead(planned, 10, 4)[3] < 1


def test_trees_learn_what_an_offer_sells_and_say_the_same_twice_beside_broken_series():
    offers = [float(n % 10 < 3) for n in range(120)]
    good = [a_series([(10.0 + k) * (3 if offer else 1) for offer in offers], offers) for k in range(4)]
    broken = [
        a_series([0.0] * 120),
        a_series([7.0] * 120),
        a_series([3.0, 5.0]),
        a_series([5.0] * 60 + [1e9] + [5.0] * 59),
    ]
    days = {FIRST + timedelta(days=120 + step): 1.0 for step in (1, 2)}
    panel = panels([*(with_plan(each, days, 7) for each in good), *broken])[0]
    first, again = (trees.say(arrays.Grid(panel), candidates.TREES_MIDDLE, 120, 7) for _ in range(2))
    assert first.tolist() == again.tolist()
    for said, base in zip(first[:4], (10.0, 11.0, 12.0, 13.0), strict=True):
        assert min(said[1:3]) > 2 * base > max(said[0], *said[3:])
    assert all(math.isfinite(value) and value >= 0 for value in first.ravel())
    assert first[4].max() < 0.1


def test_drivers_are_read_off_the_history():
    values = [(20.0 if n % 7 == 5 else 10.0) * (2 if n % 10 == 0 else 1) for n in range(400)]
    found = drivers.drivers(a_series(values, [float(n % 10 == 0) for n in range(400)]), 28)
    assert found["promotion"] == pytest.approx(1.0, abs=0.15)
    assert found["weekday"] == pytest.approx(0.9, abs=0.15)
    assert drivers.drivers(a_series([0.0] * 50), 7) == {}


def test_a_band_holds_as_many_errors_as_it_promises():
    errors = [float(n) for n in range(-50, 50)]
    found = intervals.band(errors, 0.80)
    held = sum(found.low <= error <= found.high for error in errors)
    assert 80 <= held <= 84
    assert intervals.band([], 0.95) == intervals.Band(0.0, 0.0)


def records(errors, scale=1.0, said=10.0, windows=4):
    return intervals.Record(
        scale, {str(n): [(said, said + scale * e) for e in errors[n::windows]] for n in range(windows)}
    )


def test_as_many_are_held_as_promised_whatever_the_size_of_a_series():
    chance = random.Random(1)
    group = [
        records([chance.gauss(0, 1) for _ in range(48)], scale=10.0**size) for size in range(-3, 4) for _ in range(9)
    ]
    shown = intervals.conformal(group, slow=False)
    for level in intervals.LEVELS:
        held = [
            low <= actual <= high
            for each in group
            for start, window in each.windows.items()
            for said, actual in window
            for low, high in [shown.ends(said, shown.yardstick(each.without(start)), level)]
        ]
        assert sum(held) / len(held) == pytest.approx(level, abs=0.01)


def test_slow_sellers_are_held_as_often_as_promised_though_their_lower_end_is_never_missed():
    chance = random.Random(2)
    group = []
    for nth in range(60):
        usual = 0.1 + nth / 100
        sold = [float(sum(chance.random() < usual / 4 for _ in range(4))) for _ in range(48)]
        group.append(records([amount - usual for amount in sold], said=usual))
    shown = intervals.conformal(group, slow=True)
    held = [
        max(0.0, low) <= actual <= high
        for each in group
        for window in each.windows.values()
        for said, actual in window
        for low, high in [shown.ends(said, shown.yardstick(each), 0.80)]
    ]
    assert sum(held) / len(held) == pytest.approx(0.80, abs=0.03)


def test_a_series_without_tests_borrows_the_errors_of_all_in_its_own_unit():
    shown = intervals.conformal([records([-1.0, 1.0] * 40)], slow=False)
    low, high = shown.ends(5.0, shown.yardstick(intervals.Record(100.0, {})), 0.80)
    assert (low, high) == (pytest.approx(-95.0), pytest.approx(105.0))


def test_where_nothing_could_be_tested_intervals_are_as_wide_as_seasonal_naive_was_wrong():
    nothing = intervals.conformal([intervals.Record(2.0, {})], slow=False)
    for level, reach in ((0.80, 2 * 1.61), (0.95, 2 * 3.0)):
        low, high = nothing.ends(50.0, nothing.yardstick(intervals.Record(2.0, {})), level)
        assert (50.0 - low, high - 50.0) == (pytest.approx(reach, abs=0.02), pytest.approx(reach, abs=0.02))


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=300), st.floats(-1e4, 1e4))
def test_the_wider_band_contains_the_narrower(errors, said):
    one = records(errors)
    shown = intervals.conformal([one], slow=False)
    narrow, wide = (shown.ends(said, shown.yardstick(one), level) for level in intervals.LEVELS)
    assert wide[0] <= narrow[0] <= said <= narrow[1] <= wide[1]


def test_a_window_has_no_say_in_its_own_intervals(quick):
    values = [10.0 + n % 7 for n in range(70)]
    (calm,), (wild,) = (forecast([a_series(v)]) for v in (values, [*values[:63], *[99.0] * 7]))
    (before,), (after,) = ([w for w in each.windows if w.start == "2026-03-09"] for each in (calm, wild))
    ends = [Bands([each]).around(each, [10.0], without=w.start) for each, w in ((calm, before), (wild, after))]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("months", [14, 20, 27, 30, 33, 60])
def test_a_short_history_is_tested_as_well(months):
    from forecasting.demand.panel import origins, panels

    values = tuple(10.0 + at % 12 for at in range(months))
    (panel,) = panels([Series("p", "q", "month", date(2020, 1, 1), "", values, (0.0,) * months)])
    found = origins(panel, 6, 4)
    assert len(found) >= (2 if months > 18 else 1)
    assert all(8 <= end <= months - 6 for end in found)


@pytest.mark.parametrize("values", [[7.0], [5.0, 900.0], [20.0 + at for at in range(9)]], ids=len)
def test_nobody_is_told_that_a_forecast_cannot_be_wrong(quick, values):
    (result,) = forecast([a_series(values)], horizon=14)
    assert not result.windows
    for lo80, hi80, lo95, hi95 in Bands([result]).around(result, result.mean):
        assert lo95 <= lo80 < hi80 < hi95


def closed_on_sundays(weeks=30):
    from datetime import date

    from forecasting.demand.series import Series

    monday = date(2025, 1, 6)
    values = [None if day % 7 == 6 else 10.0 + day % 7 for day in range(7 * weeks)]
    return Series("p", "q", "day", monday, "", tuple(values), (0.0,) * len(values))


def test_nothing_is_expected_on_a_weekday_that_never_had_a_row(quick):
    from forecasting.demand.result import rows_of

    (result,) = forecast([closed_on_sundays()], horizon=14, most=3)
    rows = rows_of(result, Bands([result]))
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
