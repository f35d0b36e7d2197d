"""What tests of the embedded ledger stand on: a clock to turn, a contract with ranges, and a ledger with both."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chaincode.traceability.context import Context
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import CommitStatus, Endorsed

MEMBERS = [(f"Org{n}MSP", f"Organisation {n}", f"950600013435{n}") for n in (1, 2, 3)]
START = datetime(2026, 5, 14, 9, 12, 0, 123456, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **step: float) -> None:
        self.now += timedelta(**step)


class Shelf:
    """Keys and values, with the queries that make phantoms."""

    def invoke(self, ctx: Context, function: str, args: list[str]) -> bytes:
        if function == "put":
            ctx.put_state(args[0], args[1].encode())
        elif function == "delete":
            ctx.del_state(args[0])
        elif function == "copy":
            ctx.put_state(args[1], ctx.get_state(args[0]) or b"nothing")
        elif function == "list":  # keys in [args[0], args[1]) into args[2]
            ctx.put_state(args[2], ",".join(key for key, _ in ctx.get_state_range(args[0], args[1])).encode() or b"-")
        elif function == "first":  # stops after the first key
            ctx.put_state(args[2], next(iter(ctx.get_state_range(args[0], args[1])))[0].encode())
        elif function == "get":
            return ctx.get_state(args[0]) or b""
        elif function == "crash":
            raise KeyError("boom")
        return b""


@dataclass
class World:
    path: Path
    clock: Clock = field(default_factory=Clock)
    members: list[tuple[str, str, str]] = field(default_factory=lambda: list(MEMBERS))
    shelf: bool = False
    max_count: int = 200

    def __post_init__(self) -> None:
        self.ledger = EmbeddedLedger.create(
            self.path,
            self.members,
            clock=self.clock,
            batch_timeout=0.0,
            max_count=self.max_count,
            contract=Shelf() if self.shelf else None,
        )
        msp_id, _, pgln = self.members[0] if self.members else ("NotaryMSP", "", "9506000134352")
        self.signer = LocalSigner(msp_id, *self.ledger.client_identity(msp_id, org=pgln, role="recorder"))

    def endorse(self, *call: str, timestamp: datetime | None = None) -> Endorsed:
        return self.ledger.endorse(self.signer, *call, timestamp=timestamp)

    def submit(self, endorsed: Endorsed) -> str:
        self.ledger.submit(sign_envelope(endorsed, self.signer))
        return endorsed.tx_id

    def status(self, tx_id: str) -> CommitStatus:
        found = self.ledger.commit_status(tx_id, timeout=20)
        assert found is not None
        return found

    def commit(self, endorsed: Endorsed) -> CommitStatus:
        return self.status(self.submit(endorsed))

    def get(self, key: str) -> bytes:
        return self.ledger.evaluate(self.signer, "get", key)


def batch_request() -> str:
    times = {"from": "2026-05-14T09:12:00.000Z", "to": "2026-05-14T09:12:00.000Z"}
    return json.dumps({"id": uuid.uuid4().hex, "kind": "epcis", "root": "5e" * 32, "size": 3} | times)
