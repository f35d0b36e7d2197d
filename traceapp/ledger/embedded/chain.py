"""The chain and what waits to get on to it: blocks, the index of transactions, the checkpoint, pending envelopes."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Tip:
    """Where the chain ends: the next block's number, the last header's hash, the configuration in force."""

    height: int
    header_hash: bytes
    configuration: int


@dataclass(frozen=True)
class Located:
    """Where a transaction id first stood, and how it was judged there."""

    block: int
    position: int
    code: int


def tip(db: sqlite3.Connection) -> Tip:
    """The checkpoint: it moved in the same transaction as the last block."""
    row = db.execute("SELECT height, header_hash, configuration FROM checkpoint").fetchone()
    return Tip(*row) if row else Tip(0, b"", -1)


def move(db: sqlite3.Connection, to: Tip) -> None:
    """Move the checkpoint."""
    db.execute("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)", (to.height, to.header_hash, to.configuration))


def add_block(db: sqlite3.Connection, number: int, header_hash: bytes, raw: bytes) -> None:
    """Store a block."""
    db.execute("INSERT INTO blocks VALUES (?, ?, ?)", (number, header_hash, raw))


def block(db: sqlite3.Connection, number: int) -> tuple[bytes, bytes] | None:
    """(header hash, common.Block), if there is such a block."""
    row = db.execute("SELECT header_hash, raw FROM blocks WHERE number = ?", (number,)).fetchone()
    return (row[0], row[1]) if row else None


def locate(db: sqlite3.Connection, tx_id: str) -> Located | None:
    """Where a transaction is, if it is."""
    row = db.execute("SELECT block, position, code FROM transactions WHERE tx_id = ?", (tx_id,)).fetchone()
    return Located(*row) if row else None


def note_transaction(db: sqlite3.Connection, tx_id: str, at: Located) -> None:
    """Index a transaction. A later one of the same id does not replace the first."""
    values = (tx_id, at.block, at.position, at.code)
    db.execute("INSERT OR IGNORE INTO transactions VALUES (?, ?, ?, ?)", values)


def enqueue(db: sqlite3.Connection, envelope: bytes, arrived: float) -> None:
    """Put an envelope in order."""
    db.execute("INSERT INTO pending (arrived, envelope) VALUES (?, ?)", (arrived, envelope))


def waiting(db: sqlite3.Connection) -> tuple[int, float]:
    """(how many envelopes wait, when the oldest arrived); (0, 0.0) for none."""
    first = db.execute("SELECT seq, arrived FROM pending ORDER BY seq LIMIT 1").fetchone()
    if first is None:
        return 0, 0.0
    last = db.execute("SELECT max(seq) FROM pending").fetchone()[0]
    return last - first[0] + 1, first[1]  # taken from the front only, so the numbers have no gaps


def take(db: sqlite3.Connection, limit: int) -> list[bytes]:
    """Remove the next envelopes, in order, from the queue."""
    rows = db.execute("SELECT seq, envelope FROM pending ORDER BY seq LIMIT ?", (limit,)).fetchall()
    if rows:
        db.execute("DELETE FROM pending WHERE seq <= ?", (rows[-1][0],))
    return [row[1] for row in rows]


def meta(db: sqlite3.Connection, name: str) -> str:
    """A fixed fact of this ledger."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Fix a fact of this ledger."""
    db.execute("INSERT INTO meta VALUES (?, ?)", (name, value))
