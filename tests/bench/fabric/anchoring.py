"""Events anchored a second by ledgerd: 1,000 under one root, and for comparison a transaction an event."""

import time

from tests.bench.capture import EVENTS, document_of
from tests.fabric_faults.application import Application
from tests.stack import until
from traceapp.demo.client import Client

BATCHES = 20  # documents of EVENTS each
SINGLE = 300  # events one by one


def measure(app: Application) -> dict[str, float]:
    """Events are queued while no ledgerd runs; then the time is taken until each has its attestations."""
    batched = _rate(app, [EVENTS] * BATCHES, EVENTS)
    single = _rate(app, [SINGLE], 1)
    return {
        "batched_events": BATCHES * EVENTS,
        "batched_events_per_second": round(batched),
        "single_events": SINGLE,
        "single_events_per_second": round(single, 1),
        "times_faster_in_batches": round(batched / single),
    }


def _rate(app: Application, sizes: list[int], batch: int) -> float:
    app.processes.stop("ledgerd")
    client = Client(app.url, app.token)
    for number, size in enumerate(sizes):
        client.capture(document_of(number, size), f"bench-{batch}-{number}")
    app.environment["BATCH_SIZE"] = str(batch)
    starts = app.log("ledgerd").count("ledgerd works")
    app.start("ledgerd")
    until(lambda: app.log("ledgerd").count("ledgerd works") > starts, "ledgerd works", within=120)
    begun = time.monotonic()
    until(lambda: app.observer.queued() == 0, "everything is anchored", within=600)
    return sum(sizes) / (time.monotonic() - begun)
