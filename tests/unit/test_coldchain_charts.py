"""Nothing is hidden by down-sampling, and a gap is never drawn across."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traceapp.coldchain.buckets import bucketed
from traceapp.coldchain.charts import SIZES, Plot, temperature
from traceapp.sensors.excursions import Rule, find
from traceapp.sensors.holding import hold

START, END = 1_760_000_000.0, 1_760_100_000.0


def series(world):
    times = np.array(sorted(world), dtype=float)
    return times, np.array([world[time] for time in times], dtype=float)


worlds = st.dictionaries(st.floats(START, END), st.floats(-30, 40), min_size=1, max_size=60)


@given(worlds, st.integers(1, 50))
def test_buckets_are_those_of_the_slow_definition(world, number):
    found = bucketed(series(world), START, END, number)
    slow = {}
    for time, value in world.items():
        slow.setdefault(max(n for n in range(number) if START + (END - START) / number * n <= time), []).append(value)
    rows = [slow[at] for at in sorted(slow)]
    assert found.least.tolist() == [min(row) for row in rows]
    assert found.most.tolist() == [max(row) for row in rows]
    assert found.count.tolist() == [len(row) for row in rows]
    assert np.allclose(found.mean, [sum(row) / len(row) for row in rows])
    assert sum(found.count) == len(world), "no reading is left out"


def drawn(times, values, rule, start=START, end=END):
    held = hold(times, values, start, end, rule.max_interval)
    return temperature(
        Plot(start, end, (held.times, held.values), held.gaps, rule.low, rule.high, find(held, rule)), SIZES[0]
    )


def test_one_reading_of_half_a_million_that_is_too_warm_is_seen():
    times = START + 60.0 * np.arange(525_600)
    values = np.full(525_600, 5.0)
    values[300_000] = 12.5
    chart = drawn(times, values, Rule(2, 8, minimum=0), end=float(times[-1]) + 60)
    assert len(chart.out) == len(chart.dots) == 1
    (left, width), (x, y) = chart.out[0], chart.dots[0]
    assert width >= 2
    assert left - 2 <= x <= left + width + 2
    assert SIZES[0].top <= y < SIZES[0].y1, "the scale reaches its extreme"


def test_a_line_is_broken_at_a_gap_and_nowhere_else():
    times = [START + 60 * at for at in range(60)] + [START + 40_000 + 60 * at for at in range(60)]
    chart = drawn(times, [5.0] * 120, Rule(2, 8))
    assert chart.line.count("M") == 2
    assert len(chart.gaps) == 2, "between, and after the last"
    assert drawn(times[:60], [5.0] * 60, Rule(2, 8), end=START + 3600).line.count("M") == 1


def test_a_reading_that_stands_alone_between_gaps_is_seen():
    chart = drawn([START, START + 50_000], [5.0, 6.0], Rule(2, 8))
    assert chart.line.count("h0") == 2


def test_strips_tell_where_calibration_had_expired_and_where_messages_were_changed():
    times = START + 60.0 * np.arange(1000)
    plot = Plot(START, END, (times, np.full(1000, 5.0)), expired=[(START + 50_000, END)], changed=[(0, START + 10)])
    chart, size = temperature(plot, SIZES[0]), SIZES[0]
    (left, width), (first, narrow) = chart.expired[0], chart.changed[0]
    assert left == (size.left + size.x1) / 2
    assert left + width == size.x1
    assert (first, narrow) == (size.left, 2), "never too narrow to be seen"
    assert temperature(Plot(START, END, plot.series, expired=[(END + 1, END + 2)]), size).expired == []


def test_what_has_no_readings_is_one_gap_and_no_line():
    chart = drawn([], [], Rule(2, 8))
    assert chart.line == chart.spread == ""
    assert len(chart.gaps) == 1
    assert chart.band is not None


@given(worlds)
def test_everything_lies_within_the_drawing(world):
    times, values = series(world)
    for size in SIZES:
        held = hold(times, values, START, END)
        rule = Rule(2, 8, minimum=0)
        chart = temperature(Plot(START, END, (times, values), held.gaps, 2, 8, find(held, rule)), size)
        for x, y in chart.dots:
            assert size.left <= x <= size.x1
            assert size.top - 1 <= y <= size.y1 + 1
        for left, width in [*chart.gaps, *chart.out]:
            assert size.left <= left <= left + width <= size.x1 + 2
