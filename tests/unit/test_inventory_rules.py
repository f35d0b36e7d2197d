"""Stocks from the distribution of demand over the lead time: against simulation, and what must always hold."""

import random
from bisect import bisect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.demand.alike import alike, of_window
from forecasting.inventory.lead_time import NORMAL, LeadTime, learnt
from forecasting.inventory.period import Period, strata_of
from forecasting.inventory.policy import Wish, extended, plan
from forecasting.inventory.strata import EDGES, apart, mean, part, stratified, together
from tests.unit.forecasting_results import a_result

amounts = st.floats(0, 1000, allow_subnormal=False)


@st.composite
def periods(draw):
    ends = sorted(draw(st.lists(amounts, min_size=5, max_size=5)))
    return Period(ends[2], ends[1], ends[3], ends[0], ends[4])


some = st.lists(periods(), min_size=1, max_size=6)
levels = st.floats(0.5, 0.999)
few_days = st.floats(0, 12)


def point(some, level, lead_time, *, alike=0.3, review=2.0, every="day"):
    return plan(some, every, 3, alike, Wish(level, lead_time, review))


@settings(max_examples=25, deadline=None)
@given(some, levels, levels, few_days, few_days, st.floats(0, 4), st.floats(0, 1))
def test_stocks_grow_with_service_level_and_lead_time_and_are_never_negative(
    some, one, other, short, long, spread, alike
):
    (low, high), (short, long) = sorted((one, other)), sorted((short, long))
    least = point(some, low, LeadTime(short, spread), alike=alike)
    surer = point(some, high, LeadTime(short, spread), alike=alike)
    longer = point(some, low, LeadTime(long, spread), alike=alike)
    slack = 1e-6 * (1 + max(period.hi95 for period in some))
    for more in (surer, longer):
        assert more.reorder_point >= least.reorder_point - slack
        assert more.order_up_to >= least.order_up_to - slack
    assert surer.safety_stock >= least.safety_stock - slack
    assert longer.expected >= least.expected - slack
    for each in (least, surer, longer):
        assert min(each.expected, each.reorder_point, each.safety_stock) >= 0
        assert each.order_up_to >= each.reorder_point - slack


@given(periods())
def test_a_period_keeps_its_mean_where_its_intervals_allow_it_and_its_ends_are_quantiles(period):
    strata = strata_of(period)
    assert list(strata) == sorted(strata)
    assert strata[0] >= 0
    assert strata[EDGES.index(0.9)] >= period.hi80 - 1e-9 >= strata[EDGES.index(0.9) - 1] - 2e-9


@given(st.lists(amounts, min_size=1, max_size=40))
def test_strata_keep_the_mean(values):
    found = stratified(values, [1 / len(values)] * len(values))
    assert mean(found) == pytest.approx(sum(values) / len(values), abs=1e-6)
    assert mean(apart(found, found)) == pytest.approx(2 * mean(found), abs=1e-6)
    assert mean(together(found, found)) == pytest.approx(2 * mean(found), abs=1e-6)
    assert part(found, 1.0) == pytest.approx(found, abs=1e-6)


def simulated(period, lead_time, level, alike, draws=15_000):
    """Demand over the lead time drawn by chance, period by period: whole periods only."""
    chance, strata = random.Random(7), strata_of(period)
    found = []
    for _ in range(draws):
        days = round(chance.choice(lead_time.cases()))
        same = chance.random() if chance.random() < alike else None
        ranks = [chance.random() if same is None else same for _ in range(days)]
        found.append(sum(strata[bisect(EDGES, rank) - 1] for rank in ranks))
    found.sort()
    return found[int(level * draws)], sum(found) / draws


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("alike", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(
    ("period", "tolerance"),
    [(Period(20, 12, 30, 8, 37), 0.03), (Period(0.4, 0, 1, 0, 3), 0.08)],
    ids=["steady", "slow seller"],
)
def test_the_reorder_point_is_what_a_simulation_finds(period, tolerance, alike, level):
    lead_time = LeadTime(6, 1.0, (-2.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0))
    found = point([period], level, lead_time, alike=alike)
    expected, average = simulated(period, lead_time, level, alike)
    assert found.reorder_point == pytest.approx(expected, rel=tolerance)
    assert found.expected == pytest.approx(average, rel=0.02)


def test_a_slow_seller_keeps_its_lean_where_a_bell_curve_would_not():
    found = point([Period(0.2, 0, 0, 0, 4)], 0.95, LeadTime(1, 0))
    assert found.reorder_point > 0.2 + 1.64 * 0.6


def test_nothing_sold_needs_nothing_kept():
    found = point([Period(0, 0, 0, 0, 0)], 0.99, LeadTime(10, 3))
    assert (found.expected, found.reorder_point, found.safety_stock, found.order_up_to) == (0, 0, 0, 0)
    assert found.order(0) == 0


def test_what_is_ordered_fills_up_from_the_reorder_point_down():
    found = point([Period(10, 8, 12, 6, 14)], 0.95, LeadTime(3, 0))
    assert found.order(found.reorder_point) == found.order_up_to - found.reorder_point
    assert found.order(found.reorder_point + 0.01) == 0
    assert found.order(0) == found.order_up_to


def test_beyond_the_forecast_its_last_season_is_taken_again_and_counted():
    a, b, c = (Period(mean, mean, mean, mean, mean) for mean in (1.0, 2.0, 3.0))
    assert extended([a, b, c], 2, 7) == [a, b, c, b, c, b, c]
    found = plan([a, b, c], "day", 2, 0.0, Wish(0.9, LeadTime(5, 0), 0))
    assert (found.expected, found.repeated) == (pytest.approx(11), 3)


def test_a_part_of_a_month_needs_a_part_of_its_demand():
    month = Period(300, 250, 350, 220, 380)
    found = plan([month], "month", 12, 0.5, Wish(0.95, LeadTime(10, 0), 0))
    assert found.expected == pytest.approx(300 * 10 / 30.4375, rel=0.01)


def test_lead_times_are_learnt_in_their_own_shape():
    assert sum(NORMAL) == pytest.approx(0, abs=1e-12)
    few = learnt([3, 5])
    assert (few.days, few.spread, few.shape) == (4, 1, NORMAL)
    many = learnt([2] * 80 + [12] * 20)
    assert many.days == 4
    assert max(many.cases()) == pytest.approx(12, rel=0.15)
    assert min(many.cases()) >= 1.5
    assert learnt([4] * 30).cases() == [4] * 9


def test_errors_of_a_window_are_alike_or_not():
    assert of_window([2, 2, 2]) == 1
    assert of_window([1, -1]) == -1
    assert of_window([0, 0]) is None
    assert of_window([5]) is None
    assert alike([a_result([3.0, 3.0], mode="slow"), a_result([1.0, -1.0])]) == {"slow": 1.0, "steady": 0.0}
    assert alike([]) == {}
