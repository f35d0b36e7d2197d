"""Durations: one rule on a leg's page and in a settlement's sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.coldchain.presenting import duration
from traceapp.payments import sheet_words
from traceapp.sensors.summary import minutes_begun


@pytest.mark.parametrize(
    ("seconds", "begun", "left"),
    [
        (0, "0 min", "0 min"),
        (0.2, "1 min", "1 min"),
        (60, "1 min", "1 min"),
        (60.9, "1 min", "1 min"),
        (150, "3 min", "2 min"),
        (3600, "1 h", "1 h"),
        (9601, "2 h 41 min", "2 h 40 min"),
        (273_601, "3 d 4 h", "3 d 4 h"),
    ],
)
def test_what_was_is_told_in_minutes_begun_and_what_is_left_in_full_ones(seconds, begun, left):
    assert duration(seconds) == begun
    assert duration(seconds, left=True) == left


@given(st.integers(1, 47 * 3600))
def test_a_settlement_tells_the_same_minutes(seconds):
    hours, minutes = divmod(minutes_begun(seconds), 60)
    said = " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes or not hours else []))
    assert duration(seconds) == said == sheet_words._seconds(str(seconds))
