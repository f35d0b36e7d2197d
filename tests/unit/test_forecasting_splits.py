"""Nothing that is tested on is earlier than anything that was learnt from."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forecasting.splits import by_time, rolling_origins


@given(st.integers(0, 400), st.integers(1, 60), st.integers(1, 8), st.integers(1, 60))
def test_windows_lie_inside_the_series_in_order_and_leave_enough_to_learn_from(length, horizon, most, least):
    found = rolling_origins(length, horizon, most=most, least_history=least)
    assert len(found) <= most
    assert bool(found) == (length >= horizon + least)
    assert [origin.end for origin in found] == sorted({origin.end for origin in found})
    assert all(origin.end >= least and origin.end + horizon <= length for origin in found)
    assert not found or found[-1].end + horizon == length


def test_windows_stand_side_by_side_where_there_is_room():
    assert [origin.end for origin in rolling_origins(100, 10, most=4, least_history=14)] == [60, 70, 80, 90]
    assert [origin.end for origin in rolling_origins(40, 20, most=4, least_history=10)] == [10, 15, 20]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=200))
def test_a_split_by_time_never_puts_one_day_on_two_sides(numbers):
    days = [date(2026, 1, 1) + timedelta(days=n) for n in numbers]
    split = by_time(days)
    assert sorted(split.fit + split.calibrate + split.test) == list(range(len(days)))
    parts = [[days[i] for i in part] for part in (split.fit, split.calibrate, split.test)]
    filled = [part for part in parts if part]
    assert all(max(before) < min(after) for before, after in itertools.pairwise(filled))
