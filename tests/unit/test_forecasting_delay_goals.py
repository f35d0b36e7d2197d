"""The goals' figures from a file of deliveries: the same rows as an import makes, and no year that the file lacks."""

import csv
import random
from datetime import date, timedelta

import pytest

from forecasting.delay.goals import measure, measure_file
from forecasting.delay.published import rows_of
from forecasting.metrics import ece_width
from traceapp.capture.deliveries import COLUMNS


def written(path, layout: int, lines):
    """A file in the cleaned layout (0) or the published one (the last name)."""
    names = {ours: theirs[min(layout, len(theirs) - 1)] for ours, theirs in COLUMNS.items()}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(names.values()))
        writer.writeheader()
        writer.writerows({names[ours]: value for ours, value in line.items()} for line in lines)
    return path


def line(number: int, scheduled: date, late: int, vendor: str = "V") -> dict[str, object]:
    done = scheduled + timedelta(days=late)
    facts = {"id": number, "country": "Kenya", "mode": "Air", "pq_sent": "Pre-PQ Process", "po": f"SO-{number}"}
    days = {"po_sent": scheduled - timedelta(days=60), "scheduled": scheduled, "delivered": done, "recorded": done}
    return facts | days | {"vendor": vendor, "molecule": "Nevirapine", "quantity": 5, "value": "12.5", "dosage": "10mg"}


def test_both_layouts_give_the_rows_that_an_import_would(tmp_path):
    lines = [line(1, date(2012, 3, 1), 4), line(2, date(2012, 3, 2), -2)]
    cleaned, published = (rows_of(written(tmp_path / f"{n}.csv", n, lines)) for n in (0, 1))
    assert cleaned == published
    first, second = cleaned
    assert (first.delivery, first.scheduled, first.delay, first.late) == ("1", date(2012, 3, 1), 4.0, True)
    assert (first.ordered, first.recorded) == (date(2012, 1, 1), date(2012, 3, 5))
    assert (first.attributes["vendor"], first.attributes["order"].rpartition(":")[2]) == ("V", "SO-1")
    assert (second.delay, second.late) == (-2.0, False)


def test_years_are_asked_quarter_by_quarter_and_the_lane_alone_stands_beside(tmp_path):
    chance = random.Random(5)
    days = [date(2010, 1, 1) + timedelta(days=n * 2) for n in range(540)]
    lines = []
    for number, day in enumerate(days):
        vendor = "Slow" if number % 3 == 0 else "Quick"
        lines.append(line(number, day, 3 if chance.random() < (0.6 if vendor == "Slow" else 0.05) else 0, vendor))
    path = written(tmp_path / "some.csv", 0, lines)
    told: list[tuple[int, int]] = []
    found = measure_file(path, 2012, 2012, lambda done, of: told.append((done, of)))
    assert told == [(done, 12) for done in range(12)]
    assert (found["test_from"], found["quarters"]) == ("2012-01-01", 4)
    assert found["tests"] == sum(day.year == 2012 for day in days)
    assert found["auc"] > 0.7
    assert found["lane"]["auc"] > 0.7
    assert 0 <= found["ece"] <= 0.25
    assert measure(rows_of(path), 2020, 2021) == {"tests": 0}


def test_calibration_error_over_equal_widths():
    assert ece_width([True, False, False, True], [0.9, 0.1, 0.2, 1.0]) == pytest.approx(0.1)
    assert ece_width([], []) == 0
