"""Training by a real Celery worker on the filesystem transport: it is done once, also when a worker is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from forecasting.models import Run, TrainingJob
from forecasting.services import request_training
from tests.forecasting_world import sales
from traceapp.jobs import life
from traceapp.jobs.tasks import sweep
from traceapp.ledger.models import Record, RecordKind

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.xdist_group("celery-worker")]


def until(holds, what: str, within: float = 60.0):
    end = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < end, f"not within {within:.0f} s: {what}"
        time.sleep(0.05)
    return found


def database_url() -> str:
    """The test's own database, for a process that is not the test."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """The tests' database where other processes see it too: SQLite's is in memory, so it moves to a file meanwhile."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    kept, name = connection.connection, connection.settings_dict["NAME"]
    file = tmp_path / "shared.sqlite3"
    with sqlite3.connect(file) as copy:
        kept.backup(copy)
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = kept, name


@pytest.fixture
def worker(shared_database, data_dir, settings):
    """Starts workers on the test's database and queue; ends them, and whoever they started, afterwards."""
    queue = Path(django_settings.CELERY_QUEUE_DIR)
    for message in queue.glob("*.msg"):
        message.unlink()  # of other tests
    environment = {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "LEDGER_PATH": str(settings.LEDGER_PATH),
        "LOG_LEVEL": "WARNING",
    }
    (data_dir / "queue").symlink_to(queue, target_is_directory=True)
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "traceapp",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "warning",
        ]
        log = (data_dir / f"worker{len(started)}.log").open("w")
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def state_of(job: TrainingJob) -> str:
    job.refresh_from_db()
    return job.state


def test_a_job_runs_to_done_in_a_worker(shared_database, committed_ledger_world, worker):
    sales(committed_ledger_world, 70)
    committed_ledger_world.anchor()
    job = request_training(
        organisation=committed_ledger_world.organisations[0], kind="demand", parameters={"horizon": 7}
    )
    worker()
    until(lambda: not TrainingJob.objects.get(pk=job.pk).active, "the job ends")
    assert (state_of(job), job.error, job.progress) == ("done", "", 100)
    assert job.run.rows_used == 70


def test_a_job_whose_worker_was_killed_is_swept_up_and_done_once(shared_database, committed_ledger_world, worker):
    sales(committed_ledger_world, 70)
    committed_ledger_world.anchor()
    job = request_training(
        organisation=committed_ledger_world.organisations[0], kind="demand", parameters={"horizon": 7}
    )
    first = worker()
    until(lambda: state_of(job) == "running", "the job runs")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert state_of(job) == "running"
    assert sweep() == 0  # its lease holds still: the worker might be alive
    TrainingJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    worker()
    until(lambda: not TrainingJob.objects.get(pk=job.pk).active, "the job ends")
    assert (state_of(job), job.attempts) == ("done", 2)
    assert Run.objects.count() == 1
    assert Record.objects.filter(kind=RecordKind.FORECAST).count() == 1


def test_a_lost_nudge_is_made_up_for(committed_ledger_world):
    job = request_training(organisation=committed_ledger_world.organisations[0], kind="demand")
    assert sweep() == 0
    TrainingJob.objects.filter(pk=job.pk).update(nudged=timezone.now() - life.NUDGE_AGAIN - timedelta(seconds=1))
    assert sweep() == 1
    assert sweep() == 0  # told once


def test_only_the_holder_of_the_lease_may_end_a_job(committed_ledger_world):
    asked = request_training(organisation=committed_ledger_world.organisations[0], kind="demand")
    slow = life.claim(TrainingJob, str(asked.uid))
    assert slow is not None
    assert life.claim(TrainingJob, str(asked.uid)) is None
    TrainingJob.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = life.claim(TrainingJob, str(asked.uid))
    assert quick is not None
    with pytest.raises(life.Stopped):
        life.finish(slow)
    with pytest.raises(life.Stopped):
        life.beat(slow)
    life.fail(slow, "too late")
    assert state_of(asked) == "running"
    life.finish(quick)
    assert state_of(asked) == "done"


def test_a_job_that_kills_every_worker_is_given_up_with_a_reason(committed_ledger_world):
    asked = request_training(organisation=committed_ledger_world.organisations[0], kind="demand")
    for _ in range(life.ATTEMPTS):
        assert life.claim(TrainingJob, str(asked.uid)) is not None
        TrainingJob.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert life.claim(TrainingJob, str(asked.uid)) is None
    assert sweep() == 0
    assert state_of(asked) == "failed"
    assert asked.error == "The worker died 3 times while it was at this."
