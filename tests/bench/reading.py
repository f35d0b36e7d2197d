"""Verified read: every event of the ledger recomputed from its stored bytes, in a process of its own."""

import json

from tests.stack import Stack

CODE = """
import json, time, resource
from traceapp.ledger.selectors import queued
from traceapp.ledger.verified import VerifiedRecord, read_kind
until = time.monotonic() + 120
while queued() and time.monotonic() < until:
    time.sleep(0.2)
best, count = 1e9, 0
for _ in range(3):
    started = time.perf_counter()
    rows = sum(1 for row in read_kind("epcis") if isinstance(row, VerifiedRecord))
    best, count = min(best, time.perf_counter() - started), rows
print(json.dumps({"verified_read_events": count, "verified_read_events_per_second": count / best}))
"""


def measure(stack: Stack) -> dict[str, float]:
    return json.loads(stack.manage("shell", "-v0", "-c", CODE).stdout.strip().splitlines()[-1])
