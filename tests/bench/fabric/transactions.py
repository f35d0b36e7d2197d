"""Transactions a second, so many at once: endorsed, signed, submitted, and seen VALID in a block, by the adapter."""

import json
import os
import statistics
import threading
import time
import uuid

from docker.native import FabricNetwork
from tests.bench.fabric import usage
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import Signer

LEVELS = (1, 16, 64, 256)  # in flight
SECONDS = 12.0
PATIENCE = 60.0


def measure(network: FabricNetwork) -> list[dict[str, float]]:
    """One row a level. `processor_ms`: of all nodes and this client, a transaction; `cores_got`: of what they took."""
    ledger = FabricLedger(network.connection_file)
    signers = [
        LocalSigner(one.msp_id, *network.client_identity(one.msp_id, org=one.pgln, role="recorder"))
        for one in network.topology.organisations
    ]
    try:
        _at_once(ledger, signers, 16, 3.0)  # everybody has met everybody
        return [_level(network, ledger, signers, in_flight) for in_flight in LEVELS]
    finally:
        ledger.close()


def _level(network: FabricNetwork, ledger: FabricLedger, signers: list[Signer], in_flight: int) -> dict[str, float]:
    before = _processor(network)
    took, together = _at_once(ledger, signers, in_flight, SECONDS)
    used = _processor(network) - before
    cuts = statistics.quantiles(took, n=100)
    return {
        "in_flight": in_flight,
        "transactions_per_second": round(len(took) / together, 1),
        "p50_ms": round(cuts[49] * 1000),
        "p99_ms": round(cuts[98] * 1000),
        "processor_ms": round(1000 * used / len(took), 1),
        "cores_got": round(used / together, 2),
    }


def _processor(network: FabricNetwork) -> float:
    pids = [os.getpid(), *(network.pid(name) for name in network.processes.names())]
    return sum(usage.processor_seconds(pid) for pid in pids)


def _at_once(ledger: FabricLedger, signers: list[Signer], in_flight: int, seconds: float) -> tuple[list[float], float]:
    """(seconds each transaction took, seconds they took together)."""
    took: list[float] = []
    begun = time.monotonic()

    def work(number: int) -> None:
        while time.monotonic() < begun + seconds:
            started = time.monotonic()
            _transact(ledger, signers[number % len(signers)])
            took.append(time.monotonic() - started)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(in_flight)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, time.monotonic() - begun


def _transact(ledger: FabricLedger, signer: Signer) -> None:
    wanted = {
        "id": uuid.uuid4().hex, "kind": "epcis", "root": "5e" * 32, "size": 1000,
        "from": "2026-05-14T09:12:00.000Z", "to": "2026-05-14T09:12:00.250Z",
    }  # fmt: skip
    endorsed = ledger.endorse(signer, "record_batch", json.dumps(wanted))
    ledger.submit(sign_envelope(endorsed, signer))
    status = ledger.commit_status(endorsed.tx_id, timeout=PATIENCE)
    assert status is not None
    status.require_valid()
