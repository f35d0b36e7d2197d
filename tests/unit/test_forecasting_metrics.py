"""Measures against values worked out by hand, and properties that must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import metrics


def test_errors_of_a_small_example():
    actual, said = [3.0, 5.0, 2.0], [2.0, 5.0, 4.0]
    assert metrics.mae(actual, said) == pytest.approx(1.0)
    assert metrics.rmse(actual, said) == pytest.approx(math.sqrt(5 / 3))
    assert metrics.wape(actual, said) == pytest.approx(0.3)
    assert metrics.mase(actual, said, 2.0) == pytest.approx(0.5)


def test_the_scale_of_mase_leaves_gaps_out():
    assert metrics.seasonal_scale([1, 2, None, 4, 3, 9], 2) == pytest.approx((2 + 5) / 2)
    assert math.isnan(metrics.seasonal_scale([1, 2], 7))


def test_pinball_weighs_the_two_sides_by_the_level():
    assert metrics.pinball([10.0], [8.0], 0.9) == pytest.approx(1.8)
    assert metrics.pinball([8.0], [10.0], 0.9) == pytest.approx(0.2)


def test_nothing_sold_has_no_wape_and_constant_sales_no_mase():
    assert math.isnan(metrics.wape([0.0, 0.0], [1.0, 1.0]))
    assert math.isnan(metrics.mase([1.0], [1.0], 0.0))


def test_probabilities_of_a_small_example():
    late, said = [True, False, True, False], [0.9, 0.2, 0.4, 0.4]
    assert metrics.brier(late, said) == pytest.approx((0.01 + 0.04 + 0.36 + 0.16) / 4)
    assert metrics.auc(late, said) == pytest.approx(3.5 / 4)
    assert metrics.average_precision(late, said) == pytest.approx((1 + 2 / 3) / 2)
    assert metrics.log_loss([True], [0.5]) == pytest.approx(math.log(2))
    assert metrics.log_loss([True], [0.0]) < 40
    assert math.isnan(metrics.auc([True, True], [0.1, 0.2]))


def test_a_forecast_that_says_what_happens_is_calibrated():
    late = [number % 4 == 0 for number in range(400)]
    assert metrics.ece(late, [0.25] * 400, bins=4) == pytest.approx(0.0)
    assert metrics.ece(late, [0.75] * 400, bins=4) == pytest.approx(0.5)
    assert [part.count for part in metrics.reliability(late, [0.25] * 400, bins=3)] == [134, 134, 132]


pairs = st.lists(st.tuples(st.integers(-1000, 1000).map(float), st.integers(-1000, 1000).map(float)), min_size=1)


@given(pairs)
def test_rmse_is_never_below_mae_and_both_are_zero_only_for_perfection(rows):
    actual, said = [a for a, _ in rows], [s for _, s in rows]
    assert metrics.rmse(actual, said) >= metrics.mae(actual, said) * (1 - 1e-9)
    assert metrics.mae(actual, actual) == 0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2))
def test_auc_turns_around_with_the_ranking(rows):
    late, said = [y for y, _ in rows], [p for _, p in rows]
    one, other = metrics.auc(late, said), metrics.auc(late, [-p for p in said])
    assert math.isnan(one) == (len(set(late)) < 2)
    assert math.isnan(one) or one + other == pytest.approx(1.0)
