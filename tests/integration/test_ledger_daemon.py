"""ledgerd as a process: killed at any moment, twice at once, and without its ledger."""

import json
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tests.factories import OrganisationFactory
from traceapp.ledger import daemon as daemons
from traceapp.ledger import selectors, verified, watch
from traceapp.ledger.daemon import Daemon
from traceapp.ledger.lock import SingleRunner
from traceapp.ledger.models import Batch, Finding, Heartbeat
from traceapp.ledger.oversight import Node
from traceapp.ledger.port import NodeHealth
from traceapp.ledger.tamper import tamper_record
from traceapp.ledger.told import Told

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60


def until(condition, what, within=PATIENCE):
    give_up = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < give_up, f"waited {within} s until {what}"
        time.sleep(0.05)
    return found


class Folder:
    """A data folder, and programs run on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment = {
            **os.environ,
            "DATA_DIR": str(path),
            "DATABASE_URL": f"sqlite:///{path / 'traceapp.sqlite3'}",
            "BATCH_WAIT": "0.1",
            "BATCH_SIZE": "20",
            "DJANGO_SETTINGS_MODULE": "traceapp.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self.daemons: list[subprocess.Popen] = []

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        started = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = started.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, started.returncode, out, err)

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, text=True, **options)

    def ledgerd(self) -> subprocess.Popen:
        log = (self.path / f"ledgerd-{len(self.daemons)}.log").open("w")
        self.daemons.append(self.start("manage.py", "ledgerd", stdout=log, stderr=log))
        return self.daemons[-1]

    def log(self, number: int) -> str:
        return (self.path / f"ledgerd-{number}.log").read_text()

    def ask(self, sql: str):
        """One value from the database, read by nobody's code."""
        db = sqlite3.connect(self.path / "traceapp.sqlite3", timeout=30)
        try:
            return db.execute(sql).fetchone()[0]
        finally:
            db.close()

    def waiting(self) -> int:
        queued = self.ask("SELECT count(*) FROM ledger_record WHERE batch_id IS NULL")
        return queued + self.ask("SELECT count(*) FROM ledger_batch WHERE evidenced IS NULL")

    def close(self) -> None:
        for one in self.daemons:
            one.kill()
            one.wait()


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    begun = made.run("-m", "tests.ledger_process", "begin")
    assert begun.returncode == 0, begun.stderr
    yield made
    made.close()


def test_killed_at_any_moment_it_loses_and_doubles_nothing(folder):
    rng = random.Random(5)
    sender = folder.start("-m", "tests.ledger_process", "append", "150", stdout=subprocess.PIPE)
    for _ in range(4):
        running = folder.ledgerd()
        before = folder.ask("SELECT count(*) FROM ledger_batch")
        until(
            lambda b=before: folder.ask("SELECT count(*) FROM ledger_batch") > b or sender.poll() is not None,
            "it works",
        )
        time.sleep(rng.random() * 0.3)  # the kill may come at any line
        running.kill()
        running.wait()
    accepted = sender.communicate(timeout=PATIENCE)[0].split()
    folder.ledgerd()
    until(lambda: folder.waiting() == 0, "all of it is on the ledger")

    audit = folder.run("manage.py", "verify_ledger", "--json")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert json.loads(audit.stdout)["records"] == len(accepted) == 150
    assert folder.ask("SELECT count(DISTINCT uid) FROM ledger_record WHERE batch_id IS NOT NULL") == 150

    # A second one stands by, says so, and takes over when the first is killed.
    first = folder.daemons[-1]
    folder.ledgerd()
    until(lambda: "stands by" in folder.log(5), "the second stands by")
    first.kill()
    until(lambda: "ledgerd works (" in folder.log(5), "the second takes over")

    # It ends by itself when asked to, and one changed byte ends verify_ledger with 1.
    folder.daemons[-1].send_signal(signal.SIGTERM)
    assert folder.daemons[-1].wait(timeout=PATIENCE) == 0
    assert "ledgerd stopped" in folder.log(5)
    refused = folder.run("manage.py", "tamper")
    assert refused.returncode == 1
    assert "for demos" in refused.stderr
    changed = folder.run("manage.py", "tamper", "--force")
    assert "Changed one byte of record" in changed.stdout
    audit = folder.run("manage.py", "verify_ledger")
    assert audit.returncode == 1
    assert changed.stdout.split("record ")[1].split(" ")[0] in audit.stdout


