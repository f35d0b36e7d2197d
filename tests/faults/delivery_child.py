"""Drives one delivery to its end, from wherever the ledger says it is. `python -m tests.faults.delivery_child PATH NUMBER`.

Each line on standard output is a transaction: `sending NAME` once it is endorsed, `VALID NAME` once it is in a block.
Before each it waits for a line on standard input: what it does meanwhile is cut by a kill anywhere, and whoever kills it
knows how far it had come. Ids follow from the number, so that whoever comes after a kill sends the very same requests.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaincode.traceability.contract import Traceability
from chaincode.traceability.times import rfc3339
from docker.network.topology import Topology
from tests.contract.delivery import sha, terms
from tests.contract.money import BANK, holder
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.errors import EndorseError
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope

PRICE = 500
SELLER, CARRIER, BUYER = (holder(n) for n in (0, 1, 2))
# What was sent before a kill may get into a block afterwards: then it is done, and the ledger is read again.
OVERTAKEN = ("already_recorded", "conflict", "wrong_state")
CLERK = {"mspId": BANK.msp_id, "organisation": BANK.pgln}


def ledger(path: Path) -> EmbeddedLedger:
    members = [(one.msp_id, one.name, one.pgln) for one in Topology.read().members]
    return EmbeddedLedger.create(path, members, batch_timeout=0.005, contract=Traceability(BANK.msp_id))


def tell(*words: str) -> None:
    sys.stdin.readline()
    print(*words, flush=True)


class Driver:
    def __init__(self, path: Path, number: int) -> None:
        self.ledger, self.number = ledger(path), number
        self.shipment = self.id("shipment")

    def id(self, step: str) -> str:
        return hashlib.sha256(f"{self.number}/{step}".encode()).hexdigest()[:32]

    def send(self, by: dict[str, str], role: str, function: str, person: str = "", **request: Any) -> None:
        made = self.ledger.client_identity(by["mspId"], org=by["organisation"], role=role, person=person)
        signer = LocalSigner(by["mspId"], *made)
        try:
            endorsed = self.ledger.endorse(signer, function, json.dumps({"id": self.id(function)} | request))
        except EndorseError as refused:
            if refused.reason in OVERTAKEN:
                return
            raise
        tell("sending", function)
        self.ledger.submit(sign_envelope(endorsed, signer))
        status = self.ledger.commit_status(endorsed.tx_id, timeout=60)
        assert status is not None
        assert status.valid or status.reason == "MVCC_READ_CONFLICT", status
        tell(status.reason, function)

    def found(self) -> dict[str, Any]:
        made = self.ledger.client_identity(SELLER["mspId"], org=SELLER["organisation"], role="reader")
        asked = json.dumps({"ids": [self.shipment]})
        answer = self.ledger.evaluate(LocalSigner(SELLER["mspId"], *made), "get_shipments", asked)
        documents: dict[str, Any] = json.loads(answer)[self.shipment]
        return documents

    def begin(self) -> None:
        """Accounts, the buyer's money, the terms."""
        for one in (SELLER, BUYER):
            self.send(one, "treasurer", "open_account")
        said = {"id": f"DEPOSIT-{self.number}", "currency": "EUR", "amount": PRICE, "to": BUYER}
        for person, function in (("anna", "propose_mint"), ("bert", "approve_mint")):
            self.send(CLERK, "settlement", function, person, **said)
        agreed = terms(datetime.now(UTC), BUYER, SELLER, CARRIER)
        self.send(SELLER, "treasurer", "register_shipment", id=self.shipment, terms=agreed)

    def steps(self) -> Iterator[None]:
        """One transaction after another, each chosen by what the ledger says."""
        while (found := self.found())["settlement"] is None:
            held, about, now = found["shipment"], {"shipment": self.shipment}, rfc3339(datetime.now(UTC))
            if held is None:
                self.begin()
            elif held["state"] == "proposed":
                self.send(BUYER, "treasurer", "accept_terms", **about, terms=sha(held["terms"]))
            elif held["state"] == "agreed":
                rows = [f"mint/{BANK.msp_id}/DEPOSIT-{self.number}/0"]
                self.send(BUYER, "treasurer", "fund_escrow", **about, rows=rows)
            elif held["state"] in ("funded", "dispatched"):
                function = "dispatch" if held["state"] == "funded" else "record_arrival"
                self.send(CARRIER, "recorder", function, **about, at=now)
            elif held["delivery"] is None:
                self.send(BUYER, "recorder", "accept_delivery", **about, short=0, damaged=0, refused=0)
            else:
                self.send(SELLER, "recorder", "settle_due", **about)
            yield


if __name__ == "__main__":
    for _ in Driver(Path(sys.argv[1]), int(sys.argv[2])).steps():
        pass
