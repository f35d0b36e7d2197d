"""Figures of temperatures against plain, slow definitions and what is published."""

import math
from decimal import Decimal, getcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chaincode.traceability.rules import figures as contract_figures
from traceapp.sensors import slices
from traceapp.sensors.excursions import Rule, Side, budget, find, warning
from traceapp.sensors.holding import hold
from traceapp.sensors.kinetics import mean_kinetic_temperature, worst_window
from traceapp.sensors.summary import figures, summarise

getcontext().prec = 60
MOST = 60  # seconds between readings, in these worlds of seconds
START, END = 1_000, 1_400


@pytest.fixture(autouse=True, scope="module")
def many_slices():
    """A few readings are worked out in pieces, as a year of them is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(slices, "SLICE", 7)
        yield


worlds = st.dictionaries(st.integers(START, END), st.integers(-60, 160).map(lambda v: v / 4), max_size=40)


def slow_second_by_second(world):
    """What holds in each second [s, s + 1): a value, or None in a gap. One second at a time, from the words of the rule."""
    known = []
    for second in range(START, END):
        before = [t for t in world if t <= second]
        after = [t for t in world if t > second]
        following = min(after, default=END)
        known.append(world[max(before)] if before and following - max(before) <= MOST else None)
    return known


def held_of(world, order=None):
    times = list(world) if order is None else order
    return hold(times, [world[t] for t in times], START, END, MOST)


def slow_mkt(kelvins):
    ratio = Decimal(10_000)
    inner = sum((-ratio / k).exp() for k in kelvins) / len(kelvins)
    return float(ratio / -inner.ln() - Decimal("273.15"))


@given(worlds, st.randoms())
def test_mean_minutes_and_gaps_are_those_of_the_slow_definition_in_any_order(world, chance):
    order = list(world)
    chance.shuffle(order)
    summary = summarise(held_of(world, order), 2.0, 8.0)
    seconds = slow_second_by_second(world)
    known = [v for v in seconds if v is not None]
    assert summary.missing == seconds.count(None)
    assert summary.below == sum(v < 2 for v in known)
    assert summary.above == sum(v > 8 for v in known)
    assert summary.readings == len(world)
    assert (summary.min, summary.max) == (min(world.values(), default=None), max(world.values(), default=None))
    if known:
        assert summary.mean == pytest.approx(sum(known) / len(known), abs=1e-9)
    assert summary.degree_hours_above == pytest.approx(sum(max(v - 8, 0) for v in known) / 3600, abs=1e-12)
    assert summary.degree_hours_below == pytest.approx(sum(max(2 - v, 0) for v in known) / 3600, abs=1e-12)


@given(worlds)
def test_known_and_unknown_time_are_all_the_time(world):
    held = held_of(world)
    assert held.missing + held.known == pytest.approx(END - START)
    assert all(since < until for since, until in held.gaps)
    assert held.gaps == sorted(held.gaps)


@given(worlds)
def test_mean_kinetic_temperature_is_that_of_the_slow_definition(world):
    held = held_of(world)
    known = [Decimal(v) + Decimal("273.15") for v in slow_second_by_second(world) if v is not None]
    mkt = mean_kinetic_temperature(held)
    assert (mkt is None) == (not known)
    if known:
        assert mkt == pytest.approx(slow_mkt(known), abs=1e-8)


@given(worlds, st.integers(1, 500))
def test_the_worst_window_is_the_worst_of_all_windows(world, window):
    known = [v for v in slow_second_by_second(world) if v is not None]
    worst = worst_window(held_of(world), window)
    assert (worst is None) == (not known)
    if not known:
        return
    rates = [math.exp(-10_000 / (v + 273.15)) for v in known]
    wide = min(window, len(known))
    best = max(sum(rates[at : at + wide]) for at in range(len(known) - wide + 1)) / wide
    assert worst.mkt == pytest.approx(10_000 / -math.log(best) - 273.15, abs=1e-6)


@given(st.lists(st.floats(-30, 45).map(lambda v: round(v, 6)), min_size=1, max_size=50))
def test_mean_kinetic_temperature_lies_between_the_mean_and_the_maximum(values):
    mkt = mean_kinetic_temperature(readings(*values))
    assert sum(values) / len(values) - 1e-9 <= mkt <= max(values) + 1e-9


def test_mean_kinetic_temperature_of_a_published_worked_example():
    """23 °C and 25 °C, worked step by step in https://e-com-net.com/article/1304841204579471360.htm.

    It prints the exponents -33.772 and -33.546 (with 273.1 for absolute zero) and takes -10,000 K by the logarithm of
    the mean of their exponentials. From these printed figures: -10000 / ln((e^-33.772 + e^-33.546) / 2).
    """
    printed = -10_000 / math.log((math.exp(-33.772) + math.exp(-33.546)) / 2) - 273.1
    mkt = mean_kinetic_temperature(readings(23.0, 25.0))
    assert mkt == pytest.approx(printed, abs=0.01)
    assert round(mkt, 2) == 24.05


@pytest.mark.parametrize(
    ("at", "temperatures", "mean"),
    [
        ((0, 10, 300, 600), (36.5, 36.8, 37.2, 36.9), 36.995),
        ((0, 180, 600), (40.1, 40.5, 40.3), 40.38),
        ((0, 120, 240, 360, 600), (22.0, 22.5, 23.0, 22.8, 22.6), 22.62),
    ],
)
def test_time_weighted_mean_of_a_published_worked_example(at, temperatures, mean):
    """Three loggers that measure at uneven times, with their time-weighted means: example 2 of `rowTwavg` in the
    reference of DolphinDB, https://docs.dolphindb.cn/en/Functions/r/rowTwavg.html.
    """
    held = hold(list(at), list(temperatures), at[0], at[-1], 900)
    assert summarise(held, None, None).mean == pytest.approx(mean, abs=1e-9)


def test_nothing_vanishes_where_single_terms_would():
    """exp(-10000/3) is 0 in floating point; its logarithm is not."""
    assert mean_kinetic_temperature(readings(-270.15, -270.15)) == pytest.approx(-270.15)


def slow_excursions(world, rule):
    """The words of the rule, reading by reading."""
    found, running = [], None
    for time in sorted(world):
        value = world[time]
        if running is None and value > rule.high:
            running = time
        elif running is not None and value <= rule.high - rule.hysteresis:
            found.append((running, time))
            running = None
    if running is not None:
        last = max(world)
        until = END if END - last <= MOST else last
        found.append((running, until))
    return [(since, until) for since, until in found if until - since >= rule.minimum]


@given(worlds, st.integers(0, 100), st.integers(0, 8))
def test_excursions_are_those_of_the_slow_definition(world, minimum, quarter_degrees):
    rule = Rule(None, 8.0, hysteresis=quarter_degrees / 4, minimum=minimum, max_interval=MOST)
    found = find(held_of(world), rule)
    slow = slow_excursions(world, rule)
    assert [one.start for one in found] == [since for since, _ in slow]
    assert [one.end for one in found if one.end is not None] == [until for _, until in slow][
        : sum(one.end is not None for one in found)
    ]
    assert all(one.end is not None for one in found[:-1])
    seconds = slow_second_by_second(world)
    for one, (since, until) in zip(found, slow, strict=True):
        part = seconds[int(since) - START : int(until) - START]
        assert one.outside == sum(v is not None and v > 8 for v in part)
        assert one.unknown == part.count(None)
        assert one.extreme == max(world[t] for t in world if since <= t and (t < until or one.end is None))


@given(worlds, st.integers(0, 100))
def test_too_cold_mirrors_too_warm(world, minimum):
    warm = find(held_of(world), Rule(None, 8.0, minimum=minimum, max_interval=MOST))
    mirrored = {t: -v for t, v in world.items()}
    cold = find(held_of(mirrored), Rule(-8.0, None, minimum=minimum, max_interval=MOST))
    assert [(o.start, o.end, o.extreme, o.outside) for o in warm] == [
        (o.start, o.end, -o.extreme, o.outside) for o in cold
    ]


@given(worlds)
def test_without_minimum_and_hysteresis_no_minute_outside_the_band_is_in_no_excursion(world):
    held = held_of(world)
    summary = summarise(held, None, 8.0)
    assert sum(one.outside for one in find(held, Rule(None, 8.0, hysteresis=0, minimum=0))) == summary.above


def readings(*values, every=60.0, start=0.0):
    times = [start + every * at for at in range(len(values))]
    return hold(times, values, start, times[-1] + every, 900)


def test_a_value_that_trembles_about_the_limit_is_one_excursion():
    (one,) = find(readings(7, 8.1, 7.9, 8.1, 7.9, 8.1, 7.9, 7.4), Rule(2, 8, hysteresis=0.5, minimum=0))
    assert (one.start, one.end, one.extreme) == (60, 420, 8.1)
    assert one.outside == 180


def test_a_gap_neither_ends_an_excursion_nor_counts_as_time_outside():
    held = hold([0, 60, 4000, 4060], [9, 9, 9, 4], 0, 4120, 900)
    (one,) = find(held, Rule(2, 8, minimum=600))
    assert (one.start, one.end, one.outside, one.unknown) == (0, 4060, 120, 3940)


def test_a_lone_reading_far_out_between_two_gaps_does_not_vanish():
    held = hold([0, 5000, 10_000], [5, 25, 5], 0, 10_060, 900)
    (one,) = find(held, Rule(2, 8))
    assert (one.start, one.end, one.extreme, one.outside) == (5000, 10_000, 25, 0)


def test_one_that_lasts_has_no_end():
    (one,) = find(readings(5, 9, 9, 9), Rule(2, 8, minimum=0))
    assert one.end is None
    assert one.lasted(now=600) == 540


def test_freezing_is_told_at_once_though_an_excursion_has_a_minimum_duration():
    held = readings(3, 3, -0.2, 3, 3)
    rule = Rule(2, 8, minimum=3600, freezing=0.0)
    assert [(one.side, one.start, one.end) for one in find(held, rule)] == [(Side.FREEZING, 120, 180)]
    assert find(held, Rule(2, 8, minimum=3600)) == []


def test_a_refrigerator_by_the_alarms_that_who_asks_for():
    """WHO PQS E006 TR06: above 8 °C for 10 hours, and at or below -0.5 °C for 60 minutes."""
    rule = Rule(-0.5, 8.0, hysteresis=0, minimum=36_000)
    ten_hours = hold(range(0, 86_400, 600), [9.0 if 6 <= at < 66 else 5.0 for at in range(144)], 0, 86_400, 600)
    assert [one.outside for one in find(ten_hours, rule)] == [36_000]
    shorter = hold(range(0, 86_400, 600), [9.0 if 6 <= at < 65 else 5.0 for at in range(144)], 0, 86_400, 600)
    assert find(shorter, rule) == []


def test_a_warning_names_the_time_at_which_the_limit_will_be_passed():
    rule = Rule(2, 8, warn_within=1800)
    said = warning(readings(*(6 + at / 10 for at in range(10))), rule)
    assert said.side is Side.ABOVE
    assert said.at == pytest.approx(540 + 660)
    assert said.slope == pytest.approx(6.0)
    assert warning(readings(*(4 - at / 10 for at in range(10))), rule).side is Side.BELOW


@pytest.mark.parametrize(
    "values",
    [(5, 5, 5, 5), (8.5, 8.6, 8.7), (5.0, 5.001, 5.002), (5, 9), (8.3, 8.2, 8.1, 7.9), ()],
    ids=["steady", "beyond already", "far away", "too few", "on the way back", "nothing"],
)
def test_no_warning_where_nothing_is_coming(values):
    held = readings(*values) if values else hold([], [], 0, 60)
    assert warning(held, Rule(2, 8, warn_within=1800)) is None


def test_a_warning_is_not_drawn_across_a_gap():
    held = hold([0, 60, 4000, 4060], [2.5, 2.6, 7.0, 7.1], 0, 4120, 900)
    assert warning(held, Rule(2, 8)) is None


def test_the_stability_budget_is_one_for_the_whole_journey():
    rule = Rule(2, 8, budget=600, ceiling=25)
    first, second = readings(9, 9, 9, 5), readings(5, 10, 10, 5)
    both = budget([first, second], rule)
    assert (both.spent, both.left, both.beyond) == (300, 300, False)
    assert budget([first, second, readings(26)], rule).left == 0
    assert budget([first], Rule(2, 8)) is None


def test_a_conversion_that_leaves_a_trace_beyond_the_limit_is_at_the_limit():
    assert summarise(readings(8.000000000000002, 5), 2, 8).above == 0


def test_the_figures_for_the_ledger_are_integers_that_agree_with_each_other():
    held = hold([0, 60.4, 120.9], [1.004, 9.996, 5], 0, 2000, 900)
    said = figures(summarise(held, 2.0, 8.0, 86_400), 2.0, 8.0)
    assert all(isinstance(value, int) for value in said.values())
    assert said["outside"] == said["below"] + said["above"]
    assert (said["min"], said["max"], said["bandMin"], said["bandMax"]) == (100, 1000, 200, 800)
    assert said["gap"] == said["missing"] == 1879
    nothing = figures(summarise(hold([], [], 0, 60), None, None), None, None)
    assert (nothing["mean"], nothing["mkt"], nothing["bandMin"], nothing["missing"]) == (None, None, -27_315, 60)


finely = st.dictionaries(st.floats(START, END), st.floats(-20, 40), max_size=12)


@given(finely, st.floats(0.001, 0.999))
def test_the_contract_finds_no_contradiction_in_figures_however_they_are_rounded(world, part):
    held = hold(list(world), list(world.values()), START, END + part, MOST)
    said = figures(summarise(held, 2.0, 8.0, 300), 2.0, 8.0)
    assert contract_figures.parse(said, round((END + part - START) * 1000)).readings == len(world)


@given(worlds, st.floats(0.01, 100))
def test_figures_do_not_depend_on_where_time_begins(world, shift):
    assume(world)
    moved = hold(
        [t + shift * 1000 for t in world], list(world.values()), START + shift * 1000, END + shift * 1000, MOST + 0.001
    )
    there = summarise(hold(list(world), list(world.values()), START, END, MOST + 0.001), 2, 8, 300)
    here = summarise(moved, 2, 8, 300)
    assert here.above == pytest.approx(there.above, abs=1e-3)
    assert (here.mkt is None) == (there.mkt is None)


def test_times_and_bands_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="an end not before its start"):
        hold([], [], 10, 5)
    assert hold([], [], 0, 5).outside(8, 1) == (0, 0)
    assert hold([1, 2], [float("nan"), 4], 0, 5).values.tolist() == [4]
