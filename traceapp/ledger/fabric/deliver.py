"""Blocks from a peer's Deliver service: in order, without a gap, from the next peer where one breaks off."""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import grpc

from traceapp.ledger import messages
from traceapp.ledger.block_events import block_event
from traceapp.ledger.blocks import header_hash
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import protos, status
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.system import SystemContract
from traceapp.ledger.fabric.wire import Refused, Wire, in_words
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.port import BlockEvent, Signer
from traceapp.ledger.protos import common, encode

_LAST: Final = 2**64 - 1
_AHEAD: Final = 8  # blocks read before they are asked for
STUCK: Final = 10.0
"""Seconds for which a peer may hold back a block that it says it has."""


class BlockSource:
    """Blocks of one channel, read by one client. Raises Unavailable, or Refused when peers deny the reader."""

    def __init__(
        self, wire: Wire, channel: str, reader: Signer, system: SystemContract, clock: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._channel = channel
        self._reader = reader
        self._system = system
        self._clock = clock

    def events(self, from_block: int, *, timeout: float) -> Iterator[BlockEvent]:
        """As the port says: every block there is, and then new ones until `timeout` seconds bring none."""
        number, told = from_block, dict[str, str]()
        while True:
            peer = next((one for one in self._wire.peers() if one.name not in told), None)
            if peer is None:
                raise Unavailable(in_words(list(told.items())))
            try:
                for event in self._of(peer, number, timeout):
                    yield event
                    number, told = event.number + 1, {}
            except grpc.RpcError as error:
                failure = status.of_call(error)
                self._wire.suspect(peer)
                told[peer.name] = failure.message
                continue
            if number >= self._system.highest:
                return
            told[peer.name] = f"it lags: it has {number} blocks of {self._system.highest}"

    def _of(self, peer: Peer, number: int, timeout: float) -> Iterator[BlockEvent]:
        stream = _Stream(self._wire.channel(peer), self._request(number))
        waited = 0.0
        try:
            while True:
                begun = time.monotonic()
                answer = stream.next(timeout)
                if answer is not None:
                    yield _event(answer, number)
                    number, waited = number + 1, 0.0
                elif self._system.height_at(peer) <= number:
                    return
                else:  # it has the block, and only takes longer than we were to wait for a new one
                    waited += time.monotonic() - begun
                    if waited > STUCK:
                        raise Broken("it does not deliver a block that it has")
                    timeout = max(timeout, 0.5)
        finally:
            stream.close()

    def _request(self, number: int) -> Any:
        """A signed common.Envelope that asks for all blocks from `number` on, as they come."""
        header = common.ChannelHeader(type=common.DELIVER_SEEK_INFO, channel_id=self._channel)
        messages.set_timestamp(header.timestamp, self._clock())
        creator = serialized_identity(self._reader.msp_id, self._reader.certificate)
        signed = common.SignatureHeader(creator=creator, nonce=os.urandom(messages.NONCE_BYTES))
        ab = protos.orderer
        seek = ab.SeekInfo(
            start=ab.SeekPosition(specified=ab.SeekSpecified(number=number)),
            stop=ab.SeekPosition(specified=ab.SeekSpecified(number=_LAST)),
            behavior=ab.SeekInfo.BLOCK_UNTIL_READY,
        )
        payload = encode(
            common.Payload(
                header=common.Header(channel_header=encode(header), signature_header=encode(signed)), data=encode(seek)
            )
        )
        return common.Envelope(payload=payload, signature=self._reader.sign(payload))


class Broken(grpc.RpcError):
    """A peer's stream ended, or makes no sense: another peer may do better."""


class _Stream:
    """A Deliver call, read by a thread of its own: gRPC has no waiting for one message with a time limit."""

    def __init__(self, channel: grpc.Channel, request: Any) -> None:
        self._call = protos.events_grpc.DeliverStub(channel).Deliver(iter([request]))
        self._read: queue.Queue[Any] = queue.Queue(_AHEAD)
        self._closed = threading.Event()
        threading.Thread(target=self._pump, name="fabric-deliver", daemon=True).start()

    def next(self, timeout: float) -> Any | None:
        """The next events.DeliverResponse, None if none comes in time. Raises grpc.RpcError when the stream broke."""
        try:
            found = self._read.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            return None
        if isinstance(found, grpc.RpcError):
            raise found
        return found

    def close(self) -> None:
        self._closed.set()
        self._call.cancel()

    def _pump(self) -> None:
        try:
            for answer in self._call:
                self._put(answer)
            self._put(Broken("the stream of blocks ended"))
        except grpc.RpcError as error:
            self._put(error)

    def _put(self, found: Any) -> None:
        while not self._closed.is_set():
            try:
                self._read.put(found, timeout=0.2)
            except queue.Full:
                continue
            return


def _event(answer: Any, number: int) -> BlockEvent:
    if answer.WhichOneof("Type") != "block":
        raise _ended(int(answer.status))
    header = answer.block.header
    if header.number != number:
        raise Broken(f"block {header.number} came instead of block {number}")
    hashed = header_hash(header.number, bytes(header.previous_hash), bytes(header.data_hash))
    return block_event(hashed, encode(answer.block))


def _ended(code: int) -> Exception:
    """Why the peer sends no more."""
    if code == common.FORBIDDEN:
        return Refused(status.of_answer(code, "access denied: the peer delivers no blocks to this reader"))
    if code == common.NOT_FOUND:
        return Broken("failed to get config for channel")
    return Broken(f"the peer ended the stream of blocks: {common.Status.Name(code)}")
