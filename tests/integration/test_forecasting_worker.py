"""Training by a real Celery worker on the filesystem transport: it is done once, also when a worker is killed."""

import os
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from forecasting.models import Kind, Run, TrainingJob
from forecasting.services import request_training
from forecasting.training import train
from tests.celery_workers import Workers, has_redis, redis
from tests.forecasting_world import record, sale, sales
from traceapp.epcis.gs1_keys import check_digit
from traceapp.jobs import life
from traceapp.jobs.tasks import sweep
from traceapp.ledger.models import Record, RecordKind

PRODUCTS = 2
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.xdist_group("celery-worker")]


def until(holds, what: str, within: float = 120.0):
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
def environment(shared_database, data_dir, settings):
    """Of processes on the test's database, ledger and queue."""
    queue = Path(django_settings.CELERY_QUEUE_DIR)
    for message in queue.glob("*.msg"):
        message.unlink()  # of other tests
    (data_dir / "queue").symlink_to(queue, target_is_directory=True)
    return {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "LEDGER_PATH": str(settings.LEDGER_PATH),
    }


@pytest.fixture
def workers(environment, data_dir):
    """Workers on the queue of files; ended afterwards, with whoever they started."""
    made = Workers(data_dir, environment)
    yield made
    made.end()


@pytest.fixture
def many(environment, data_dir):
    """Workers on a real Redis."""
    if not has_redis():
        pytest.skip("SKIPPED LOUDLY: redis-server is not installed; nothing of several workers is tested")
    with redis(data_dir) as url:
        made = Workers(data_dir, {**environment, "CELERY_BROKER_URL": url})
        yield made
        made.end()


def state_of(job: TrainingJob) -> str:
    job.refresh_from_db()
    return job.state


def gtin(number: int) -> str:
    body = f"095060001{number:04d}"
    return body + check_digit(body)


def asked(world, **parameters) -> TrainingJob:
    """A training of a few products' sales, waiting."""
    for number in range(PRODUCTS):
        sales(world, 60, gtin=gtin(number), start=number)
    world.anchor()
    asked = {"horizon": 7, "origins": 2} | parameters
    return request_training(organisation=world.organisations[0], kind="demand", parameters=asked)


def ended(job: TrainingJob) -> TrainingJob:
    until(lambda: not TrainingJob.objects.get(pk=job.pk).active, "the job ends", within=240)
    job.refresh_from_db()
    assert (job.state, job.error, job.progress) == ("done", "", 100)
    return job


def expire_leases(job: TrainingJob) -> None:
    """As if the time for a sign of life had passed."""
    long_ago = timezone.now() - timedelta(seconds=1)
    TrainingJob.objects.filter(pk=job.pk).update(lease_until=long_ago)
    job.chunks.filter(state="running").update(lease_until=long_ago)


def test_a_job_whose_worker_was_killed_goes_on_where_it_was_and_is_done_once(committed_ledger_world, workers):
    job = asked(committed_ledger_world)
    first = workers.start()
    until(lambda: job.chunks.filter(state="done").count() >= 3, "some chunks are done")
    workers.kill(first)
    before = dict(job.chunks.filter(state="done").values_list("key", "finished"))
    assert state_of(job) == "running"
    assert sweep() == 0  # its lease holds still: the worker might be alive
    later = sale(60, quantity=9999)  # comes on the ledger meanwhile: it was not known when the training began
    record(committed_ledger_world.organisations[0], [later])
    committed_ledger_world.anchor()
    expire_leases(job)
    assert sweep() == 1
    workers.start()
    ended(job)
    assert job.attempts == 2
    assert Run.objects.count() == 1
    assert Record.objects.filter(kind=RecordKind.FORECAST).count() == 1
    after = {one.key: one for one in job.chunks.all()}
    assert {key: after[key].finished for key in before} == before
    assert {after[key].attempts for key in before} == {1}
    assert all(bytes(one.question) == b"" and one.answer is None for one in after.values())
    whole = train(job.organisation, Kind.DEMAND, job.parameters, lambda percent, words: None, block=job.block)
    assert (whole.predictions, whole.model, whole.data.root) == (
        job.run.predictions_hash,
        job.run.model_hash,
        job.run.dataset_root,
    )


def test_chunks_fan_out_over_redis_and_a_helper_takes_over_from_a_killed_leader(committed_ledger_world, many):
    job = asked(committed_ledger_world)
    many.start()
    many.start()
    many.ready()
    many.call("jobs.work", "training", str(job.uid))
    until(lambda: len(hands(job)) == 2, "both workers have chunks")
    leader = os.getpgid(int(job.chunks.order_by("number").first().worker.partition(":")[2]))
    many.kill(next(one for one in many.started if one.pid == leader))
    expire_leases(job)
    many.call("jobs.sweep")
    ended(job)
    assert (job.attempts, job.run.rows_used) == (2, 60 * PRODUCTS)


def hands(job: TrainingJob) -> set[str]:
    return set(job.chunks.exclude(worker="").values_list("worker", flat=True))


def test_a_training_is_stopped_at_its_next_step(committed_ledger_world, workers):
    job = asked(committed_ledger_world)
    workers.start()
    until(lambda: job.chunks.filter(state="running").exists(), "a chunk is worked on")
    life.cancel(job)
    until(lambda: state_of(job) == "cancelled", "it stops")
    assert not Run.objects.exists()
    until(lambda: not job.chunks.exclude(question=b"").exists(), "what was asked is dropped")


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
