"""What the demo remembers between two starts: passwords, tokens, the day its data ends, and how far seeding came."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass
class DemoState:
    made: str  # moment up to which events were generated, RFC 3339
    password: str
    tokens: dict[str, str] = field(default_factory=dict)  # by firm; shown once by the server, so kept here
    seeded: bool = False
    planted: bool = False
    trained: bool = False
    paid: bool = False
    measured: bool = False
    lorry_came: str = ""  # moment, RFC 3339: its logger measures from then on

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made)


def load(folder: Path) -> DemoState:
    """The state kept in the folder, or a new one."""
    file = folder / "demo.json"
    if file.exists():
        return DemoState(**json.loads(file.read_text()))
    now = datetime.now(UTC).replace(microsecond=0)
    state = DemoState(made=now.isoformat(), password=f"demo-{secrets.token_hex(4)}")
    save(folder, state)
    return state


def save(folder: Path, state: DemoState) -> None:
    """Written beside and moved into place, readable by its owner only: it holds passwords."""
    beside = folder / "demo.json.new"
    with open(beside, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as handle:
        json.dump(asdict(state), handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(folder / "demo.json")
