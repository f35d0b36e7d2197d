"""One peer's stream: transactions come in, each runs in a thread of its own, everything goes out through one queue.

gRPC forbids concurrent writes to a stream, and a peer knows one outstanding request of a transaction at a time: so all
messages leave through `outgoing`, and an answer is matched by channel and transaction id. Whatever happens in the
contract, the peer gets COMPLETED or ERROR: without either it would wait for its execution timeout.
"""

import logging
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, Protocol

from chaincode import wire
from chaincode.creator import origin
from chaincode.stub import Abilities, Stub
from chaincode.traceability.context import Context
from chaincode.traceability.errors import BAD_REQUEST, UNKNOWN_FUNCTION, ContractError
from chaincode.wire import Message

log = logging.getLogger(__name__)

OK, REFUSED = 200, 500

Key = tuple[str, str]  # channel, transaction id


class Contract(Protocol):
    """What is served."""

    def invoke(self, ctx: Context, function: str, args: list[str]) -> bytes: ...


class PeerRefused(Exception):
    """The peer answered a request of a transaction with an error, or its stream ended before an answer."""


class Stream:
    """The conversation with one peer, from REGISTER to its end."""

    def __init__(self, contract: Contract, package_id: str, executor: Executor) -> None:
        self._contract = contract
        self._package_id = package_id
        self._executor = executor
        self._outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._answers: dict[Key, queue.SimpleQueue[Any]] = {}  # of the running transactions
        self._abilities = Abilities()
        self._ended = False

    def outgoing(self) -> Iterator[Any]:
        """What to send, in order; ends when the stream does. The stream's only writer iterates over it."""
        registration = wire.chaincode.ChaincodeID(name=self._package_id)
        yield Message(type=Message.REGISTER, payload=registration.SerializeToString())
        while (message := self._outgoing.get()) is not None:
            yield message

    def receive(self, incoming: Iterator[Any]) -> None:
        """Take in what the peer sends until it ends the stream."""
        try:
            for message in incoming:
                self._take(message)
        finally:
            self.end()

    def end(self) -> None:
        """End the stream from our side; whatever still runs fails at its next question."""
        with self._lock:
            self._ended = True
            waiting = list(self._answers.values())
        for answers in waiting:
            answers.put(None)
        self._outgoing.put(None)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no transaction runs and say whether that came about within `timeout` seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._answers, timeout)

    def _take(self, message: Any) -> None:
        kind = message.type
        if kind in (Message.RESPONSE, Message.ERROR):
            self._pass_on(message)
        elif kind == Message.TRANSACTION:
            self._begin(message)
        elif kind == Message.INIT:
            self._send(_error(message, "this contract has no Init: define it without --init-required"))
        elif kind == Message.READY:
            self._abilities = Abilities.read(message.payload)
            log.info("a peer is ready for transactions (%s)", self._abilities)
        elif kind == Message.KEEPALIVE:
            self._send(message)
        elif kind != Message.REGISTERED:
            log.warning("a peer sent a message of type %s, which is not understood", kind)

    def _pass_on(self, message: Any) -> None:
        with self._lock:
            answers = self._answers.get((message.channel_id, message.txid))
        if answers is None:
            log.warning("an answer came for transaction %s, which does not run", message.txid[:8])
            return
        answers.put(message)

    def _begin(self, message: Any) -> None:
        key = (message.channel_id, message.txid)
        with self._lock:
            runs = key in self._answers
            if not runs:
                self._answers[key] = queue.SimpleQueue()
        if runs:
            self._send(_error(message, f"transaction {message.txid} runs already"))
            return
        try:
            self._executor.submit(self._run, message)
        except RuntimeError:  # the service is ending
            self._finish(message, _error(message, "the contract's service is stopping"))

    def _run(self, message: Any) -> None:
        """One transaction. Its end is always said."""
        try:
            answer = self._complete(message)
        except Exception as error:
            log.exception("transaction %s failed", message.txid[:8])
            answer = _error(message, f"chaincode_failed: {type(error).__name__}: {error}")
        self._finish(message, answer)

    def _complete(self, message: Any) -> Any:
        def ask(kind: int, payload: bytes) -> bytes:
            return self._ask(message, kind, payload)

        stub = Stub(tx_id=message.txid, origin=origin(message.proposal), ask=ask, abilities=self._abilities)
        try:
            result = self._contract.invoke(stub, *_call(message.payload))
        except ContractError as refused:
            return _completed(message, wire.response.Response(status=REFUSED, message=str(refused)))
        stub.send_writes()
        return _completed(message, wire.response.Response(status=OK, payload=result), stub.event())

    def _ask(self, about: Any, kind: int, payload: bytes) -> bytes:
        with self._lock:
            answers = self._answers[about.channel_id, about.txid]
            ended = self._ended
        if ended:
            raise PeerRefused("the peer ended its stream")
        self._send(Message(type=kind, payload=payload, txid=about.txid, channel_id=about.channel_id))
        answer = answers.get()
        if answer is None:
            raise PeerRefused("the peer ended its stream")
        if answer.type == Message.ERROR:
            raise PeerRefused(answer.payload.decode(errors="replace"))
        return bytes(answer.payload)

    def _finish(self, message: Any, answer: Any) -> None:
        # Forgotten as it is sent: the peer may use the id again once it has the answer, and who waits for the stream
        # to be idle finds the answer on its way.
        with self._idle:
            self._answers.pop((message.channel_id, message.txid), None)
            self._outgoing.put(answer)
            if not self._answers:
                self._idle.notify_all()

    def _send(self, message: Any) -> None:
        self._outgoing.put(message)


def _call(payload: bytes) -> tuple[str, list[str]]:
    """Function and arguments of a peer.ChaincodeInput."""
    given = wire.chaincode.ChaincodeInput.FromString(payload).args
    try:
        args = [arg.decode() for arg in given]
    except UnicodeDecodeError as error:
        raise ContractError(BAD_REQUEST, "the arguments must be UTF-8 text") from error
    if not args:
        raise ContractError(UNKNOWN_FUNCTION, "no function was named")
    return args[0], args[1:]


def _completed(about: Any, answer: Any, event: Any = None) -> Any:
    return Message(
        type=Message.COMPLETED,
        payload=answer.SerializeToString(),
        txid=about.txid,
        channel_id=about.channel_id,
        chaincode_event=event,
    )


def _error(about: Any, words: str) -> Any:
    return Message(type=Message.ERROR, payload=words.encode(), txid=about.txid, channel_id=about.channel_id)
