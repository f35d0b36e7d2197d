"""What a snapshot consists of: its parts with their hashes, and the batches that they were made from. Pure."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from traceapp.commitments.canonical import Json, canonical

FORMAT: Final = "traceapp-snapshot/1"
PACKAGE: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ("events.py", "facts.py", "demand/sales.py", "snapshots/parts.py")


@dataclass(frozen=True)
class Part:
    """`sha256` is also the file's name; `batches`: (id, root in hex, block), in the ledger's order."""

    sha256: str
    lines: int
    batches: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Manifest:
    """`reader`: hash of the code that turns events into rows: other code makes another snapshot."""

    pgln: str
    measure: str
    reader: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def content(self) -> bytes:
        parts: list[Json] = [
            {"sha256": one.sha256, "lines": one.lines, "batches": [list(batch) for batch in one.batches]}
            for one in self.parts
        ]
        about: dict[str, Json] = {"organisation": self.pgln, "measure": self.measure, "reader": self.reader}
        return canonical({"format": FORMAT, **about, "parts": parts})

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def lines(self) -> int:
        return sum(one.lines for one in self.parts)

    @property
    def block(self) -> int:
        """As of which block it is."""
        return max((block for _, _, block in self.batches()), default=0)

    def batches(self) -> Iterator[tuple[str, str, int]]:
        for one in self.parts:
            yield from one.batches


def parsed(content: bytes) -> Manifest:
    """ValueError, KeyError or TypeError for what is no manifest."""
    said: dict[str, Any] = json.loads(content)
    parts = tuple(
        Part(one["sha256"], one["lines"], tuple((batch, root, block) for batch, root, block in one["batches"]))
        for one in said["parts"]
    )
    return Manifest(said["organisation"], said["measure"], said["reader"], parts)


def reader_hash() -> str:
    """SHA-256 over the modules that turn an event into rows and rows into lines; hex."""
    total = hashlib.sha256()
    for name in SOURCES:
        total.update(f"{name}\0".encode() + hashlib.sha256((PACKAGE / name).read_bytes()).digest())
    return total.hexdigest()
