"""Many series with broken ones among them: the run ends, and each broken one says who spoke for it and why."""

import math
import random
from datetime import date, timedelta
from statistics import median

import pytest

from forecasting.demand.series import SaleRow
from forecasting.pipeline import NothingToLearn, run_demand
from forecasting.reasons import Reason
from forecasting.statement import parameters_hash
from tests.bench import many

FIRST = date(2026, 1, 5)
BROKEN = {
    "two points": [3.0, 5.0],
    "constant": [7.0] * 60,
    "all zero": [0.0] * 60,
    "gaps": [None if n % 3 else 5.0 + n % 7 for n in range(60)],
    "negative": [(-1) ** n * 5.0 for n in range(60)],
    "spike": [1e12 if n == 40 else 10.0 + n % 7 for n in range(60)],
    "only zeros and one sale": [0.0] * 59 + [1.0],
}


class Failing:
    """The median of what is known, but an error for every series whose name begins so."""

    def __init__(self, *names):
        self.names = names

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def answers(self, tasks, progress):
        return [[self._one(task, end, horizon) for _, end, horizon, _ in task.asked] for task in tasks]

    def _one(self, task, end, horizon):
        if task.panel:
            return {"said": [[500.0] * horizon for _ in task.of]}
        if task.of[0]["product"].startswith(self.names):
            return {"error": "the fitting process ended unexpectedly"}
        known = [value for value in task.of[0]["values"][:end] if value is not None]
        return {"said": [median(known)] * horizon}


def rows_of(product, values):
    days = [(FIRST + timedelta(days=n), value) for n, value in enumerate(values)]
    return [
        SaleRow(f"{product}-{day}", 0, product, "P", day, value, "", 0.0) for day, value in days if value is not None
    ]


def run(rows, **options):
    asked = {"until": FIRST + timedelta(days=59), "horizon": 7, "origins": 2, "fitting": Failing("broken")} | options
    return run_demand(rows, progress=lambda *_: None, **asked)


@pytest.fixture(scope="module")
def rows():
    """120 good series, of which seasonal naive is always wrong, every kind of broken one, and five at which every model fails."""
    found = [row for k in range(120) for row in rows_of(f"good {k:03d}", [13.0 + (n + k) % 2 for n in range(60)])]
    found += [row for name, values in BROKEN.items() for row in rows_of(name, values)]
    return found + [row for k in range(5) for row in rows_of(f"broken {k}", [10.0 + n % 7 for n in range(60)])]


def test_the_run_ends_with_a_forecast_for_each_and_a_reason_for_the_broken(rows):
    found = run(rows)
    notes = {result.product: result.note for result in found.results}
    assert len(found.results) == 120 + len(BROKEN) + 5
    assert len(found.rows) == 7 * len(found.results)
    assert all(math.isfinite(number) for row in found.rows for number in (row.mean, row.lo95, row.hi95))
    assert all("ended unexpectedly; seasonal naive instead" in notes[f"broken {k}"] for k in range(5))
    assert not any(note for product, note in notes.items() if product.startswith("good"))
    by_product = {row.product: row for row in found.rows}
    assert by_product["all zero"].mean == by_product["all zero"].lo95 == 0
    assert by_product["broken 0"].mean == pytest.approx(13.5, abs=3.5)


def test_of_every_way_in_which_data_break_none_stops_the_run():
    found = run(many.rows(60 + len(many.kinds()), len(many.kinds()), 60), until=many.FIRST + timedelta(days=59))
    assert [kind for kind in many.kinds() if not any(each.product.startswith(kind) for each in found.results)] == []
    assert len(found.results) == 60 + len(many.kinds())
    numbers = [number for row in found.rows for number in (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)]
    assert all(map(math.isfinite, numbers))
    assert {one.reason for one in found.left_out} == {Reason.OLD}
    assert len(parameters_hash(found.parameters)) == 64


def test_rows_in_another_order_give_the_same(rows):
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert run(shuffled).rows == run(rows).rows


def test_a_horizon_longer_than_the_history_and_a_day_long_after_it_are_forecast():
    found = run(rows_of("young", [5.0] * 20), horizon=90, until=FIRST + timedelta(days=40))
    assert [row.day for row in found.rows][::89] == [FIRST + timedelta(days=41), FIRST + timedelta(days=130)]


def test_a_mistyped_year_and_no_rows_at_all_are_said():
    mistyped = SaleRow("u", 0, "young", "P", date(1926, 1, 5), 5.0, "", 0.0)
    assert [(one.reason, one.uid) for one in run([mistyped, *rows_of("young", [5.0] * 20)]).left_out] == [
        (Reason.OLD, "u")
    ]
    with pytest.raises(NothingToLearn):
        run([])
