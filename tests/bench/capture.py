"""Capture: documents of 1,000 events over HTTP until the 202, that is: validated, stored, indexed and queued."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from tests.stack import Stack
from traceapp.demo.client import Client
from traceapp.demo.consortium import GOODS
from traceapp.demo.events import document, event, journey_ends, lot_quantity

DOCUMENTS = 12
EVENTS = 1000


def measure(stack: Stack) -> dict[str, float]:
    documents = [document_of(number) for number in range(DOCUMENTS)]
    client = Client(stack.url, stack.token("huerta-alba"))
    client.capture(documents[0], "bench-warm")
    started = time.monotonic()
    for number, body in enumerate(documents[1:]):
        client.capture(body, f"bench-{number}-{uuid.uuid4()}")
    alone = time.monotonic() - started
    more = [document_of(DOCUMENTS + number) for number in range(DOCUMENTS)]
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda body: client.capture(body, f"bench-two-{uuid.uuid4()}"), more))
    two = time.monotonic() - started
    return {
        "capture_document_kb": len(json.dumps(documents[0])) / 1000,
        "capture_events_per_second": (DOCUMENTS - 1) * EVENTS / alone,
        "capture_events_per_second_two_clients": DOCUMENTS * EVENTS / two,
    }


def document_of(number: int, size: int = EVENTS) -> dict:
    """Shipping events of about ten fields, each of a lot of its own."""
    made = [
        event(
            "moguer", datetime.now(UTC), "shipping", f"bench/{number}/{n}/{uuid.uuid4()}", disposition="in_transit",
            quantityList=lot_quantity(GOODS[0], f"B{number}-{n}", 12), **journey_ends("moguer", "rotterdam"),
        )
        for n in range(size)
    ]  # fmt: skip
    return document(made, datetime.now(UTC))
