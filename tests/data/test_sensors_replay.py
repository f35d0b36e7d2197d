"""Real temperature series, replayed by the simulated device through a real broker, all of it, once.

The data set is not part of the repository: TRACEAPP_DATA names the folder it is in.
"""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sensors_intake import Intake
from tests.sensors_world import field_device
from tests.stack import ROOT
from traceapp.sensors.simulation import Kept
from traceapp.sensors.virtual import VirtualDevice

FOLDER = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data")) / "sensors"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FOLDER.exists(), reason="TRACEAPP_DATA has no temperature series"),
]


def rows_of(path: Path, time: str, place: str = "") -> Counter:
    """(second, probe, value) and how often."""
    with path.open(newline="") as lines:
        return Counter(
            (
                int(datetime.fromisoformat(row[time]).replace(tzinfo=UTC).timestamp()),
                row.get(place, "temperature"),
                float(row["temp_c"]),
            )
            for row in csv.DictReader(lines)
        )


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "time", "place", "most"),
    [
        ("nab_ambient_office_hourly_first_half.csv", "timestamp", "", None),
        ("iot_room_temp_inside_outside_to_oct.csv", "noted", "place", 20_000),
    ],
)
def test_a_series_comes_through_the_broker_whole_and_once(tmp_path, broker, name, time, place, most):
    source = FOLDER / name
    series = tmp_path / "series.csv"
    with source.open() as lines:
        series.write_text("".join(line for number, line in enumerate(lines) if most is None or number <= most))
    intake = Intake(tmp_path / "data", broker, 1)
    kept = Kept(tmp_path / "device.json", _device(intake.kids[0]))
    kept.write()
    try:
        intake.let_in()
        intake.start_mqtt()
        done = subprocess.run(
            [
                *(sys.executable, "manage.py", "simulate_device", str(series), "--device", str(kept.path)),
                *("--time", time, "--value", "temp_c", *(("--probe", place) if place else ())),
                *("--mqtt", broker.url, "--ca", str(broker.ca), "--a-message", "60", "--offline", "0.3", "--shuffle"),
            ],
            env=intake.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        found = intake.told("readings")
    finally:
        intake.stop()
    there = Counter({(second, probe, value): count for second, probe, value, count in found})
    assert there == rows_of(series, time, place)
    print(json.dumps({"series": name, "readings": there.total(), "said": done.stdout.strip()}))


def _device(kid: str) -> VirtualDevice:
    seed = field_device(kid).key.private_bytes_raw()
    return VirtualDevice(kid.removeprefix("8004-"), seed, kid)
