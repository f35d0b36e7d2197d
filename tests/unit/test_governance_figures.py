"""What became of forecasts, in numbers anybody can work out by hand."""

import math
import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.governance.charts import Point, over_time
from forecasting.governance.figures import LEAST, MOST, Outcome, drift, groups, measures, millionths, psi, sizes
from forecasting.governance.outcomes import DELAYS, Actuals, in_windows
from forecasting.governance.windows import _cut

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
    # By hand: two bins with one and one, now one and three, and half a value more in each.
    assert psi([0.0, 1.0], [0.0, 1.0, 1.0, 1.0]) == pytest.approx(
        (0.3 - 0.5) * math.log(0.3 / 0.5) + (0.7 - 0.5) * math.log(0.7 / 0.5)
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


WEEKDAYS = (0.7, 0.8, 0.9, 1.0, 1.3, 1.6, 0.7)


def weeks(seed: str, *, series: int = 3, count: int = 60, season: float = 0.0, growth: float = 0.0, alike: float = 0.0):
    """Weeks of values in which nothing changes but chance, weekdays, the time of the year, growth, and the day's own luck."""
    chance, luck = random.Random(seed), 0.0
    for week in range(count):
        values = []
        for day in range(7 * week, 7 * week + 7):
            luck = 0.8 * luck + chance.gauss(0, alike)
            level = WEEKDAYS[day % 7] * (1 + season * math.sin(day / 58)) * (1 + growth * day / 365) * math.exp(luck)
            values += [level * math.exp(chance.gauss(0, 0.3)) for _ in range(series)]
        yield values


@pytest.mark.parametrize(
    "world",
    [{}, {"season": 0.5}, {"growth": 0.5}, {"alike": 0.1}, {"series": 10, "season": 0.5, "growth": 0.3}, {"count": 10}],
    ids=str,
)
def test_a_week_in_which_nothing_changed_is_no_drift_and_one_that_tripled_is(world: dict[str, Any]) -> None:
    trials = [list(weeks(f"{world}{number}", **world)) for number in range(40)]
    alarms = sum(drift(past, now) > 0.25 for *past, now in trials)
    found = sum(drift(past, [3 * value for value in now]) > 0.25 for *past, now in trials)
    assert alarms <= 2
    assert found >= 38


def test_the_index_alone_would_ring_in_most_weeks_of_a_season() -> None:
    trials = [list(weeks(str(number), season=0.5)) for number in range(40)]
    assert sum(psi([value for week in past for value in week], now) > 0.25 for *past, now in trials) >= 10


def days_late(chance: random.Random, *, late: float) -> float:
    """Most come on the very day, some early, some late."""
    return float(chance.randint(1, 20) if chance.random() < late else chance.choice([0, 0, 0, -chance.randint(1, 15)]))


@pytest.mark.parametrize("rows", [20, 60])
@pytest.mark.parametrize("windows", [2, 12])
def test_as_many_late_as_ever_is_no_drift_in_200_draws_and_a_wave_of_late_ones_is(rows: int, windows: int) -> None:
    alarms = found = 0
    for number in range(200):
        chance = random.Random(f"{rows} {windows} {number}")
        past = [[days_late(chance, late=0.1) for _ in range(rows)] for _ in range(windows)]
        alarms += drift(past, [days_late(chance, late=0.1) for _ in range(rows)]) > 0.25
        found += drift(past, [days_late(chance, late=0.7) for _ in range(rows)]) > 0.25
    assert alarms <= 2
    assert found >= 180


def test_late_ones_are_not_counted_with_those_on_the_day() -> None:
    punctual = [[0.0] * 30 for _ in range(6)]
    assert drift(punctual, [0.0] * 30) == 0
    assert drift(punctual, [0.0] * 15 + [9.0] * 15) > 0.25
    assert psi([0.0] * 100, [9.0] * 100) > 0.25


def test_of_few_values_nothing_is_said() -> None:
    past = [[1.0, 2.0, 3.0] * 7 for _ in range(20)]
    assert drift(past, [100.0] * (LEAST - 1)) == 0
    assert drift(past, [100.0] * LEAST) > 1
    assert drift([], [1.0] * LEAST) == drift([[]], [1.0] * LEAST) == 0


def test_windows_hold_enough_rows_to_say_something() -> None:
    day = date(2026, 5, 4)
    rows = [(day + timedelta(days=n), day + timedelta(days=n), str(n)) for n in range(56)]
    assert [(one.rows, (one.end - one.start).days + 1) for one in _cut(rows)] == [(21, 21), (21, 21), (14, 21)]
    assert [one.rows for one in _cut(rows * 3)] == [21] * 8
    assert [one.rows for one in _cut(rows[:5])] == [5]


def test_the_past_is_measured_in_units_of_what_was_known_before_each_window() -> None:
    begun = date(2026, 1, 5)
    doubling = [(begun + timedelta(days=day), 2.0 ** (day // 7)) for day in range(7 * 7)]
    found = in_windows(Actuals(begun, before={("a", "b"): doubling}), 7)
    assert [len(window) for window in found] == [7] * 6  # of the first nobody could have known the level
    assert [window[0] for window in found[3:]] == pytest.approx([16 / 3.75] * 3)
    late = [(begun + timedelta(days=day), float(day)) for day in range(14)]
    assert in_windows(Actuals(begun, before={DELAYS: late}), 7) == [
        [*map(float, range(7))],
        [*map(float, range(7, 14))],
    ]
    assert in_windows(Actuals(begun), 7) == []
