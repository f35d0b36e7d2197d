"""What became of forecasts, in numbers anybody can work out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.governance.charts import Point, over_time
from forecasting.governance.figures import MOST, Outcome, groups, measures, millionths, psi, sizes

DEMAND = [Outcome(10, 8, True, "ES", "small"), Outcome(5, 10, False, "ES", "large"), Outcome(2, 2, True, "DE", "large")]


def test_demand_is_measured_by_wape_coverage_and_relative_bias() -> None:
    found = measures(DEMAND, absolute=True)
    assert found == {"rows": 3, "error": 350_000, "coverage": 666_667, "bias": -150_000}


def test_chances_are_measured_by_brier_and_mean_difference() -> None:
    found = measures([Outcome(0.8, 1, True), Outcome(0.4, 0, True)], absolute=False)
    assert found == {"rows": 2, "error": 100_000, "coverage": 1_000_000, "bias": 100_000}


def test_groups_are_by_region_and_size_the_largest_first() -> None:
    found = groups([*DEMAND, Outcome(1, 1, True)], absolute=True)
    assert [(one["by"], one["name"], one["rows"]) for one in found] == [
        ("region", "ES", 2), ("size", "large", 2), ("region", "DE", 1), ("size", "small", 1),
    ]  # fmt: skip
    assert found[0]["bias"] == -166_667


def test_nothing_sold_where_something_was_said_is_the_largest_error_and_not_a_crash() -> None:
    found = measures([Outcome(3, 0, False)], absolute=True)
    assert (found["error"], found["bias"]) == (MOST, MOST)
    assert measures([Outcome(0, 0, True)], absolute=True)["error"] == 0
    assert (millionths(math.nan), millionths(-1e30)) == (MOST, -MOST)


def test_the_same_values_do_not_drift_and_others_do() -> None:
    before = [float(number % 100) for number in range(1000)]
    assert psi(before, before) == pytest.approx(0, abs=1e-9)
    assert psi(before, [value * 1.02 for value in before]) < 0.1
    assert psi(before, [value * 3 for value in before]) > 0.25
    assert psi([], before) == psi(before, []) == 0
    # By hand: two bins of a half each, now three quarters and one.
    assert psi([0.0, 1.0], [0.0, 1.0, 1.0, 1.0]) == pytest.approx(
        (0.25 - 0.5) * math.log(0.5) + (0.75 - 0.5) * math.log(1.5)
    )


@given(st.lists(st.floats(-1e9, 1e9), max_size=50), st.lists(st.floats(-1e9, 1e9), max_size=50))
def test_drift_is_a_number_and_never_negative(before: list[float], now: list[float]) -> None:
    found = psi(before, now)
    assert math.isfinite(found)
    assert found >= -1e-12


def test_vendors_are_in_thirds() -> None:
    assert sizes({"a": 1, "b": 2, "c": 3}) == {"a": "small", "b": "medium", "c": "large"}
    assert sizes({}) == {}
    assert sizes({"a": 1}) == {"a": "small"}


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_drawing_has_every_point_inside_it(count: int) -> None:
    points = [Point(f"2026-05-{number + 1:02}", 0.1 * number - 0.2, number == 2) for number in range(count)]
    for drawing in over_time(points, [0.25, -0.25], percent=True):
        assert len(drawing.dots) == count
        assert len(drawing.leads) == 2
        for x, y, _, _ in drawing.dots:
            assert drawing.size.left <= x <= drawing.size.x1
            assert drawing.size.top <= y <= drawing.size.y1
