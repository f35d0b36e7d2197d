"""Deliveries: what is known when, and that nothing known later changes what was said before."""

import math
import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.delay import calibration
from forecasting.delay.boosted import Boosted
from forecasting.delay.days import PastDelays, spread_of
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.ensemble import Ensemble, calibrated, fit
from forecasting.delay.features import LEVEL, features
from forecasting.delay.learn import learn, sort_out
from forecasting.delay.pairs import leg_of, pair
from forecasting.delay.testing import figures, quarters
from forecasting.reasons import Reason
from tests.forecasting_world import CONTEXT, delivery

FIRST = date(2026, 1, 1)


def a_delivery(day: int, delay: float | None = 0.0, lag: int = 0, vendor: str = "V") -> DeliveryRow:
    scheduled = FIRST + timedelta(days=day)
    recorded = None if delay is None else scheduled + timedelta(days=int(delay) + lag)
    return DeliveryRow(
        f"u{day}{vendor}",
        f"d{day}{vendor}",
        scheduled,
        None,
        "o",
        delay,
        recorded,
        {"vendor": vendor, "country": "C"},
        {"quantity": 5},
    )


some = st.lists(
    st.builds(a_delivery, st.integers(0, 200), st.integers(-5, 20), st.integers(0, 60), st.sampled_from("VWX")),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row.uid,
)


