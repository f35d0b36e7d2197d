"""Run the contract on a snapshot and note what it read and would write: the versioned read-write set.

As in Fabric, reads see committed state only, never the transaction's own writes. Range queries are noted with all they
returned (Fabric may summarise long ones in a tree of hashes), so that a phantom is found.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from traceapp.ledger.embedded import state
from traceapp.ledger.embedded.state import Version
from traceapp.ledger.protos import chaincode_event, encode, kvrwset, rwset


class Simulation:
    """The contract's context for one proposal. See chaincode.traceability.context."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        tx_id: str,
        tx_timestamp: datetime,
        creator_msp_id: str,
        attributes: Mapping[str, str],
    ) -> None:
        self._db = db
        self.tx_id = tx_id
        self.tx_timestamp = tx_timestamp
        self.creator_msp_id = creator_msp_id
        self.attributes = attributes
        self._reads: dict[str, Version | None] = {}
        self._writes: dict[str, bytes | None] = {}
        self._ranges: list[Any] = []
        self._event: tuple[str, bytes] | None = None

    def get_state(self, key: str) -> bytes | None:
        found = state.get(self._db, key)
        self._reads[key] = found[1] if found else None
        return found[0] if found else None

    def get_state_multiple(self, keys: Sequence[str]) -> list[bytes | None]:
        return [self.get_state(key) for key in keys]

    def get_state_range(self, start: str, end: str) -> Iterator[tuple[str, bytes]]:
        # As Fabric: until the caller has seen the end, the range reaches to the last key seen, that one included.
        noted = kvrwset.RangeQueryInfo(start_key=start, end_key=start, itr_exhausted=False)
        noted.raw_reads.SetInParent()
        self._ranges.append(noted)
        for key, value, version in state.scan(self._db, start, end):
            noted.raw_reads.kv_reads.append(_read(key, version))
            noted.end_key = key
            yield key, value
        noted.end_key, noted.itr_exhausted = end, True

    def put_state(self, key: str, value: bytes) -> None:
        if not key or not value:
            raise ValueError("a key and its value must not be empty")
        self._writes[key] = value

    def del_state(self, key: str) -> None:
        self._writes[key] = None

    def set_event(self, name: str, payload: bytes) -> None:
        self._event = (name, payload)

    def results(self, namespace: str) -> bytes:
        """rwset.TxReadWriteSet with one KVRWSet; keys in order."""
        if not self._reads and not self._writes and not self._ranges:
            return encode(rwset.TxReadWriteSet(data_model=rwset.TxReadWriteSet.KV))
        noted = kvrwset.KVRWSet(
            reads=[_read(key, version) for key, version in sorted(self._reads.items())],
            range_queries_info=self._ranges,
            writes=[
                kvrwset.KVWrite(key=key, is_delete=value is None, value=value or b"")
                for key, value in sorted(self._writes.items())
            ],
        )
        one = rwset.NsReadWriteSet(namespace=namespace, rwset=encode(noted))
        return encode(rwset.TxReadWriteSet(data_model=rwset.TxReadWriteSet.KV, ns_rwset=[one]))

    def event(self, chaincode_name: str) -> bytes:
        """peer.ChaincodeEvent, or nothing."""
        if self._event is None:
            return b""
        name, payload = self._event
        return encode(
            chaincode_event.ChaincodeEvent(
                chaincode_id=chaincode_name, tx_id=self.tx_id, event_name=name, payload=payload
            )
        )


def _read(key: str, version: Version | None) -> Any:
    if version is None:
        return kvrwset.KVRead(key=key)
    return kvrwset.KVRead(key=key, version=kvrwset.Version(block_num=version[0], tx_num=version[1]))
