"""Real temperature series, replayed by the simulated device through a real broker: all of it, once, and the figures that
come out of what the ledger confirms are those of plain definitions over the file itself.

The data set is not part of the repository: TRACEAPP_DATA names the folder it is in.
"""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import islice, pairwise
from math import exp, log
from pathlib import Path

import pytest

from tests.sensors_intake import Intake
from tests.sensors_world import field_device
from tests.stack import ROOT, until
from traceapp.sensors.simulation import Kept
from traceapp.sensors.virtual import VirtualDevice

FOLDER = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data")) / "sensors"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FOLDER.exists(), reason="TRACEAPP_DATA has no temperature series"),
]


LOW, HIGH = 21.0, 30.0


def rows_of(path: Path, time: str) -> list[tuple[int, float]]:
    """(second, value) of each line, in order of time."""
    with path.open(newline="") as lines:
        rows = [
            (int(datetime.fromisoformat(row[time]).replace(tzinfo=UTC).timestamp()), float(row["temp_c"]))
            for row in csv.DictReader(lines)
        ]
    return sorted(rows, key=lambda row: row[0])


def plain_figures(rows: list[tuple[int, float]], most: float) -> dict[str, float]:
    """Each value holds until the next one, or says nothing if that comes later than `most` seconds; one by one."""
    seconds = {"above": 0.0, "below": 0.0, "missing": 0.0, "known": 0.0}
    degrees, decay, gap = 0.0, 0.0, 0.0
    for (since, value), (following, _) in pairwise(rows):
        lasts = following - since
        if lasts > most:
            seconds["missing"] += lasts
            gap = max(gap, lasts)
            continue
        seconds["known"] += lasts
        degrees += value * lasts
        decay += exp(-10_000 / (value + 273.15)) * lasts
        if value > HIGH:
            seconds["above"] += lasts
        elif value < LOW:
            seconds["below"] += lasts
    values = [value for _, value in rows]
    mkt = 10_000 / -log(decay / seconds["known"]) - 273.15
    told = {"mean": degrees / seconds["known"], "mkt": mkt, "min": min(values), "max": max(values)}
    return {**seconds, **told, "gap": gap}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "time", "lines_at_most", "most"),
    [
        ("nab_ambient_office_hourly_first_half.csv", "timestamp", None, 2 * 3600),
        ("iot_room_temp_inside_outside_to_oct.csv", "noted", 20_000, 900),
    ],
)
def test_a_series_comes_through_the_broker_whole_and_once(tmp_path, broker, name, time, lines_at_most, most):
    source = FOLDER / name
    series = tmp_path / "series.csv"
    with source.open() as lines:
        series.write_text("".join(islice(lines, lines_at_most)))
    intake = Intake(tmp_path / "data", broker, 1)
    kept = Kept(tmp_path / "device.json", _device(intake.kids[0]))
    kept.write()
    try:
        intake.let_in()
        intake.start_mqtt()
        intake.start("ledgerd", "ledgerd")
        done = subprocess.run(
            [
                *(sys.executable, "manage.py", "simulate_device", str(series), "--device", str(kept.path)),
                *("--time", time, "--value", "temp_c", "--mqtt", broker.url, "--ca", str(broker.ca)),
                *("--a-message", "60", "--offline", "0.3", "--shuffle"),
            ],
            env=intake.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        until(lambda: intake.told("count")["queued"] == 0, "the ledger has all of it", 120)
        found = intake.told("readings")
        told = intake.told("figures", str(LOW), str(HIGH), str(most))
    finally:
        intake.stop()
    rows = rows_of(series, time)
    there = Counter()
    for second, _, value, count in found:
        there[second, value] += count
    assert there == Counter(rows)
    assert (told.pop("findings"), told.pop("waiting"), told["readings"]) == (0, 0, len(rows))
    plain = plain_figures(rows, most)
    rough = 0.001 * len(rows)  # rows of one moment are replayed a millisecond apart
    for figure, tolerance in _TOLERANCES.items():
        assert told[figure] == pytest.approx(plain[figure], abs=tolerance or rough), figure
    print(json.dumps({"series": name, "said": done.stdout.strip(), **told}))


_TOLERANCES = {
    **dict.fromkeys(("min", "max"), 1e-12),
    **dict.fromkeys(("mean", "mkt"), 1e-4),
    **dict.fromkeys(("above", "below", "missing", "gap"), 0),
}
"""Degrees; for seconds, what the replay itself moves rows by."""


def _device(kid: str) -> VirtualDevice:
    seed = field_device(kid).key.private_bytes_raw()
    return VirtualDevice(kid.removeprefix("8004-"), seed, kid)
