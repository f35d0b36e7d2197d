"""One transaction's world over the stream to its peer: the contract's Context (see chaincode.traceability.context).

Writes are kept until the contract has ended well, then handed over together: reads never see them anyway, and a peer
takes a thousand in one message. A refused transaction sends none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaincode import wire
from chaincode.creator import Origin
from chaincode.wire import Message, shim

# Composite keys begin with U+0000: a range with an open start must not meet them.
FIRST_SIMPLE_KEY = "\x01"

Ask = Callable[[int, bytes], bytes]
"""Send one request of this transaction to the peer (message type, payload) and wait for its answer's payload."""


@dataclass(frozen=True)
class Abilities:
    """How many writes and reads a peer takes in one message, as its READY says; 0: one by one only."""

    writes: int = 0
    reads: int = 0

    @classmethod
    def read(cls, payload: bytes) -> "Abilities":
        """From READY's peer.ChaincodeAdditionalParams; older peers send none."""
        offered = wire.chaincode.ChaincodeAdditionalParams.FromString(payload)
        return cls(
            writes=max(1, offered.max_size_write_batch) if offered.use_write_batch else 0,
            reads=max(1, offered.max_size_get_multiple_keys) if offered.use_get_multiple_keys else 0,
        )


class Stub:
    """Used by the one thread that runs the transaction."""

    def __init__(self, *, tx_id: str, origin: Origin, ask: Ask, abilities: Abilities) -> None:
        self._tx_id = tx_id
        self._origin = origin
        self._ask = ask
        self._abilities = abilities
        self._writes: dict[str, bytes | None] = {}
        self._event: tuple[str, bytes] | None = None

    @property
    def tx_id(self) -> str:
        return self._tx_id

    @property
    def tx_timestamp(self) -> datetime:
        return self._origin.timestamp

    @property
    def creator_msp_id(self) -> str:
        return self._origin.msp_id

    @property
    def attributes(self) -> Mapping[str, str]:
        return self._origin.attributes

    def get_state(self, key: str) -> bytes | None:
        # A peer answers with nothing for a key that is not there, and refuses to store an empty value.
        return self._ask(Message.GET_STATE, _bytes(shim.GetState(key=key))) or None

    def get_state_multiple(self, keys: Sequence[str]) -> list[bytes | None]:
        size = self._abilities.reads
        if not size:
            return [self.get_state(key) for key in keys]
        found: list[bytes | None] = []
        for part in _parts(keys, size):
            answer = self._ask(Message.GET_STATE_MULTIPLE, _bytes(shim.GetStateMultiple(keys=part)))
            values = shim.GetStateMultipleResult.FromString(answer).values
            if len(values) != len(part):
                raise ValueError(f"the peer answered {len(values)} values for {len(part)} keys")
            found.extend(value or None for value in values)
        return found

    def get_state_range(self, start: str, end: str) -> Iterator[tuple[str, bytes]]:
        request = shim.GetStateByRange(startKey=start or FIRST_SIMPLE_KEY, endKey=end)
        page = shim.QueryResponse.FromString(self._ask(Message.GET_STATE_BY_RANGE, _bytes(request)))
        try:
            while True:
                for row in page.results:
                    pair = wire.query.KV.FromString(row.resultBytes)
                    yield str(pair.key), bytes(pair.value)
                if not page.has_more:
                    break
                more = self._ask(Message.QUERY_STATE_NEXT, _bytes(shim.QueryStateNext(id=page.id)))
                page = shim.QueryResponse.FromString(more)
        finally:
            self._ask(Message.QUERY_STATE_CLOSE, _bytes(shim.QueryStateClose(id=page.id)))

    def put_state(self, key: str, value: bytes) -> None:
        if not key or not value:
            raise ValueError("a key and its value must not be empty")
        self._writes[key] = value

    def del_state(self, key: str) -> None:
        if not key:
            raise ValueError("a key must not be empty")
        self._writes[key] = None

    def set_event(self, name: str, payload: bytes) -> None:
        if not name:
            raise ValueError("an event's name must not be empty")
        self._event = (name, payload)

    def send_writes(self) -> None:
        """Hand the writes over, keys in order: in batches where the peer takes them, else one by one."""
        records = [_write_record(key, value) for key, value in sorted(self._writes.items())]
        if self._abilities.writes:
            for part in _parts(records, self._abilities.writes):
                self._ask(Message.WRITE_BATCH_STATE, _bytes(shim.WriteBatchState(rec=part)))
            return
        for record in records:
            if record.type == shim.WriteRecord.DEL_STATE:
                self._ask(Message.DEL_STATE, _bytes(shim.DelState(key=record.key)))
            else:
                self._ask(Message.PUT_STATE, _bytes(shim.PutState(key=record.key, value=record.value)))

    def event(self) -> Any:
        """The peer.ChaincodeEvent to send with the result, or None. The peer adds contract and transaction."""
        if self._event is None:
            return None
        name, payload = self._event
        return wire.event.ChaincodeEvent(event_name=name, payload=payload)


def _write_record(key: str, value: bytes | None) -> Any:
    if value is None:
        return shim.WriteRecord(key=key, type=shim.WriteRecord.DEL_STATE)
    return shim.WriteRecord(key=key, value=value, type=shim.WriteRecord.PUT_STATE)


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _bytes(message: Any) -> bytes:
    return bytes(message.SerializeToString())
