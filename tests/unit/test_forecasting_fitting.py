"""Fitting processes: what takes one down is answered with a reason, and the others go on."""

import math
from datetime import date

import pytest

from forecasting.demand.fitter import Fitter, Task, plain
from forecasting.demand.fitting import Fitters, fit_all
from forecasting.demand.series import Series

FIRST = date(2026, 1, 5)


def series(values, product="a") -> Series:
    return Series(product, "p", "day", FIRST, "", tuple(values), (0.0,) * len(values))


def silent(done, of):
    """Nobody watches."""


@pytest.fixture
def fitter():
    made = Fitter()
    yield made
    made.end()


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("FORECAST_FIT_SECONDS", "it took more than 0.001 seconds of processor time"),
        ("FORECAST_FIT_CLOCK_SECONDS", "it had not ended after 0.001 seconds by the clock"),
    ],
)
def test_a_model_past_a_limit_is_ended_with_the_reason_and_the_next_is_answered(fitter, monkeypatch, limit, why):
    monkeypatch.setenv(limit, "0.001")
    long = Task([plain(series([float(n % 7) for n in range(700)]))], [("ets", 700, 7, 0.0)])
    assert fitter.answer(long) == [{"error": why}]
    monkeypatch.delenv(limit)
    assert fitter.answer(Task([plain(series([3.0] * 30))], [("ets", 30, 2, 0.0)])) == [{"said": [3.0, 3.0]}]


def test_one_that_needs_too_much_memory_says_so(fitter, monkeypatch):
    monkeypatch.setenv("FORECAST_FIT_MB", "120")
    found = fitter.answer(
        Task([plain(series([float(n % 5) for n in range(400)]))], [("ets", 400, 7, 0.0), ("ces", 400, 7, 0.0)])
    )
    assert all("error" in one for one in found), found


def test_a_killed_process_is_replaced_and_nothing_is_lost(fitter):
    task = Task([plain(series([5.0] * 30))], [("ets", 30, 1, 0.0), ("theta", 30, 1, 0.0)])
    assert fitter.answer(task) == [{"said": [5.0]}, {"said": [5.0]}]
    fitter._process.kill()
    assert fitter.answer(task) == [{"said": [5.0]}, {"said": [5.0]}]


def test_a_broken_series_is_named_and_its_neighbours_are_answered():
    broken = series([math.inf, math.nan] * 20, product="broken")
    good = [series([float(n)] * 20, product=str(n)) for n in (1, 2)]
    with Fitters(1) as fitters:
        asked = [(one, [("ets", 20, 1, 0.0)]) for one in (good[0], broken, good[1])]
        found = fit_all(asked, fitters=fitters, progress=silent)
    assert [found[0], found[2]] == [[[1.0]], [[2.0]]]
    assert isinstance(found[1][0], str)
    assert found[1][0]


def test_whoever_stops_gets_no_answer_and_leaves_no_process():
    with Fitters(1) as fitters:
        fitters.answers([Task([plain(series([1.0] * 20))], [("ets", 20, 1, 0.0)])], silent)
        process = fitters._every[0]._process
    assert process.poll() is not None
