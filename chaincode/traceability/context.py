"""What a peer gives the contract for one transaction. Reads see committed state, never this transaction's writes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Context(Protocol):
    """One transaction's world."""

    @property
    def tx_id(self) -> str: ...

    @property
    def tx_timestamp(self) -> datetime:
        """The time its client gave the transaction, aware: the only time a contract may use."""

    @property
    def creator_msp_id(self) -> str: ...

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes of the creator's certificate."""

    def get_state(self, key: str) -> bytes | None: ...

    def get_state_multiple(self, keys: Sequence[str]) -> list[bytes | None]:
        """As get_state for each key, in one exchange with the peer."""

    def get_state_range(self, start: str, end: str) -> Iterator[tuple[str, bytes]]:
        """Keys from `start` up to, not including, `end`, in order. `end` empty: to the last."""

    def put_state(self, key: str, value: bytes) -> None: ...

    def del_state(self, key: str) -> None: ...

    def set_event(self, name: str, payload: bytes) -> None:
        """The event a valid transaction raises: one a transaction."""
