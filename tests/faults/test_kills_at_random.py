"""Nothing accepted is lost or doubled, whichever process dies when."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.load import Load
from tests.stack import ROOT, Stack, running, until

KILLS = int(os.environ.get("FAULTS_KILLS", "30"))
VICTIMS = ("web", "ledgerd", "worker")
SEED = 11


@pytest.mark.timeout(1200)
def test_every_202_is_on_the_ledger_once_after_thirty_kills(tmp_path):
    rng = random.Random(SEED)
    kills = dict.fromkeys(VICTIMS, 0)
    with running(tmp_path / "data", "--empty") as stack:
        with Load(stack.url, [stack.token("huerta-alba")] * 3) as load:
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
