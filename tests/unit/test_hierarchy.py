"""Wholes are the sums of their parts, and their intervals are their own."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forecasting.demand.one import CHAMPION, Window
from forecasting.demand.result import ForecastRow
from forecasting.demand.series import Series
from forecasting.hierarchy.groups import groups, nodes, total
from tests.unit.forecasting_results import a_result

START = date(2026, 1, 12)


def a_part(product, place, means, errors=(), *, unit="", every="day", start=START):
    """(series, result, rows) with one test of 10 days for each list of errors."""
    windows = [
        Window(
            str(start - timedelta(days=30 * (n + 1))),
            list(range(len(each))),
            [10.0 + e for e in each],
            {CHAMPION: [10.0] * len(each)},
        )
        for n, each in enumerate(errors)
    ]
    series = Series(product, place, every, date(2025, 1, 6), unit, (1.0,), (0.0,))
    result = a_result([], product=product, place=place, every=every, first=str(start), windows=windows)
    rows = [
        ForecastRow(product, place, start + timedelta(days=n), mean, mean / 2, mean * 2, mean / 4, mean * 4)
        for n, mean in enumerate(means)
    ]
    return series, result, rows


def wholes(*parts, brands=None, regions=None):
    series, results, rows = zip(*parts, strict=True)
    found = groups(series, results, [row for some in rows for row in some], brands=brands or {}, regions=regions or {})
    return {(one.node.brand, one.node.region, one.node.unit): one for one in found}


BRANDS = {"a": "Sun", "b": "Sun", "c": "Moon"}
REGIONS = {"x": "Spain", "y": "Spain", "z": "Peru"}


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3))
def test_every_whole_is_the_sum_of_its_parts_as_they_are_shown(means):
    found = wholes(
        a_part("a", "x", [means[0]] * 2), a_part("b", "y", [means[1]] * 2), a_part("c", "z", [means[2]] * 2),
        brands=BRANDS, regions=REGIONS,
    )  # fmt: skip
    assert set(found) == {("Sun", "Spain", ""), ("Sun", "", ""), ("", "Spain", ""), ("", "", "")}
    shown = [round(mean, 6) for mean in means]
    assert [row.mean for row in found["", "", ""].rows] == [total(shown)] * 2
    assert found["Sun", "", ""].rows[0].mean == total(shown[:2])
    for one in found.values():
        for row in one.rows:
            assert row.lo95 <= row.lo80 <= row.hi80 <= row.hi95


def test_what_is_counted_differently_is_never_added_up():
    kilos, pieces = a_part("a", "x", [5, 5], unit="KGM"), a_part("b", "x", [5, 5])
    monthly = a_part("c", "x", [5, 5], every="month")
    later = a_part("d", "x", [5, 5], start=START + timedelta(days=1))
    assert wholes(kilos, pieces, monthly, later, regions=REGIONS) == {}
    assert wholes(kilos, a_part("c", "x", [1, 1], unit="KGM"), pieces)["", "", "KGM"].rows[0].mean == 6


def test_what_has_no_brand_or_region_is_part_of_everything_only():
    keys = {("a", "x"): ("day", "", START), ("q", "x"): ("day", "", START)}
    assert {(node.brand, node.region) for node in nodes(keys, BRANDS, {})} == {("", "")}


def test_errors_that_cancel_make_narrow_bands_and_errors_that_add_up_make_wide_ones():
    up, down = [[4.0, -4.0] * 10, [4.0, -4.0] * 10], [[-4.0, 4.0] * 10, [-4.0, 4.0] * 10]
    against = wholes(a_part("a", "x", [10], up), a_part("b", "x", [10], down))["", "", ""]
    alike = wholes(a_part("a", "x", [10], up), a_part("b", "x", [10], up))["", "", ""]
    assert (against.rows[0].lo80, against.rows[0].hi80) == (20, 20)
    assert (alike.rows[0].lo80, alike.rows[0].hi80) == (12, 28)
    assert alike.metrics == {"tests": 40, "wape": 0.4, "coverage80": 1.0, "coverage95": 1.0}


def test_parts_that_were_not_tested_together_leave_the_sums_of_their_ends():
    one = wholes(a_part("a", "x", [10], [[1.0] * 30]), a_part("b", "x", [10]))["", "", ""]
    assert one.metrics == {}
    assert (one.rows[0].lo80, one.rows[0].hi95) == (10, 80)


def test_what_is_closed_everywhere_is_closed():
    errors = [[1.0] * 30]
    one = wholes(a_part("a", "x", [0, 3], errors), a_part("b", "x", [0, 3], errors))["", "", ""]
    assert (one.rows[0].mean, one.rows[0].hi95) == (0, 0)
    assert one.rows[1].hi95 == 8
