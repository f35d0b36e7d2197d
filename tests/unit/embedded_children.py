"""What the processes of test_embedded_processes do. Run as `python -m tests.unit.embedded_children PATH COUNT`."""

import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope

MEMBERS = [("Org1MSP", "Organisation 1", "9506000134351"), ("Org2MSP", "Organisation 2", "9506000134352")]


def request() -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"id": uuid.uuid4().hex, "kind": "epcis", "root": "5e" * 32, "size": 3, "from": now, "to": now})


def signer(ledger: EmbeddedLedger, index: int = 0) -> LocalSigner:
    msp_id, _, pgln = MEMBERS[index]
    return LocalSigner(msp_id, *ledger.client_identity(msp_id, org=pgln, role="recorder"))


def write(path: Path, count: int) -> None:
    """Submit `count` batches, each transaction's id on standard output once acknowledged; then see them committed."""
    ledger = EmbeddedLedger.create(path, MEMBERS, batch_timeout=0.005, max_count=20)
    me = signer(ledger)
    print("ready", flush=True)
    waiting = []
    for _ in range(count):
        endorsed = ledger.endorse(me, "record_batch", request())
        ledger.submit(sign_envelope(endorsed, me))
        print(endorsed.tx_id, flush=True)
        waiting.append(endorsed.tx_id)
        if len(waiting) == 10:
            assert all(ledger.commit_status(tx_id, timeout=60) for tx_id in waiting)
            waiting.clear()
    assert all(ledger.commit_status(tx_id, timeout=60) for tx_id in waiting)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
