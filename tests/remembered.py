"""Trainings for tests about what comes after them: whatever is asked twice in a session is fitted once.

An answer depends on the question alone, which tests of the forecasts themselves hold; those do without this.
"""

import json
from dataclasses import replace

import pytest

from forecasting.demand.fitter import Fitter
from forecasting.pipeline import DelayResult, run_delay
from forecasting.rows import delivery_value

FITTED: dict[str, list] = {}
LEARNT: dict[str, tuple[list[str], DelayResult]] = {}


@pytest.fixture
def remembered(monkeypatch):
    """Fits of series and of trees, and what was learnt of deliveries."""
    monkeypatch.setattr(Fitter, "answer", _answer(Fitter.answer))
    monkeypatch.setattr("forecasting.training.run_delay", _run_delay)


def _answer(fit):
    def answer(fitter, task):
        question = json.dumps([list(task.of), list(task.asked), bool(task.panel)])
        if question not in FITTED:
            FITTED[question] = fit(fitter, task)
        return FITTED[question]

    return answer


def _run_delay(rows, *, until, horizon, progress, **how):
    """Rows are the same whatever their ids, which are random: those of now take the place of those of then."""
    said = {row.uid: _said(row) for row in rows}
    ids = sorted(said, key=lambda uid: said[uid])
    question = json.dumps([[said[uid] for uid in ids], str(until), horizon])
    if question not in LEARNT:
        LEARNT[question] = ids, run_delay(rows, until=until, horizon=horizon, progress=progress, **how)
    then, found = LEARNT[question]
    now = dict(zip(then, ids, strict=True))
    return replace(
        found,
        rows=[replace(row, uid=now[row.uid]) for row in found.rows],
        left_out=[replace(one, uid=now[one.uid]) for one in found.left_out],
    )


def _said(row) -> str:
    value = delivery_value(row)
    return json.dumps([*value[1:4], *value[5:]], sort_keys=True)
