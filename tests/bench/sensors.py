"""Device messages: stored and queued a second over HTTP with their signatures checked, anchored, and read verified.

All messages are signed before the clock starts. `processor_ms`: of one process that takes such messages in without
HTTP, so that it says what an idle core could do.
"""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.stack import Stack, until
from traceapp.demo.loggers import LOGGERS
from traceapp.sensors.virtual import Reading, VirtualDevice

FULL = (1600, 100)  # messages, readings in each
SMALL = (6000, 1)
AN_UPLOAD = 200
START = 1_700_000_000.0


def measure(stack: Stack) -> dict[str, float]:
    devices = [logger.device for logger in LOGGERS]
    for device in devices:
        device.seq = int(time.time() * 1000)  # beyond what they sent, also in an earlier run
    _upload(stack, _signed(devices, 40, 10))
    full, small, mine = _signed(devices, *FULL), _signed(devices, *SMALL), _signed(devices, 400, 100)
    until(lambda: _queued(stack) == 0, "nothing waits", within=120)
    begun = time.monotonic()
    took = _all(stack, full)
    until(lambda: _queued(stack) == 0, "the readings are anchored", within=300)
    anchored = time.monotonic() - begun
    inside = json.loads(stack.manage("shell", "-v0", "-c", _inside(stack, mine)).stdout.strip().splitlines()[-1])
    until(lambda: _queued(stack) == 0, "nothing waits", within=300)
    small_took = _all(stack, small)
    return {
        "sensor_readings_per_second": FULL[0] * FULL[1] / took,
        "sensor_messages_per_second": SMALL[0] / small_took,
        "sensor_readings_anchored_per_second": FULL[0] * FULL[1] / anchored,
        **inside,
    }


def _signed(devices: Sequence[VirtualDevice], number: int, readings: int) -> list[str]:
    made = []
    for at in range(number):
        device = devices[at % len(devices)]
        start = START + 120 * at
        made.append(device.message([Reading(start + second, 4 + second % 7 / 10) for second in range(readings)]))
    return made


def _all(stack: Stack, messages: Sequence[str]) -> float:
    """Seconds that two gateways take to upload these."""
    uploads = [messages[at : at + AN_UPLOAD] for at in range(0, len(messages), AN_UPLOAD)]
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda upload: _upload(stack, upload), uploads))
    return time.monotonic() - begun


def _upload(stack: Stack, messages: Sequence[str]) -> None:
    body = json.dumps(list(messages)).encode()
    request = urllib.request.Request(f"{stack.url}/api/v1/sensors/messages", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        told = json.load(answer)
    assert told["stored"] == len(messages), told["answers"][0]


def _queued(stack: Stack) -> int:
    """Records that are not on the ledger with their attestations yet; asked of the database itself."""
    with closing(sqlite3.connect(f"file:{stack.folder}/traceapp.sqlite3?mode=ro", uri=True)) as database:
        (waiting,) = database.execute("SELECT count(*) FROM ledger_record WHERE batch_id IS NULL").fetchone()
        (open_batches,) = database.execute("SELECT count(*) FROM ledger_batch WHERE evidenced IS NULL").fetchone()
    return waiting + open_batches


def _inside(stack: Stack, messages: Sequence[str]) -> str:
    """Processor time of taking messages in, and readings a second read verified: every one, from its stored bytes."""
    file = stack.folder / "bench-messages.json"
    file.write_text(json.dumps(list(messages)))
    return INSIDE.format(file=str(file))


INSIDE = """
import json, time
from pathlib import Path
from traceapp.ledger.rows import VerifiedRecord
from traceapp.ledger.verified import read_kind
from traceapp.sensors import intake, senml
from traceapp.sensors.answers import told
from traceapp.sensors.message import payload_of
best, count = 1e9, 0
for _ in range(3):
    begun = time.process_time()
    count = sum(
        senml.readings(payload_of(row.body["message"])).count
        for row in read_kind("sensor") if isinstance(row, VerifiedRecord)
    )
    best = min(best, time.process_time() - begun)
messages = json.loads(Path({file!r}).read_text())
begun = time.process_time()
for at in range(0, len(messages), 200):
    [told(one) for one in intake.take(messages[at : at + 200], limited=False)]
took = time.process_time() - begun
print(json.dumps({{
    "sensor_processor_ms_a_message_of_100": 1000 * took / len(messages),
    "sensor_verified_readings": count,
    "sensor_verified_readings_per_second": count / best,
}}))
"""
