"""The embedded ledger behind the port. See the package for what it is, and the port for what each method does."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaincode.traceability.contract import Traceability
from traceapp.ledger import errors, messages
from traceapp.ledger.embedded import (
    blocks,
    chain,
    configuration,
    founding,
    membership,
    network,
    order,
    organisations,
    peer,
    qscc,
    trust,
    validate,
)
from traceapp.ledger.embedded.network import Network
from traceapp.ledger.embedded.store import Store
from traceapp.ledger.errors import EndorseError, EvaluateError, SubmitError, Unavailable
from traceapp.ledger.port import Attestation, BlockEvent, CommitStatus, Endorsed, NodeHealth, Signer
from traceapp.ledger.revocation import whole_second

CHANNEL, CHAINCODE = "trace", "traceability"
NETWORK = "Traceapp demo network"

# SQLite tells no other process of a commit, so a waiting one looks again this often (seconds).
LOOK = 0.01


def _now() -> datetime:
    return datetime.now(UTC)


class EmbeddedLedger:
    """One SQLite file as a ledger, for several threads and processes at once.

    `clock` is the peers' clock. `batch_timeout` (seconds) and `max_count` say when a block is cut. Waiting calls and a
    full queue cut blocks, so a process that follows `block_events` keeps the chain moving.
    """

    name = "embedded"
    demo = True

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = _now,
        batch_timeout: float = 0.1,
        max_count: int = 200,
        contract: peer.Contract | None = None,
    ) -> None:
        self._store = Store(Path(path))
        self._clock = clock
        self._cutting = order.Cutting(batch_timeout, max_count)
        self._contract = contract or Traceability()
        self._network: Network | None = None

    @classmethod
    def create(
        cls,
        path: Path,
        organisations: Iterable[founding.Member] = (),
        *,
        network_name: str = NETWORK,
        clock: Callable[[], datetime] = _now,
        batch_timeout: float = 0.1,
        max_count: int = 200,
        contract: peer.Contract | None = None,
    ) -> "EmbeddedLedger":
        """Open the ledger, founding it first if there is none. `organisations` are (MSP id, name, PGLN).

        Those not yet on an existing ledger join it. Fewer than two: demo notaries make up the number.
        """
        ledger = cls(path, clock=clock, batch_timeout=batch_timeout, max_count=max_count, contract=contract)
        ledger._found(list(organisations), network_name)
        return ledger

    def add_organisation(self, msp_id: str, name: str, pgln: str) -> None:
        """Let an organisation join, by a configuration block. Nothing happens when it is a member already."""
        self._join([(msp_id, name, pgln)])

    def client_identity(
        self, msp_id: str, *, org: str, role: str, person: str = "", custodial: bool = False
    ) -> tuple[bytes, bytes]:
        """A new client identity, issued by the organisation's authority: (key PEM, certificate PEM).

        `person`: the pseudonym of who holds the key, where the contract asks.
        `custodial`: the key stays with an operator rather than the organisation, and proofs are to say so.
        ValueError for an unknown organisation, or an `org` that is another member's PGLN.
        """
        with self._store.read() as db:
            members = self._load(db).peers
        issuer = next((o for o in members if o.msp_id == msp_id), None)
        if issuer is None:
            raise ValueError(f"{msp_id} is not an organisation of this ledger")
        if any(o.pgln == org and o.msp_id != msp_id for o in members):
            raise ValueError(f"{msp_id} cannot vouch for {org}, which is another organisation's")
        given = {"org": org, "role": role, "person": person, "custodial": "true" if custodial else ""}
        return organisations.issue_client(issuer, attributes=given, at=self._clock())

    def revoke(self, msp_id: str, serial: int) -> bool:
        """Revoke a certificate of an organisation, by a configuration block: peers refuse it from there on.

        False if it was revoked before. ValueError for an unknown organisation.
        """
        with self._store.write() as db:
            members = self._load(db)
            if msp_id not in {o.msp_id for o in members.peers}:
                raise ValueError(f"{msp_id} is not an organisation of this ledger")
            if serial in members.revoked.get(msp_id, {}):
                return False
            now = self._clock()
            configuration.append(db, [], now, revoking={msp_id: {serial: whole_second(now)}})
        return True

    @property
    def channel(self) -> str:
        return CHANNEL

    @property
    def chaincode(self) -> str:
        return CHAINCODE

    def evaluate(self, signer: Signer, function: str, *args: str) -> bytes:
        proposed = self._proposal(signer, CHAINCODE, [function, *args], None)
        try:
            with self._store.read() as db:
                loaded = self._load(db)
                asked = peer.accept(db, loaded, proposed, self._clock())
                return peer.simulate(db, loaded, asked, self._contract)[0]
        except peer.Refused as refused:
            raise EvaluateError(refused.reason, refused.message) from refused

    def endorse(self, signer: Signer, function: str, *args: str, timestamp: datetime | None = None) -> Endorsed:
        proposed = self._proposal(signer, CHAINCODE, [function, *args], timestamp)
        try:
            with self._store.read() as db:
                loaded = self._load(db)
                asked = peer.accept(db, loaded, proposed, self._clock())
                result, payload = peer.simulate(db, loaded, asked, self._contract)
        except peer.Refused as refused:
            raise EndorseError(refused.reason, refused.message) from refused
        signed = messages.transaction_payload(proposed.data, payload, peer.endorse(loaded, payload))
        return Endorsed(tx_id=asked.tx_id, payload=signed, result=result)

    def submit(self, envelope: bytes) -> None:
        if len(envelope) > order.MAX_ENVELOPE:
            raise SubmitError(errors.TOO_LARGE, f"an envelope of {len(envelope)} bytes is too large")
        with self._store.read() as db:
            loaded = self._load(db)
        try:
            creator = validate.creator_of(envelope, loaded)
        except validate.Invalid as invalid:
            denied = invalid.code == validate.BAD_CREATOR
            reason = errors.ACCESS_DENIED if denied else errors.BAD_REQUEST
            raise SubmitError(reason, f"the orderer refuses the envelope: {invalid}") from invalid
        if creator.role not in membership.CLIENT_ROLES:
            raise SubmitError(errors.ACCESS_DENIED, f"a {creator.role} of {creator.msp_id} may not submit")
        with self._store.write() as db:
            chain.enqueue(db, envelope, time.time())
            full = chain.waiting(db)[0] >= self._cutting.max_count
        if full:
            self._cut()

    def commit_status(self, tx_id: str, *, timeout: float) -> CommitStatus | None:
        deadline = time.monotonic() + timeout
        late = False
        while True:
            with self._store.read() as db:
                at = chain.locate(db, tx_id)
            if at is not None:
                return CommitStatus(tx_id, at.code, at.block)
            if late:
                return None
            late = self._wait(deadline)

    def block_events(self, from_block: int, *, timeout: float) -> Iterator[BlockEvent]:
        number, deadline, late = from_block, time.monotonic() + timeout, False
        while True:
            with self._store.read() as db:
                held = chain.block(db, number)
            if held is not None:
                yield blocks.event(*held)
                number, deadline, late = number + 1, time.monotonic() + timeout, False
            elif late:
                return
            else:
                late = self._wait(deadline)

    def height(self) -> int:
        with self._store.read() as db:
            return chain.tip(db).height

    def attest(self, signer: Signer, tx_id: str) -> Attestation:
        proposed = self._proposal(signer, qscc.NAME, [qscc.GET_TRANSACTION, CHANNEL, tx_id], None)
        try:
            with self._store.read() as db:
                loaded = self._load(db)
                payload = qscc.transaction_by_id(db, peer.accept(db, loaded, proposed, self._clock()))
        except peer.Refused as refused:
            raise EvaluateError(refused.reason, refused.message) from refused
        endorsements = tuple((bytes(e.endorser), bytes(e.signature)) for e in peer.endorse(loaded, payload))
        return Attestation(tx_id=tx_id, proposal=proposed.data, payload=payload, endorsements=endorsements)

    def genesis_hash(self) -> bytes:
        with self._store.read() as db:
            held = chain.block(db, 0)
        if held is None:
            raise Unavailable("the ledger has no genesis block yet")
        return held[0]

    def require_contract(self) -> None:
        """The contract is the one of this very process."""

    def configuration(self) -> str:
        if not self._store.exists():
            return ""
        with self._store.read() as db:
            return str(chain.tip(db).configuration)

    def trust(self) -> dict[str, Any]:
        with self._store.read() as db:
            return trust.content(db, self._load(db))

    def nodes(self) -> list[NodeHealth]:
        try:
            return [NodeHealth(self._store.path.name, "file", "", True, height=self.height())]
        except Unavailable as error:
            return [NodeHealth(self._store.path.name, "file", "", False, said=error.message)]

    def close(self) -> None:
        """Close this thread's connection to the file."""
        self._store.close()

    def _proposal(
        self, signer: Signer, chaincode: str, args: list[str], timestamp: datetime | None
    ) -> messages.Proposal:
        return messages.new_proposal(
            signer=signer,
            channel=CHANNEL,
            chaincode_name=chaincode,
            args=args,
            timestamp=timestamp or self._clock(),
        )

    def _load(self, db: sqlite3.Connection) -> Network:
        """The configuration in force in this snapshot, read again only when it changed."""
        known, current = self._network, chain.tip(db).configuration
        if current < 0:
            raise Unavailable(f"no ledger was founded in {self._store.path}")
        if known is None or known.configuration != current:
            known = self._network = network.load(db)
        return known

    def _wait(self, deadline: float) -> bool:
        """Cut the next block if it is due, else wait a little. True when the time is up: look once more, then stop."""
        with self._store.read() as db:
            due = self._cutting.wait(db)
        if due == 0.0:
            self._cut()
        else:
            pause = min(LOOK, deadline - time.monotonic(), LOOK if due is None else due)
            time.sleep(max(0.0, pause))
        return time.monotonic() >= deadline

    def _cut(self) -> None:
        with self._store.write() as db:
            order.cut(db, self._load(db), self._cutting)

    def _found(self, wanted: list[founding.Member], network_name: str) -> None:
        if not self._store.exists():
            self._store.initialise()
        with self._store.read() as db:
            founded = chain.tip(db).height > 0
        if not founded:
            facts = {"network": network_name, "channel": CHANNEL, "chaincode": CHAINCODE}
            with self._store.write() as db:
                founding.found(db, wanted, facts, self._clock())
        self._join(wanted)

    def _join(self, wanted: list[founding.Member]) -> None:
        with self._store.read() as db:
            new = founding.missing(db, wanted)
        if new:
            with self._store.write() as db:
                founding.join(db, wanted, self._clock())
