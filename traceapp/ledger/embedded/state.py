"""Committed state: keys of the one contract, each with its value and the version (block, position) that wrote it.

SQLite compares these TEXT keys by their UTF-8 bytes, which is the order Fabric's LevelDB has.
"""

import sqlite3
from collections.abc import Iterator
from typing import TypeAlias

Version: TypeAlias = tuple[int, int]


def get(db: sqlite3.Connection, key: str) -> tuple[bytes, Version] | None:
    """Value and version of a key, if it is set."""
    row = db.execute("SELECT value, block, position FROM state WHERE key = ?", (key,)).fetchone()
    return (row[0], (row[1], row[2])) if row else None


def version(db: sqlite3.Connection, key: str) -> Version | None:
    """The version of a key, if it is set."""
    row = db.execute("SELECT block, position FROM state WHERE key = ?", (key,)).fetchone()
    return (row[0], row[1]) if row else None


def scan(db: sqlite3.Connection, start: str, end: str, *, closed: bool = False) -> Iterator[tuple[str, bytes, Version]]:
    """Keys from `start` to `end` (not included unless `closed`; empty: to the last), in order."""
    upper = ("AND key <= :end" if closed else "AND key < :end") if end else ""
    query = f"SELECT key, value, block, position FROM state WHERE key >= :start {upper} ORDER BY key"  # noqa: S608
    for key, value, block, position in db.execute(query, {"start": start, "end": end}):
        yield key, value, (block, position)


def put(db: sqlite3.Connection, key: str, value: bytes, at: Version) -> None:
    """Set a key, as written by the transaction at this block and position."""
    db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", (key, value, *at))


def delete(db: sqlite3.Connection, key: str) -> None:
    """Remove a key; it then has no version."""
    db.execute("DELETE FROM state WHERE key = ?", (key,))
