"""A hundred captures at once, and the sender killed in the middle: each event is delivered once, in the ledger's order."""

import json
import os
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tests.capture_documents import document, shipping
from tests.receiver import Receiver
from tests.stack import running, until

CAPTURES, EVENTS, KILLS = 100, 5, 3


def call(stack, method, path, body=None):
    headers = {"Authorization": f"Bearer {stack.token('huerta-alba')}", "Content-Type": "application/json"}
    request = urllib.request.Request(stack.url + path, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read() or b"null")


def event_id(capture, n):
    return f"urn:uuid:00000000-0000-4000-8000-{capture:06d}{n:06d}"


def capture(stack, number):
    events = [shipping(event_id=event_id(number, n), lot=f"S-{number}") for n in range(EVENTS)]
    call(stack, "POST", "/epcis/capture", document(*events))


def by_the_ledger(stack):
    """Event ids in the ledger's order, worked out from its blocks."""
    code = """
from traceapp.capture.models import Event
from traceapp.ledger.models import Batch, Block
for block in Block.objects.order_by("number"):
    for tx in block.transactions:
        batch = (tx["batch"] or {}).get("id")
        if tx["code"] == 0 and Batch.objects.filter(pk=batch, block=block.number).exists():
            rows = Event.objects.filter(record__batch_id=batch).order_by("record__position")
            print(*rows.values_list("event_id", flat=True), sep="\\n")
"""
    return stack.manage("shell", "-v0", "-c", code).stdout.split()


def test_each_event_is_delivered_once_and_in_order_while_captures_run_and_senders_die(tmp_path, monkeypatch):
    monkeypatch.setenv("SUBSCRIPTIONS_PRIVATE_HOSTS", "127.0.0.1")
    expected = {event_id(number, n) for number in range(CAPTURES) for n in range(EVENTS)}
    with Receiver() as receiver, running(tmp_path, "--empty") as stack:
        until((tmp_path / "demo.json").is_file, "the demo is seeded", 120)
        query = {"name": "all", "query": {"EQ_bizStep": ["shipping"]}}
        call(stack, "POST", "/epcis/queries", json.dumps(query).encode())
        wanted = {"dest": receiver.url, "stream": True}
        call(stack, "POST", "/epcis/queries/all/subscriptions", json.dumps(wanted).encode())
        with ThreadPoolExecutor(16) as pool:
            captured = [pool.submit(capture, stack, number) for number in range(CAPTURES)]
            for kill in range(1, KILLS + 1):
                until(lambda kill=kill: len(receiver.taken) >= kill, f"delivery {kill}", 120)
                pid = stack.pid("deliver")
                os.kill(pid, signal.SIGKILL)
                until(lambda pid=pid: stack.pid("deliver") != pid, "another sender is started", 120)
            for one in captured:
                one.result()
        until(lambda: expected <= set(receiver.event_ids), "every event is delivered", 240)
        print(f"\n{len(receiver.event_ids)} events in {len(receiver.taken)} deliveries, {KILLS} kills")
        assert len(receiver.event_ids) == len(expected)
        assert receiver.event_ids == [one for one in by_the_ledger(stack) if one in expected]
