"""The file: connections that survive threads and forks, the schema, and two kinds of transaction.

The file must never be opened by other means in a process that uses it: closing any descriptor of it drops SQLite's
locks (see SQLite's "How To Corrupt An SQLite Database File").
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from traceapp.ledger.errors import Unavailable

FORMAT = 1
BUSY_SECONDS = 30.0

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE organisations (
    msp_id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, pgln TEXT NOT NULL, sequence INTEGER NOT NULL,
    ca_key BLOB NOT NULL, ca_certificate BLOB NOT NULL, node_key BLOB NOT NULL, node_certificate BLOB NOT NULL);
CREATE TABLE configurations (sequence INTEGER PRIMARY KEY, block INTEGER NOT NULL, begins TEXT NOT NULL);
CREATE TABLE pending (seq INTEGER PRIMARY KEY AUTOINCREMENT, arrived REAL NOT NULL, envelope BLOB NOT NULL);
CREATE TABLE blocks (number INTEGER PRIMARY KEY, header_hash BLOB NOT NULL, raw BLOB NOT NULL);
CREATE TABLE transactions (
    tx_id TEXT PRIMARY KEY, block INTEGER NOT NULL, position INTEGER NOT NULL, code INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE state (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1), height INTEGER NOT NULL, header_hash BLOB NOT NULL,
    configuration INTEGER NOT NULL);
"""

# Connections a forked child found in its memory. Closing them there could drop the parent's locks, so they are kept.
_inherited: list[sqlite3.Connection] = []


class Store:
    """One SQLite file, a connection a thread. Opening is cheap: nothing is read before it is used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def exists(self) -> bool:
        """Whether a ledger was made here. Unavailable when the file is something else."""
        if not self.path.exists():
            return False
        with self.read() as db:
            return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'").fetchone())

    def initialise(self) -> None:
        """Make the file (readable by its owner only: it holds keys) and its tables, unless they are there."""
        with _unavailable(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        with self.write() as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in SCHEMA.split(";"):
                    db.execute(statement)
                db.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: everything read inside belongs to one moment."""
        with _unavailable(self.path):
            db = self._connection()
            db.execute("BEGIN")
        try:
            with _unavailable(self.path):
                yield db
        finally:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The one writer among all processes; on disk (fsync) when it ends, undone when it raises."""
        with _unavailable(self.path):
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
        try:
            with _unavailable(self.path):
                yield db
                db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close this thread's connection. Other threads' connections close when they end."""
        pid, db = getattr(self._local, "open", (0, None))
        if db is not None and pid == os.getpid():
            db.close()
        self._local.__dict__.clear()

    def _connection(self) -> sqlite3.Connection:
        pid, db = getattr(self._local, "open", (0, None))
        if db is not None and pid == os.getpid():
            return db  # type: ignore[no-any-return]
        if db is not None:
            _inherited.append(db)
        db = _connect(self.path)
        self._local.open = (os.getpid(), db)
        return db


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: a wrong path is an error, not a new empty file.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    # Autocommit, so that BEGIN and COMMIT are ours. A connection of an ended thread may be freed by another one.
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _journal_in_wal(db)
        db.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _journal_in_wal(db: sqlite3.Connection) -> None:
    """Switch to WAL once for the file's life. SQLite does not wait for others on this one statement, so we do."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.005)
            continue
        if mode != "wal":
            raise sqlite3.OperationalError(f"its file system allows no write-ahead log (journal mode {mode})")
        return


@contextlib.contextmanager
def _unavailable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"the ledger file {path} cannot be used: {error}") from error
    except OSError as error:
        raise Unavailable(f"the ledger file {path} cannot be used: {error.strerror}") from error
