"""What is anchored, and what may be asked for."""

from datetime import date

import pytest

from forecasting import charts, runtime
from forecasting.demand.result import ForecastRow
from forecasting.demand.series import SaleRow
from forecasting.parameters import BadParameters, checked
from forecasting.rows import dataset_root, sale_order, sale_value
from forecasting.statement import demand_line, parameters_hash, predictions_hash, six, statement
from traceapp.commitments.canonical import canonical


def a_row(mean: float = 1.0, product: str = "A") -> ForecastRow:
    return ForecastRow(product, "P", date(2026, 1, 1), mean, 0.5, 2.0, 0.25, 3.0)


def test_predictions_are_hashed_to_a_millionth_and_in_any_order():
    one = predictions_hash([demand_line(a_row()), demand_line(a_row(product="B"))])
    assert one == predictions_hash([demand_line(a_row(product="B")), demand_line(a_row(1.0000000001))])
    assert one != predictions_hash([demand_line(a_row(1.000001)), demand_line(a_row(product="B"))])
    assert six(-0.0000001) == "0.000000"


def test_parameters_are_hashed_by_what_they_are():
    assert parameters_hash({"b": 1.0, "a": [float("nan")]}) == parameters_hash({"a": [None], "b": 1.0000000001})
    assert parameters_hash([1e16, -1e300, float("inf")]) == parameters_hash([None, None, None])


def test_the_dataset_root_depends_on_every_value_of_every_row():
    rows = [SaleRow(f"u{n}", 0, "A", "P", date(2026, 1, 1 + n), 1.0, "", 0.0) for n in range(3)]
    root = dataset_root(map(sale_value, sorted([rows[1], rows[2], rows[0]], key=sale_order)))
    assert root == dataset_root(map(sale_value, rows))
    assert root != dataset_root(map(sale_value, rows[:2]))
    changed = [*rows[:2], SaleRow("u2", 0, "A", "P", date(2026, 1, 3), 1.5, "", 0.0)]
    assert root != dataset_root(map(sale_value, changed))
    assert dataset_root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_statement_can_be_committed_and_holds_no_history():
    said = statement(
        kind="demand", run="r", dataset={"root": "00"}, parameters={"horizon": 7}, split={}, figures={"mae": float("nan")},
        model="aa", predictions={"hash": "bb"}, environment={},
    )  # fmt: skip
    assert canonical(said)
    assert said["metrics"] == {"mae": None}


def test_one_thread_is_asked_of_every_library():
    environment = runtime.one_thread({})
    assert environment["OMP_NUM_THREADS"] == environment["OPENBLAS_NUM_THREADS"] == "1"


def test_the_code_is_named_by_its_commit_and_its_hash():
    assert len(runtime.code_hash()) == len(runtime.lock_hash()) == 64
    assert runtime.fingerprint()["prophet"]


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("demand", {"horizon": "many"}, "horizon must be a whole number from 1 to 730, not 'many'"),
        ("demand", {"until": "tomorrow"}, "until must be a date such as 2026-05-31, not 'tomorrow'"),
        ("delay", {"origins": 3}, "unknown parameter 'origins'; delay takes horizon, until"),
        ("demand", {"measure": "eaten"}, "measure must be one of sold, shipped, not 'eaten'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(kind, given, words):
    with pytest.raises(BadParameters, match=words):
        checked(kind, given)


def test_defaults_fill_what_was_not_asked_for():
    assert checked("delay", {"horizon": "45"}) == {"until": None, "horizon": 45}


def test_axis_ticks_are_round_and_cover_the_values():
    assert charts.nice_ticks(0, 93, 4) == [0, 25, 50, 75, 100]
    assert charts.nice_ticks(0, 0.17, 4)[-1] >= 0.17


def test_a_gap_in_a_line_is_not_joined():
    assert charts.path([(0, 0), (1, 1), None, (2, 2)]) == "M0.0 0.0L1.0 1.0M2.0 2.0"


def test_labels_are_kept_apart_in_order():
    assert charts.apart([10, 11, 12], 19, 0, 100) == [10, 29, 48]
    assert charts.apart([90, 99, 100], 19, 0, 100) == [62, 81, 100]
