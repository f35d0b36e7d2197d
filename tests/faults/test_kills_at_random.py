"""Nothing accepted is lost or doubled, whichever process dies when."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime

import pytest

from tests.stack import ROOT, Stack, running, until
from traceapp.demo.consortium import GOODS
from traceapp.demo.events import document, event, lot_quantity

KILLS = int(os.environ.get("FAULTS_KILLS", "30"))
VICTIMS = ("web", "ledgerd", "worker")
SEED = 11


class Load:
    """Clients that post documents until told to stop, and remember which were acknowledged."""

    def __init__(self, stack: Stack, clients: int = 3) -> None:
        self.stack, self.ended = stack, threading.Event()
        self.acknowledged: list[str] = []
        self.token = stack.token("huerta-alba")
        self.threads = [threading.Thread(target=self._post, args=(number,)) for number in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _post(self, client: int) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            ids = [f"urn:uuid:{uuid.uuid4()}" for _ in range(10)]
            body = json.dumps(document([_event(i) for i in ids], datetime.now(UTC))).encode()
            if self._until_acknowledged(body, f"faults-{client}-{number}"):
                self.acknowledged += ids

    def _until_acknowledged(self, body: bytes, key: str) -> bool:
        """A client that hears nothing posts the same again; whatever gets a 202 counts."""
        while not self.ended.is_set():
            request = urllib.request.Request(
                f"{self.stack.url}/epcis/capture", body, method="POST",
                headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status == 202
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise RuntimeError(f"a sound document was refused: {error.code} {error.read()!r}") from error
            except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
                pass
            time.sleep(0.05)  # a client's own pause between tries
        return False


def _event(event_id: str) -> dict:
    made = event("moguer", datetime.now(UTC), "commissioning", event_id, quantityList=lot_quantity(GOODS[0], "F1", 12))
    return {**made, "action": "ADD", "eventID": event_id}


@pytest.mark.timeout(1200)
def test_every_202_is_on_the_ledger_once_after_thirty_kills(tmp_path):
    rng = random.Random(SEED)
    kills = dict.fromkeys(VICTIMS, 0)
    with running(tmp_path / "data", "--empty") as stack:
        with Load(stack) as load:
            until(lambda: len(load.acknowledged) > 50, "the first documents are acknowledged")
            for _ in range(KILLS):
                victim = rng.choice(VICTIMS)
                before = stack.pid(victim)
                os.kill(before, signal.SIGKILL)
                kills[victim] += 1
                until(lambda v=victim, b=before: stack.pid(v) != b, f"{victim} is started again")
                so_far = len(load.acknowledged)
                until(lambda n=so_far: len(load.acknowledged) > n, "documents are acknowledged again", within=90)
                time.sleep(rng.random() * 0.7)  # the next kill comes at any moment
        until(lambda: _waiting(stack) == 0, "all records reach the ledger", within=120)
        audit = stack.manage("verify_ledger", "--json", check=False)
        found = stack.manage("shell", "-v0", "-c", COUNT).stdout
    counts = json.loads(found.strip().splitlines()[-1])
    acknowledged = set(load.acknowledged)
    lost = [i for i in acknowledged if counts.get(i, 0) == 0]
    doubled = [i for i, n in counts.items() if n > 1]
    print(
        f"\nkills {kills}; acknowledged {len(acknowledged)}, found {len(counts)}, lost {len(lost)}, doubled {len(doubled)}"
    )
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert len(acknowledged) == len(load.acknowledged) > 100
    assert not lost
    assert not doubled


# How often each event is verified, read by the only door to verified rows.
COUNT = """
import collections, json
from traceapp.ledger.verified import VerifiedRecord, read_kind
rows = [r for r in read_kind("epcis")]
print(json.dumps(collections.Counter(r.body["event"]["eventID"] for r in rows if isinstance(r, VerifiedRecord))))
"""


def _waiting(stack: Stack) -> int:
    code = "from traceapp.ledger.selectors import queued; print(queued())"
    return int(stack.manage("shell", "-v0", "-c", code).stdout.strip().splitlines()[-1])


def test_a_second_ledgerd_waits_and_takes_over(tmp_path):
    with running(tmp_path / "data", "--empty") as stack:
        log = (tmp_path / "second.log").open("w+")
        second = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "ledgerd"],
            env=stack.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: "stand" in (tmp_path / "second.log").read_text().lower(), "the second says that it stands by")
            assert second.poll() is None
        finally:
            second.terminate()
            assert second.wait(20) is not None
