"""The simulated device: what it signs, keeps and sends again."""

import json
import re
from base64 import urlsafe_b64decode
from itertools import count
from pathlib import Path

import pytest

from tests.stack import ROOT
from traceapp.sensors import message
from traceapp.sensors.live import Pace, alone, measure
from traceapp.sensors.simulation import Behaviour, Columns, Kept, SimulationError, readings, run
from traceapp.sensors.units import Quantity
from traceapp.sensors.virtual import Reading, VirtualDevice


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "series.csv"
    rows = [f"2026-05-14 09:{minute:02d}:00,{20 + minute / 10}" for minute in range(50)]
    path.write_text("when,temp_c\n" + "\n".join(rows))
    return path


@pytest.fixture
def device(tmp_path):
    made = Kept(tmp_path / "device.json", VirtualDevice("9506000111LOGGER7", bytes(range(32))))
    made.write()
    return made


class Line:
    """A network that loses every `lost`th upload; the server behind it takes each message once."""

    def __init__(self, lost=0):
        self.lost, self.uploads, self.taken = lost, count(1), {}

    def send(self, messages):
        if self.lost and next(self.uploads) % self.lost == 0:
            return {}
        told = {}
        for one in messages:
            read = message.read(one)
            assert self.taken.setdefault(read.seq, one) == one
            told[one] = "stored"
        return told


def told(line, kept):
    """All readings that came, in order of time."""
    found = []
    for one in line.taken.values():
        read = message.read(one)
        for series in message.check(read, kept.device.public_key, 2e9).of(Quantity.TEMPERATURE):
            found += zip(series.times, series.values, strict=True)
    return sorted(found)


@pytest.mark.parametrize("how", [Behaviour(7), Behaviour(7, offline=0.7, shuffle=True), Behaviour(100, offline=1.0)])
def test_every_reading_comes_once_whatever_the_network_does(sheet, device, how):
    rows = readings(sheet, Columns(), "Cel")
    line = Line(lost=3)
    for _ in range(5):
        *_, last = run(device, rows, line, how)
    assert last.waiting == 0
    assert told(line, device) == [(row.time, row.value) for row in rows]


def test_a_run_that_was_ended_goes_on_where_it_stood(sheet, device):
    rows = readings(sheet, Columns(), "Cel")
    line = Line()
    going = run(device, rows, line, Behaviour(5))
    next(going)
    next(going)
    again = Kept.read(device.path)
    assert (again.row, again.device.seq) == (10, 2)
    list(run(again, rows, line, Behaviour(5)))
    assert sorted(line.taken) == list(range(1, 11))
    assert told(line, device) == [(row.time, row.value) for row in rows]


def test_what_may_be_taken_later_stays_in_the_buffer(sheet, device):
    class NotYet:
        def send(self, messages):
            return dict.fromkeys(messages, "not_active")

    rows = readings(sheet, Columns(), "Cel")
    *_, last = run(device, rows, NotYet(), Behaviour(25))
    assert (last.waiting, last.refused) == (2, {})
    *_, last = run(Kept.read(device.path), rows, Line(), Behaviour(25))
    assert (last.stored, last.waiting) == (2, 0)


def test_rows_of_one_time_stay_apart(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text(
        "noted,temp_c,place\n2018-07-28 07:06:00,31,In\n2018-07-28 07:06:00,31,In\n2018-07-28 07:06:00,40,Out\n"
    )
    found = readings(path, Columns(probe="place"), "Cel")
    assert [(row.time % 60, row.probe) for row in found] == [
        (0, "In"),
        (pytest.approx(0.001, abs=1e-6), "In"),
        (0, "Out"),
    ]


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\nnever,1\n", "a,b\n2026-05-14,warm\n", "a\n2026-05-14\n"])
def test_a_file_that_is_no_series_is_refused_in_words(tmp_path, text):
    path = tmp_path / "series.csv"
    path.write_text(text)
    with pytest.raises(SimulationError):
        readings(path, Columns(), "Cel")


# --- docs/devices.md ---------------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "devices.md").read_text()


def block(name: str) -> str:
    """The text of the page's code block with this name."""
    found = re.search(rf"```{name}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found, name
    return found[1].replace("\n", "")


def test_the_worked_example_is_what_a_device_signs():
    device = VirtualDevice("9506000111LOGGER7", bytes(range(32)))
    assert block("kid") == device.kid
    assert block("code") == device.code
    start = 1_778_749_200.0
    temperatures = [Reading(start + 60 * minute, value) for minute, value in enumerate([4.1, 4.3, 4.2])]
    compact = device.message([*temperatures, Reading(start + 120, 97, "battery", "%EL")])
    header, payload, signature = compact.split(".")
    assert json.loads(block("header")) == {"alg": "EdDSA", "kid": device.kid, "seq": 1}
    assert urlsafe_b64decode(header + "==").decode() == block("header")
    assert urlsafe_b64decode(payload + "==").decode() == block("pack")
    assert block("message") == compact
    assert block("signature") == urlsafe_b64decode(signature + "==").hex()
    assert message.check(message.read(block("message")), device.public_key, 2e9).count == 4
    assert all(f"| `{reason}` |" in PAGE for reason in message.Reason), "a reason is not explained"
    assert Path(ROOT / "docs" / "devices.md").stat().st_size < 12_000


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self, now=1.8e9):
        self.now = now

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


@pytest.mark.parametrize("lost", [0, 2, 1])
def test_what_is_measured_as_time_passes_is_signed_once_and_sent_until_it_is_taken(device, lost):
    line, clock, began = Line(lost), Clock(), 1.8e9
    pace = Pace(every=5.0, a_message=3)
    for _ in measure(device, line, pace, lambda now: now - began, until=began + 60, clock=clock, wait=clock.wait):
        pass
    assert lost != 1 or len(Kept.read(device.path).buffer) == 4
    line.lost = 0
    for _ in measure(Kept.read(device.path), line, pace, lambda _: 7.0, until=began + 90, clock=clock, wait=clock.wait):
        pass
    found = told(line, device)
    assert found == [(began + 5 * step, 5.0 * step if step < 12 else 7.0) for step in range(18)]
    assert sorted(line.taken) == list(range(1, 7))
    assert not Kept.read(device.path).buffer


def test_two_runs_with_one_device_at_once_are_refused(device):
    with alone(device.path), pytest.raises(SimulationError, match="in use"), alone(device.path):
        pass
    with alone(device.path):
        pass
