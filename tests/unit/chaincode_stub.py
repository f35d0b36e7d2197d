"""A context in memory for tests of the contract alone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime


class Stub:
    """As a peer's: reads see what was there before, not what this transaction writes."""

    def __init__(self, state: dict[str, bytes] | None = None, /, **attributes: str) -> None:
        self.state = dict(state or {})
        self.written: dict[str, bytes | None] = {}  # None: deleted
        self.event: tuple[str, bytes] | None = None
        self.tx_id = "ab" * 32
        self.tx_timestamp = datetime(2026, 5, 14, 9, 12, 0, 123999, tzinfo=UTC)
        self.creator_msp_id = "HuertaAlbaMSP"
        self.attributes: dict[str, str] = attributes or {"org": "9506000134352", "role": "recorder"}

    def get_state(self, key: str) -> bytes | None:
        return self.state.get(key)

    def get_state_multiple(self, keys: Sequence[str]) -> list[bytes | None]:
        return [self.get_state(key) for key in keys]

    def get_state_range(self, start: str, end: str) -> Iterator[tuple[str, bytes]]:
        yield from ((key, self.state[key]) for key in sorted(self.state) if start <= key and (not end or key < end))

    def put_state(self, key: str, value: bytes) -> None:
        self.written[key] = value

    def del_state(self, key: str) -> None:
        self.written[key] = None

    def set_event(self, name: str, payload: bytes) -> None:
        self.event = (name, payload)

    def commit(self) -> dict[str, bytes]:
        """The state once this transaction is valid."""
        return {key: value for key, value in (self.state | self.written).items() if value is not None}
