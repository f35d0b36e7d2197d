"""Several processes and threads on one file, forks, and kills: nothing acknowledged is lost, the chain is whole."""

import itertools
import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.embedded_children import MEMBERS, request, signer
from traceapp.ledger.embedded import blocks
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.messages import envelope_tx_id, sign_envelope
from traceapp.ledger.protos import common

ROOT = Path(__file__).resolve().parents[2]


def start(path: Path, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.unit.embedded_children", str(path), str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def check(path: Path, acknowledged: Iterable[str]) -> EmbeddedLedger:
    """The chain is whole, the index and the state agree with it, and every acknowledged transaction is in it, once."""
    ledger = EmbeddedLedger(path, batch_timeout=0.0)
    committed: list[str] = []
    previous = b""
    for number, block in enumerate(ledger.block_events(0, timeout=0.2)):
        raw = common.Block.FromString(block.raw)
        assert (block.number, block.previous_hash) == (number, previous)
        assert block.data_hash == blocks.data_hash(raw.data.data)
        assert all(tx.code == 0 for tx in block.transactions)
        committed += [tx.tx_id for tx in block.transactions if tx.type == common.ENDORSER_TRANSACTION]
        previous = block.header_hash
    assert len(committed) == len(set(committed))
    assert set(acknowledged) <= set(committed)
    with ledger._store.read() as db:
        assert db.execute("SELECT count(*) FROM state").fetchone()[0] == len(committed)
        assert db.execute("SELECT count(*) FROM transactions").fetchone()[0] == len(committed)
        assert db.execute("SELECT count(*) FROM pending").fetchone()[0] == 0
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    return ledger


def test_processes_that_start_and_write_at_once_share_one_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    children = [start(path, 60) for _ in range(4)]
    outputs = [child.communicate(timeout=90)[0].split() for child in children]
    assert [child.returncode for child in children] == [0] * 4
    acknowledged = [tx_id for output in outputs for tx_id in output[1:]]
    assert len(acknowledged) == 240
    ledger = check(path, acknowledged)
    assert len(ledger.trust()["organisations"]) == 2


def test_a_kill_in_the_middle_of_committing_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "ledger", list[str]()
    chance = random.Random(7)
    EmbeddedLedger.create(path, MEMBERS)
    for _ in range(4):
        children = [start(path, 10_000) for _ in range(2)]
        seen: list[list[str]] = []
        for child, stop_after in zip(children, (chance.randint(1, 60), chance.randint(1, 60)), strict=True):
            assert child.stdout
            seen.append([child.stdout.readline().strip() for _ in range(stop_after + 1)][1:])
        for child, lines in zip(children, seen, strict=True):
            child.kill()
            rest = child.communicate()[0]
            complete = rest[: rest.rfind("\n") + 1].split()
            acknowledged += lines + [line for line in complete if len(line) == 64]
    assert len(acknowledged) > 100
    ledger = check(path, acknowledged)
    me = signer(ledger)
    endorsed = ledger.endorse(me, "record_batch", request())
    ledger.submit(sign_envelope(endorsed, me))
    status = ledger.commit_status(endorsed.tx_id, timeout=20)
    assert status is not None
    assert status.valid


def test_what_was_submitted_by_a_process_that_died_is_committed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    ledger = EmbeddedLedger.create(path, MEMBERS, batch_timeout=3600.0)
    me = signer(ledger)
    endorsed = ledger.endorse(me, "record_batch", request())
    ledger.submit(sign_envelope(endorsed, me))
    assert ledger.commit_status(endorsed.tx_id, timeout=0.02) is None
    check(path, [endorsed.tx_id])


def test_threads_share_a_ledger_object(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS, batch_timeout=0.005, max_count=20)
    signers = [signer(ledger, index) for index in (0, 1)]

    def one(number: int) -> str:
        me = signers[number % 2]
        endorsed = ledger.endorse(me, "record_batch", request())
        ledger.submit(sign_envelope(endorsed, me))
        status = ledger.commit_status(endorsed.tx_id, timeout=60)
        assert status is not None
        assert status.valid
        return endorsed.tx_id

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(one, range(80)))
    check(tmp_path / "ledger", done)


def test_a_follower_sees_blocks_that_another_thread_makes(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS, batch_timeout=0.0)
    me = signer(ledger)
    seen: list[int] = []

    def follow() -> None:
        seen.extend(block.number for block in itertools.islice(ledger.block_events(1, timeout=20), 3))

    follower = threading.Thread(target=follow)
    follower.start()
    for _ in range(3):
        endorsed = ledger.endorse(me, "record_batch", request())
        ledger.submit(sign_envelope(endorsed, me))
        assert ledger.commit_status(endorsed.tx_id, timeout=20)
    follower.join(20)
    assert seen == [1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_and_its_parent_go_on_with_the_same_object(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS, batch_timeout=0.0)
    me = signer(ledger)

    def one() -> str:
        endorsed = ledger.endorse(me, "record_batch", request())
        ledger.submit(sign_envelope(endorsed, me))
        return endorsed.tx_id

    before = one()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, one().encode())
        finally:
            os._exit(0)
    mine = one()
    os.waitpid(child, 0)
    theirs = os.read(reading, 64).decode()
    os.close(reading)
    os.close(writing)
    check(tmp_path / "ledger", [before, mine, theirs])


def test_the_file_is_written_through_to_the_disk(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS)
    with ledger._store.read() as db:
        assert isinstance(db, sqlite3.Connection)
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_full_disk_is_said_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS, batch_timeout=0.0)
    me = signer(ledger)
    envelopes = [sign_envelope(ledger.endorse(me, "record_batch", request()), me) for _ in range(40)]
    with ledger._store.read() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    ledger._store._connection().execute(f"PRAGMA max_page_count = {pages + 3}")
    acknowledged = []

    def fill() -> None:
        for envelope in envelopes:
            ledger.submit(envelope)
            acknowledged.append(envelope_tx_id(envelope))

    with pytest.raises(Unavailable, match="full"):
        fill()
    with pytest.raises(Unavailable, match="full"):
        list(ledger.block_events(1, timeout=0))
    ledger._store._connection().execute("PRAGMA max_page_count = 1000000")
    check(tmp_path / "ledger", acknowledged)


def test_a_block_holds_at_most_the_count_agreed(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.create(tmp_path / "ledger", MEMBERS, batch_timeout=3600.0, max_count=5)
    me = signer(ledger)
    for _ in range(12):
        endorsed = ledger.endorse(me, "record_batch", request())
        ledger.submit(sign_envelope(endorsed, me))
    assert [len(block.transactions) for block in ledger.block_events(1, timeout=0)] == [5, 5]
