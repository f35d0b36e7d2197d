"""Months of unequal length, whole years that come again, and the level that slow sellers' tests show."""

import math
from calendar import monthrange
from datetime import date

import pytest

from forecasting.demand import arrays, champion, local, offered, plain, trees, usual, workdays
from forecasting.demand.candidates import TREES_MIDDLE
from forecasting.demand.levelled import levelled
from forecasting.demand.one import CHAMPION, SeriesResult, Window
from forecasting.demand.panel import panels
from forecasting.demand.series import Series

PULL = 0.03


def months(values, product="a", country="") -> Series:
    return Series(product, "p", "month", date(2015, 1, 1), "", tuple(values), (0.0,) * len(values), (), country)


def by_days(count, level=100.0, chance=0.0):
    """Sales of an office: so much a day, more in a month of many working days."""
    found = []
    for at in range(count):
        days, working = workdays.days_of("", 2015 + at // 12, at % 12 + 1)
        wobble = chance * math.sin(7.0 * at * level)
        found.append(level * days / 30 * math.exp(PULL * (working - 5 / 7 * days) + wobble))
    return found


def test_working_days_are_neither_weekends_nor_holidays():
    assert workdays.days_of("", 2026, 2) == (28, 20)
    assert workdays.days_of("", 2026, 5) == (31, 21)
    assert workdays.days_of("DE", 2026, 5) == (31, 18)


def test_the_pull_of_working_days_is_found_and_nothing_after_the_origin_is_looked_at():
    panel = panels([months(by_days(84, 50.0 + n, 0.01), str(n)) for n in range(5)])[0]
    assert workdays.pull_of(panel, 84) == pytest.approx(PULL, abs=0.004)
    altered = panels([months([*by_days(72, 50.0 + n, 0.01), *[1e6] * 12], str(n)) for n in range(5)])[0]
    assert workdays.pull_of(altered, 72) == workdays.pull_of(panel, 72) != 0


@pytest.mark.parametrize(
    "values",
    [[5.0] * 84, [0.0, 3.0] * 42, [7.0] * 20, [10 + 3 * math.sin(40.0 * at) for at in range(84)]],
    ids=["constant", "zeros", "short", "chance alone"],
)
def test_where_it_is_not_clear_nothing_is_adjusted(values):
    panel = panels([months(values)])[0]
    assert workdays.pull_of(panel, len(values)) == 0.0
    assert workdays.factors(panel.series[0], 0.0, 3) == [1.0] * 3


def test_a_model_sees_months_of_one_size_and_answers_for_those_to_come():
    values = by_days(60)
    truth = by_days(72)[60:]
    even = local.say(months(values), "usual", 60, 12, PULL)
    plain = local.say(months(values), "usual", 60, 12)
    assert even == pytest.approx(truth, rel=1e-6)
    assert sum(abs(a - b) for a, b in zip(plain, truth, strict=True)) > 10


def test_trees_see_months_of_one_size_too():
    panel = panels([months(by_days(72, 40.0 + n), str(n)) for n in range(8)])[0]
    said = trees.say(arrays.Grid(panel), TREES_MIDDLE, 72, 12, PULL)
    for n in range(8):
        assert said[n].tolist() == pytest.approx(by_days(84, 40.0 + n)[72:], rel=0.01)


def test_a_year_comes_again_with_part_of_its_growth():
    before = [10.0 + at for at in range(12)]
    last = [1.2 * value for value in before]
    said = usual.grown([*before, *last], 12, 18)
    assert all(value < new < 1.2 * value for value, new in zip(last, said, strict=False))
    assert said[12] > said[0]
    assert usual.grown([0.0] * 24, 12, 3) == [0.0] * 3


def test_the_usual_year_keeps_what_comes_each_year_and_forgets_what_came_once():
    shape = [20.0 if at == 11 else 10.0 for at in range(12)]
    said = usual.usual(shape * 4, 12, 12)
    assert said == pytest.approx(shape)
    once = [*shape * 3, *[30.0 if at == 4 else value for at, value in enumerate(shape)]]
    assert usual.usual(once, 12, 12)[4] < 20 < 1.5 * usual.usual(once, 12, 12)[11]
    assert usual.usual([0.0] * 24, 12, 2) == [0.0, 0.0]


def test_the_usual_year_follows_a_level_that_has_just_moved():
    shape = [20.0 if at == 11 else 10.0 for at in range(12)]
    said = usual.usual([*shape * 3, *[2 * value for value in shape[:6]]][6:], 12, 12)
    assert sum(said) > 1.6 * sum(shape)
    assert max(said) == said[5]


def test_of_slow_sellers_the_total_of_a_test_counts():
    rare = [0.0] * 5 + [6.0]
    trials = [champion.Trial(1.0, rare, {"zero": [0.0] * 6, "fair": [1.0] * 6, "peak": [5.0] * 6})]
    assert champion.choose(["zero", "fair", "peak"], trials, slow=True, default=[]) == ["fair"]


def test_the_level_follows_many_tests_slowly_and_within_bounds():
    def tests(count, actual, said):
        return [([actual] * 3, [said] * 3) for _ in range(count)]

    assert champion.level([]) == champion.level(tests(99, 1.0, 0.0)) == 1.0
    assert champion.level(tests(9, 0.9, 1.0)) == 1.0
    assert champion.level(tests(900, 0.95, 1.0)) == 0.95
    assert champion.level(tests(900, 0.1, 1.0)) == 0.9
    assert champion.level(tests(900, 9.0, 1.0)) == 1.25


def test_a_test_has_no_say_in_the_level_of_its_own_forecast():
    def result(last):
        windows = [
            Window(start, [0], [actual], {CHAMPION: [2.0], "tsb": [2.0]})
            for start, actual in (("2026-01-01", 1.8), ("2026-02-01", last))
        ]
        return SeriesResult("a", "p", "month", 12, "slow", "tsb", "2026-03-01", [2.0], 1.0, windows)

    calm, wild = (levelled([result(last)] * 500) for last in (1.8, 40.0))
    assert calm[0].windows[1] == Window("2026-02-01", [0], [1.8], wild[0].windows[1].said)
    assert calm[0].windows[0].said[CHAMPION] < wild[0].windows[0].said[CHAMPION]
    assert calm[0].mean[0] < wild[0].mean[0] == 2.0
    assert calm[0].windows[0].said["tsb"] == [2.0]


def test_lengths_of_months_are_those_of_the_calendar():
    series = months([1.0] * 14)
    sizes = workdays.factors(series, 1e-9, 14)
    assert sizes[1] / sizes[0] == pytest.approx(monthrange(2015, 2)[1] / 31, rel=1e-6)


def test_goods_that_are_on_offer_together_are_told_from_others():
    import numpy as np

    weeks = [n // 7 % 4 for n in range(112)]
    offers = np.array([[float(week == brand) for week in weeks] for brand in (0, 0, 0, 2, 2)] + [[0.0] * 112])
    shared = offered.together(offers)
    assert shared[0].tolist() == [0.0, 0.5, 0.5, 0.0, 0.0, 0.0]
    assert shared[3].tolist() == [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    assert not shared[5].any()


def test_trees_learn_that_an_offer_of_the_same_brand_takes_sales():
    shape = [8.0, 9.0, 10.0, 11.0, 12.0, 16.0, 14.0]
    plans = [[float(n // 7 * 7 % 11 in range(3) and n % 7 < 5) for n in range(203)] for _ in range(2)]
    rival = [float(n // 7 % 3 == 1 and n // 21 % 2 == 0) for n in range(203)]
    plans = [plans[0], [max(a, b) for a, b in zip(plans[0], rival, strict=True)]]
    sold = [
        [shape[n % 7] * (3 if mine[n] else 0.4 if other[n] else 1) for n in range(203)]
        for mine, other in (plans, plans[::-1])
    ]
    series = [
        Series(
            f"{k}-{copy}",
            "p",
            "day",
            date(2025, 1, 6),
            "",
            tuple(sold[k][:196]),
            tuple(plans[k][:196]),
            tuple(plans[k][196:]),
        )
        for k in (0, 1)
        for copy in range(3)
    ]
    said = trees.say(arrays.Grid(panels(series)[0]), TREES_MIDDLE, 196, 7)
    for row, k in zip(said, (0, 0, 0, 1, 1, 1), strict=True):
        assert row.tolist() == pytest.approx(sold[k][196:], rel=0.35)


def test_a_day_on_which_no_series_sold_anything_teaches_nothing():
    shut = {20, 61}
    series = [
        Series(
            str(k),
            "p",
            "day",
            date(2025, 1, 6),
            "",
            tuple(0.0 if n in shut else 5.0 + k for n in range(80)),
            (0.0,) * 80,
        )
        for k in range(6)
    ]
    assert arrays.Grid(panels(series)[0]).values.min() == 5.0
    assert arrays.Grid(panels(series[:3])[0]).values.min() == 0.0


def test_growth_goes_on_where_it_did_before_and_not_where_years_go_up_and_down():
    steady = months([100 * 1.1 ** (at // 12) for at in range(72)])
    by_turns = months([(110.0, 100.0)[at // 12 % 2] for at in range(72)])
    found = [plain.pace(arrays.Grid(panels([each])[0]), 72) for each in (steady, by_turns)]
    assert found == [plain.MOST_PACE, 0.0]
    assert plain.pace(arrays.Grid(panels([months([0.0, 1.0] * 36)])[0]), 72) == 0.0
