"""Deliveries: what is known when, and that nothing known later changes what was said before."""

import math
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.delay import calibration
from forecasting.delay.days import PastDelays
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import features
from forecasting.delay.learn import sort_out
from forecasting.delay.logistic import calibrated, fit
from forecasting.delay.pairs import leg_of, pair
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
    early = features([asked], [late], horizon=30, until=FIRST + timedelta(days=34))[0]["rate:vendor"]
    known = features([asked], [late], horizon=30, until=FIRST + timedelta(days=35))[0]["rate:vendor"]
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


def test_the_model_ranks_and_says_why():
    rows = [{"x": float(n % 10), "noise": float(n * 7919 % 11)} for n in range(600)]
    late = [n * 31 % 100 < (n % 10) * 10 for n in range(600)]
    raw = fit(rows[:400], late[:400])
    model = calibrated(raw, rows[:400], late[:400], (raw.log_odds(rows[400:]), late[400:]))
    low, high = model.probabilities([{"x": 0.0, "noise": 5.0}, {"x": 9.0, "noise": 5.0}])
    assert low < 0.15
    assert high > 0.8
    assert max(model.contributions({"x": 9.0, "noise": 5.0}).items(), key=lambda item: item[1])[0] == "x"


def test_scores_that_were_too_sure_are_stretched_back_and_levelled():
    odds = [4.0 if n % 2 else -4.0 for n in range(2000)]
    late = [(n * 7919 % 100) < (70 if n % 2 else 30) for n in range(2000)]
    found = calibration.slope(odds, late)
    assert found == pytest.approx(0.847 / 4, abs=0.05)
    assert calibration.slope([], []) == 1.0
    moved = calibration.shift(odds, found, 0.2)
    chances = [1 / (1 + math.exp(-(odd * found + moved))) for odd in odds]
    assert sum(chances) / len(chances) == pytest.approx(0.2)