def test_only_one_takes_the_lock(data_dir, db):
    def elsewhere() -> bool:
        """Whether somebody with a database connection of their own gets it."""
        try:
            other = SingleRunner()
            got = other.take()
            if got:
                other.release()
            return got
        finally:
            connections.close_all()

    first = SingleRunner()
    assert first.take()
    assert first.held()
    with ThreadPoolExecutor(1) as thread:
        assert not thread.submit(elsewhere).result()
        first.release()
        assert thread.submit(elsewhere).result()


def test_it_says_what_is_wrong_and_goes_on_when_it_is_well_again(ledger_world, settings):
    daemon, record, path = Daemon(), ledger_world.record(), settings.LEDGER_PATH
    settings.LEDGER_PATH = path.with_name("away.sqlite3")
    assert daemon.turn() >= 0.5
    assert not settings.LEDGER_PATH.exists()  # a lost ledger is not founded anew
    assert "The ledger is away" in Heartbeat.objects.get().trouble
    assert selectors.ledger_status().running

    settings.LEDGER_PATH = path
    for _ in range(50):
        daemon.turn()
        if Batch.objects.filter(evidenced__isnull=False).exists():
            break
    assert Heartbeat.objects.get().trouble == ""
    assert verified.read([record.pk]).verified


def test_it_waits_for_the_first_organisation(data_dir, db):
    worker = daemons._Worker(Told(logging.getLogger()))
    assert not worker.turn()
    assert not (data_dir / "trust.json").exists()
    OrganisationFactory()
    worker.turn()
    assert (data_dir / "trust.json").exists()


def test_it_rechecks_everything_in_its_idle_time(ledger_world, settings):
    record = ledger_world.record()
    ledger_world.anchor()
    tamper_record(record.pk)
    worker = daemons._Worker(Told(logging.getLogger()))
    until(lambda: worker.turn() or Finding.objects.exists(), "it is found")
    until(lambda: worker.turn() or selectors.ledger_status().scrub_age is not None, "the round ends")
    assert Finding.objects.get().record_pk == record.pk
    assert selectors.ledger_status().scrub_age < PATIENCE
    assert not worker.scrubber.step()  # it rests


def test_it_notes_how_the_ledgers_nodes_are_and_since_when(committed_ledger_world, monkeypatch):
    looked, note = threading.Event(), watch.note
    monkeypatch.setattr(watch, "note", lambda found: (note(found), looked.set()))
    with watch.Watch():  # its thread writes: on SQLite in memory a question meanwhile is refused, and does not wait
        assert looked.wait(PATIENCE), "the ledger's file is not looked at"
    (node,) = Node.objects.all()
    assert node.well
    assert (node.kind, node.height) == ("file", committed_ledger_world.ledger.height())
    assert node.said == ""
    watch.note([NodeHealth("ledger.sqlite3", "file", "", False, "gone"), NodeHealth("peer-1", "peer", "AMSP", None)])
    fallen, unknown = Node.objects.all()
    assert (fallen.well, fallen.said, unknown.well) == (False, "gone", None)
    assert fallen.since > node.since
    watch.note([NodeHealth("ledger.sqlite3", "file", "", False, "gone still")])
    assert Node.objects.get().since == fallen.since
    assert Node.objects.get().looked > fallen.looked


def test_the_command_says_whether_a_ledgerd_works(ledger_world, capsys):
    with pytest.raises(CommandError, match="No ledgerd has worked"):
        call_command("ledgerd", check=True)
    now = datetime.now(UTC)
    Heartbeat.objects.create(name=daemons.NAME, pid=1, host="here", started=now, beat=now)
    call_command("ledgerd", check=True)
    assert "ledgerd works" in capsys.readouterr().out
    Heartbeat.objects.update(beat=now - timedelta(minutes=2))
    with pytest.raises(CommandError, match="No ledgerd works: the last heartbeat was 12"):
        call_command("ledgerd", check=True)