@given(some, st.integers(0, 200), st.integers(1, 60), st.randoms(use_true_random=False))
def test_outcomes_recorded_later_never_change_a_feature(rows, day, horizon, chance: random.Random):
    until = FIRST + timedelta(days=day)
    asked = [row for row in rows if row.scheduled <= until]
    before = features(asked, rows, horizon=horizon)
    edge = {row.uid: row.scheduled - timedelta(days=-(-horizon // 2)) for row in asked}
    for row, found in zip(asked, before, strict=True):
        # Everything that was recorded after this row's reference day is shuffled: its features stay.
        later = [other for other in rows if not other.known_by(edge[row.uid])]
        delays = [other.delay for other in later]
        chance.shuffle(delays)
        changed = {other.uid: replace(other, delay=delay) for other, delay in zip(later, delays, strict=True)}
        world = [changed.get(other.uid, other) for other in rows]
        assert features([row], world, horizon=horizon) == [found]


def test_a_lane_learns_of_a_late_delivery_on_the_day_it_was_recorded():
    late = a_delivery(0, delay=5, lag=30)  # delivered on day 5, recorded on day 35
    asked = a_delivery(60)
    early = features([asked], [late], horizon=30, until=FIRST + timedelta(days=34))[0]["rate120:vendor"]
    known = features([asked], [late], horizon=30, until=FIRST + timedelta(days=35))[0]["rate120:vendor"]
    assert known > early


def test_rows_are_sorted_into_known_coming_and_left_out():
    until = FIRST + timedelta(days=100)
    rows = [
        a_delivery(10),
        a_delivery(20, delay=2, lag=90, vendor="W"),
        a_delivery(30, delay=None),
        a_delivery(110, delay=None, vendor="X"),
        replace(a_delivery(112, delay=None), ordered=until + timedelta(days=1)),
        a_delivery(150, delay=None),
    ]
    known, ahead, out = sort_out(rows, until, 30)
    assert [row.delivery for row in known] == ["d10V"]
    assert [row.delivery for row in ahead] == ["d110X"]
    assert [each.reason for each in out] == [Reason.LATER, Reason.OPEN, Reason.OPEN, Reason.OPEN]


def legs(*events, recorded_by="1" * 13):
    found = []
    for number, event in enumerate(events):
        found.append(leg_of(f"u{number}", {"event": event, "context": CONTEXT, "recordedBy": recorded_by}))
    return found


def test_a_shipping_and_a_receiving_event_make_one_delivery():
    rows, out = pair(legs(*delivery(0, late=2, **{"traceapp:vendor": "Slow"})))
    assert out == []
    assert [(row.delay, row.late, row.attributes["vendor"]) for row in rows] == [(2.0, True, "Slow")]
    assert rows[0].scheduled == date(2026, 1, 8)
    assert rows[0].recorded == date(2026, 1, 10)


def test_a_plan_for_a_day_is_kept_by_any_time_of_it_and_one_for_an_hour_is_not():
    plan, end = delivery(0, late=0)
    assert pair(legs(plan, end))[0][0].delay == 0
    plan["traceapp:plannedDelivery"] = "2026-01-08T11:00:00+00:00"
    assert pair(legs(plan, end))[0][0].delay == pytest.approx(1 / 24, abs=1e-6)


def test_an_outcome_from_somebody_the_plan_does_not_concern_does_not_count():
    plan, end = delivery(0, late=9)
    (stranger,) = legs(end, recorded_by="9" * 13)
    rows, out = pair([*legs(plan), replace(stranger, uid="s")])
    assert rows[0].delay is None
    assert out == []


def test_an_event_without_a_plan_is_of_another_kind():
    plan, end = delivery(0, late=0)
    del plan["traceapp:plannedDelivery"]
    assert legs(plan)[0] is Reason.OTHER
    del end["traceapp:deliveryId"]
    assert legs(end)[0] is Reason.OTHER


def test_days_are_those_of_deliveries_alike_weighted_by_the_chance():
    known = [a_delivery(n, delay=0 if n % 2 else 10) for n in range(100)]
    past = PastDelays(known)
    assert past.quantiles(known[0], 0.05) == (0, 0, 0)
    assert past.quantiles(known[0], 0.6) == (0, 10, 10)
    assert past.quantiles(replace(known[0], attributes={"vendor": "unheard of"}), 0.3) == (0, 0, 10)


def test_a_band_whose_ends_many_share_is_expected_to_hold_more_than_it_was_asked_for():
    known = [a_delivery(n, delay=float((-4, 0, 0, 0, 6)[n % 5])) for n in range(500)]
    past = PastDelays(known)
    row = a_delivery(501, delay=None)
    assert past.quantiles(row, 0.05) == (-4, 0, 0)
    assert past.share(row, 0.05, (-4, 0)) == pytest.approx(0.95)
    assert past.share(row, 0.05, (0, 0)) == pytest.approx(0.95 * 0.75)
    assert past.share(row, 0.05, (-9, 9)) == pytest.approx(1)
    assert past.share(row, 0.05, (1, 5)) == 0
    assert past.held(row, 0.05, -4) == pytest.approx((0.95 / 4 - 0.1) / (0.95 / 4))
    assert past.held(row, 0.05, 0) == pytest.approx((0.9 - 0.95 / 4) / (0.95 * 0.75))
    assert (past.held(row, 0.05, 6), past.held(row, 0.05, 3), past.held(row, 0.05, -3)) == (0, 0, 1)
    expected = {-4: 0.95 / 4, 0: 0.95 * 0.75, 6: 0.05}
    assert sum(share * past.held(row, 0.05, days) for days, share in expected.items()) == pytest.approx(0.8)
    assert PastDelays([]).quantiles(row, 0.5) == (0, 0, 0)


def test_an_overdue_delivery_counts_as_late_before_anybody_records_it():
    answered = a_delivery(0)
    open_still = a_delivery(50, delay=None, vendor="W")
    asked = a_delivery(120, vendor="W")
    day = FIRST + timedelta(days=53)
    before, after = (
        features([asked], [answered, open_still], horizon=30, until=each)[0] for each in (day - timedelta(days=1), day)
    )
    assert after["rate30:vendor"] > before["rate30:vendor"]
    assert (before["overdue:vendor"], after["overdue:vendor"]) == (0, pytest.approx(math.log(2)))
    long_after = features([a_delivery(300, vendor="W")], [answered, open_still], horizon=30)[0]
    assert long_after["overdue:vendor"] == 0
    assert long_after["known:vendor"] == pytest.approx(0)


def test_where_no_receipt_was_ever_recorded_nothing_looks_late():
    rows = [a_delivery(n, delay=None) for n in range(0, 60, 3)]
    found = features([a_delivery(100)], rows, horizon=30)[0]
    assert found["overdue:"] == 0
    assert found["rate30:"] == pytest.approx(math.log(0.05 / 0.95))


def test_an_overdue_delivery_that_turns_out_punctual_is_taken_back():
    rows = [a_delivery(0), a_delivery(20, delay=0, lag=25, vendor="W")]
    asked = [a_delivery(90, vendor="W")]
    early, known = (
        features(asked, rows, horizon=30, until=FIRST + timedelta(days=each))[0]["rate120:vendor"] for each in (44, 45)
    )
    assert early > known
    assert known < features(asked, rows[:1], horizon=30, until=FIRST + timedelta(days=45))[0]["rate120:vendor"]


def test_lines_planned_later_do_not_count_as_planned_together():
    asked = a_delivery(100)
    other = replace(a_delivery(100, vendor="W"), ordered=FIRST + timedelta(days=95))
    assert features([asked], [other], horizon=30)[0]["together:"] == pytest.approx(math.log(2))
    other = replace(other, ordered=FIRST)
    assert features([asked], [other], horizon=30)[0]["together:"] == pytest.approx(math.log(3))


def some_history(rows: int) -> tuple[list[DeliveryRow], list[dict[str, float]]]:
    table = [{"x": float(n % 10), "noise": float(n * 7919 % 11), LEVEL: -0.5} for n in range(rows)]
    known = [replace(a_delivery(n), delay=float(n * 31 % 100 < (n % 10) * 10)) for n in range(rows)]
    return known, table


def test_the_model_ranks_and_says_why():
    rows, table = some_history(600)
    tested = quarters(rows, table, [FIRST + timedelta(days=90 * n) for n in range(7)], 2, lambda done, of: None)
    measured = figures(tested)
    assert measured["auc"] > 0.7
    assert measured["brier"] < 0.85 * measured["brier_base"]
    model = Ensemble(fit(rows, table), calibrated(tested.said, FIRST + timedelta(days=600)))
    asked = [{"x": 0.0, "noise": 5.0, LEVEL: -0.5}, {"x": 9.0, "noise": 5.0, LEVEL: -0.5}]
    low, high = model.probabilities(asked)
    assert low < 0.2
    assert high > 0.7
    assert max(model.contributions(asked)[1].items(), key=lambda item: item[1])[0] == "x"


def test_learning_twice_says_the_same_to_the_last_bit():
    rows, table = some_history(200)
    assert fit(rows, table) == fit(rows, table)


def test_a_model_is_kept_as_text_that_says_the_same():
    rows, table = some_history(200)
    trees = fit(rows, table).trees
    again = Boosted(trees.names, [str(text) for text in trees.trees])
    assert again.log_odds(table[:20]) == trees.log_odds(table[:20])


def test_scores_that_were_too_sure_are_stretched_back_and_levelled():
    odds = [[4.0] if n % 2 else [-4.0] for n in range(4000)]
    late = [(n * 7919 % 100) < (70 if n % 2 else 30) for n in range(4000)]
    found = calibration.calibrate(odds, late, [0.0] * 4000, models=1)
    assert found.weights[0] == pytest.approx(0.847 / 4, abs=0.05)
    assert found.probabilities([[4.0], [-4.0]]) == pytest.approx([0.7, 0.3], abs=0.03)
    assert calibration.calibrate([], [], [], models=2).weights == [0.5, 0.5]


def test_new_outcomes_move_the_level_more_than_old_ones():
    odds = [[-2.0]] * 400
    late = [n < 200 for n in range(400)]  # the first half late, the second punctual
    fresh_late = calibration.calibrate(odds, late, [0.0] * 200 + [300.0] * 200, models=1).probabilities([[-2.0]])[0]
    stale_late = calibration.calibrate(odds, late, [300.0] * 200 + [0.0] * 200, models=1).probabilities([[-2.0]])[0]
    assert fresh_late > 0.8 > 0.2 > stale_late


def test_a_category_nobody_has_seen_gets_a_chance_and_no_error():
    rows = [a_delivery(n, delay=float(n % 3 == 0), vendor="VW"[n % 2]) for n in range(400)]
    asked = replace(
        a_delivery(410, delay=None), attributes={"vendor": "unheard of", "country": "Nowhere", "mode": "Sledge"}
    )
    result = learn([*rows, asked], until=FIRST + timedelta(days=400), horizon=30, progress=lambda percent, words: None)
    (said,) = result.rows
    assert 0.05 < said.p_late < 0.9
    assert said.days_p10 <= said.days_p50 <= said.days_p90


def test_bands_that_held_too_little_lately_are_widened_by_what_was_known() -> None:
    known = [a_delivery(day, float(day % 10)) for day in range(300)]
    past = PastDelays(known)
    row = a_delivery(400, vendor="W")
    bands = past.bands(row, 0.9)
    assert bands[0] == (past.quantiles(row, 0.9)[0], past.quantiles(row, 0.9)[2])
    assert all(a[0] >= b[0] and a[1] <= b[1] for a, b in pairwise(bands))
    assert PastDelays(known, spread=0.09).quantiles(row, 0.9)[::2] == bands[9]

    at = FIRST + timedelta(days=700)
    narrow_to_wide = [(float(place), float(30 - place)) for place in reversed(range(10))]
    said = [(a_delivery(400 + day, 3.0 if day % 2 else 5.0), narrow_to_wide) for day in range(250)]
    assert spread_of(said, at) == 0.06  # the first that holds both
    later = [(replace(row, recorded=at + timedelta(days=1)), bands) for row, bands in said]
    assert spread_of(later, at) == 0.0  # nobody knew
    assert spread_of(said[:50], at) == 0.0
    assert spread_of(said, at + timedelta(days=900)) == 0.0  # long ago
    assert spread_of([(replace(row, delay=99.0), bands) for row, bands in said], at) == 0.09
