"""A Fabric channel behind the port. See the port for what each method does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from traceapp.ledger import errors, messages
from traceapp.ledger.errors import EndorseError, EvaluateError, LedgerError, SubmitError, Unavailable
from traceapp.ledger.fabric import attest, config, contract, health, identity, system, trust
from traceapp.ledger.fabric.config import Config
from traceapp.ledger.fabric.deliver import BlockSource
from traceapp.ledger.fabric.gateway import GatewayClient
from traceapp.ledger.fabric.system import SystemContract
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.port import Attestation, BlockEvent, CommitStatus, Endorsed, NodeHealth, Signer
from traceapp.ledger.protos import DecodeError, common, identities, transaction


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Opened:
    """What a connection file leads to."""

    config: Config
    reader: Signer
    wire: Wire
    gateway: GatewayClient
    system: SystemContract
    blocks: BlockSource


class Sender(Protocol):
    """Whose certificate peers look at."""

    @property
    def msp_id(self) -> str: ...

    @property
    def certificate(self) -> bytes: ...


class FabricLedger:
    """One channel, named by a connection file (`config`). For several threads, and for children after a fork.

    Opening reads nothing: what is wrong with the file or the network shows at the first call, as Unavailable.
    """

    name = "fabric"

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._path = Path(path)
        self._clock = clock

    @property
    def demo(self) -> bool:
        return self._open.config.demo

    @property
    def channel(self) -> str:
        return self._open.config.channel

    @property
    def chaincode(self) -> str:
        return self._open.config.chaincode

    @property
    def config(self) -> Config:
        """The connection file, read."""
        return self._open.config

    def evaluate(self, signer: Signer, function: str, *args: str) -> bytes:
        proposed = self._proposal(signer, self.chaincode, [function, *args], None)
        with self._as(EvaluateError, signer):
            return self._open.gateway.evaluate(proposed)

    def endorse(self, signer: Signer, function: str, *args: str, timestamp: datetime | None = None) -> Endorsed:
        proposed = self._proposal(signer, self.chaincode, [function, *args], timestamp)
        with self._as(EndorseError, signer):
            payload, result = self._endorsed(proposed)
        return Endorsed(tx_id=proposed.tx_id, payload=payload, result=result)

    def submit(self, envelope: bytes) -> None:
        try:
            parsed = common.Envelope.FromString(envelope)
            header = messages.channel_header(envelope)
        except DecodeError as error:
            raise SubmitError(errors.BAD_REQUEST, "the orderer refuses the envelope: it does not parse") from error
        if header.channel_id != self.channel:
            raise SubmitError(errors.BAD_REQUEST, f"the envelope is not for the channel {self.channel}")
        with self._as(SubmitError, _sender(envelope)):
            self._open.gateway.submit(parsed, str(header.tx_id))

    def commit_status(self, tx_id: str, *, timeout: float) -> CommitStatus | None:
        opened = self._open
        with self._as(EvaluateError, opened.reader):
            if timeout > 0:
                found = opened.gateway.commit_status(opened.reader, tx_id, timeout=timeout)
                if found is not None:
                    opened.system.saw(found.block)
                # A copy of it in the same block may have been met first; the lookup knows which one stands.
                if found is not None and found.code != transaction.DUPLICATE_TXID:
                    return found
            return opened.system.status_of(tx_id)

    def block_events(self, from_block: int, *, timeout: float) -> Iterator[BlockEvent]:
        opened = self._open
        with self._as(EvaluateError, opened.reader):
            for event in opened.blocks.events(from_block, timeout=timeout):
                opened.system.saw(event.number)
                yield event

    def height(self) -> int:
        with self._as(EvaluateError, self._open.reader):
            return self._open.system.height()

    def attest(self, signer: Signer, tx_id: str) -> Attestation:
        opened = self._open
        proposed = self._proposal(signer, system.NAME, [attest.FUNCTION, self.channel, tx_id], None)
        with self._as(EvaluateError, signer):
            return attest.attest(opened.wire, proposed, tx_id, needed=opened.config.attestations)

    def genesis_hash(self) -> bytes:
        with self._as(EvaluateError, self._open.reader):
            return self._open.system.genesis_hash()

    def require_contract(self) -> None:
        found, opened = self._open.config, self._open
        with self._as(EvaluateError, opened.reader):
            why = contract.why_unfit(found, opened.system.definition(found.chaincode)) if found.sequence else ""
        if why:
            raise LedgerError(errors.OUTDATED, why)

    def configuration(self) -> str:
        return self._open.config.digest

    def trust(self) -> dict[str, Any]:
        return trust.content(self._open.config, self.genesis_hash())

    def nodes(self) -> list[NodeHealth]:
        return health.look(self._open.config, self._open.system)

    def close(self) -> None:
        """Close this process's connections. The next call opens them again."""
        if "_open" in self.__dict__:
            self._open.wire.close()

    @cached_property
    def _open(self) -> _Opened:
        try:
            found = config.read(self._path)
            reader = LocalSigner(found.reader.msp_id, found.reader.key, found.reader.certificate)
        except ValueError as error:
            raise Unavailable(str(error)) from error
        wire = Wire(found.peers, max_in_flight=found.max_in_flight)
        peers = SystemContract(wire, found.channel, reader, self._clock)
        return _Opened(
            config=found,
            reader=reader,
            wire=wire,
            gateway=GatewayClient(wire, found.channel),
            system=peers,
            blocks=BlockSource(wire, found.channel, reader, peers, self._clock),
        )

    def _endorsed(self, proposed: messages.Proposal) -> tuple[bytes, bytes]:
        """Asked again where the contract refuses: a peer without the newest block may miss what the caller has seen."""
        opened = self._open
        try:
            return opened.gateway.endorse(proposed)
        except Refused as refused:
            if not refused.failure.by_contract:
                raise
        opened.system.wait_until_level()
        return opened.gateway.endorse(proposed)

    def _proposal(
        self, signer: Signer, chaincode: str, args: list[str], timestamp: datetime | None
    ) -> messages.Proposal:
        return messages.new_proposal(
            signer=signer,
            channel=self.channel,
            chaincode_name=chaincode,
            args=args,
            timestamp=timestamp or self._clock(),
        )

    @contextmanager
    def _as(self, stage: type[LedgerError], signer: Sender) -> Iterator[None]:
        """Make a refusal the error of its stage, and put what is missing into its sentence."""
        found = self._open.config
        try:
            yield
        except Refused as refused:
            failure = refused.failure
            message = failure.message
            if failure.reason == errors.ACCESS_DENIED:
                why = identity.why_denied(found, signer.msp_id, signer.certificate, self._clock())
                whose = " (the reader of the connection file)" if signer is self._open.reader else ""
                message = f"access denied{whose}: {why}"
            raise stage(failure.reason, message) from refused
        except Unavailable as away:
            named = away.message.replace("{channel}", found.channel).replace("{chaincode}", found.chaincode)
            raise Unavailable(named) from away


@dataclass(frozen=True)
class _Named:
    msp_id: str
    certificate: bytes


def _sender(envelope: bytes) -> Sender:
    """Who signed an envelope that parses."""
    named = identities.SerializedIdentity.FromString(messages.creator_of(envelope))
    return _Named(str(named.mspid), bytes(named.id_bytes))
