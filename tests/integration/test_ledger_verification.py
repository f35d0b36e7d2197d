"""Verify everything now: one at a time, with counts, cancelled when asked, taken up where a killed worker left it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from traceapp.jobs import life, tasks
from traceapp.jobs.tasks import sweep
from traceapp.ledger import verification
from traceapp.ledger.models import Batch, Finding, Record
from traceapp.ledger.oversight import Verification


@pytest.fixture
def world(ledger_world):
    """Three batches in three blocks, and one record that waits."""
    for _ in range(3):
        ledger_world.records(2)
        ledger_world.anchor()
    ledger_world.record()
    return ledger_world


def change_a_byte(record: Record) -> None:
    record.refresh_from_db()
    data = bytearray(record.disclosures)
    data[-3] ^= 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_record SET disclosures = %s WHERE id = %s", [bytes(data), record.pk])


def asked(world) -> Verification:
    return verification.request(organisation=world.organisations[0])


def worked(job: Verification) -> Verification:
    verification.work(str(job.uid))
    job.refresh_from_db()
    return job


def test_everything_is_verified_and_the_result_is_kept_with_its_time(world):
    done = worked(asked(world))
    assert (done.state, done.error, done.progress) == ("done", "", 100)
    assert (done.batches, done.records, done.total) == (3, 7, 3)
    assert done.blocks == world.ledger.height()
    assert done.finished is not None
    assert not Finding.objects.exists()


def test_what_does_not_match_is_found(world):
    changed = Record.objects.order_by("pk").first()
    change_a_byte(changed)
    done = worked(asked(world))
    assert done.state == "done"
    assert [finding.record_pk for finding in Finding.objects.all()] == [changed.pk]


def test_two_wishes_at_once_are_one_job(world):
    assert asked(world) == verification.request(organisation=world.organisations[1])
    assert Verification.objects.count() == 1


def test_a_wish_soon_after_the_last_one_is_refused_with_the_time_to_wait(world, settings):
    done = worked(asked(world))
    with pytest.raises(verification.TooSoon, match=r"again in \d\d seconds"):
        asked(world)
    Verification.objects.filter(pk=done.pk).update(created=timezone.now() - timedelta(seconds=61))
    assert asked(world) != done


def test_a_verification_that_failed_may_be_repeated_at_once(world, settings):
    settings.LEDGER_PATH = settings.DATA_DIR / "gone.sqlite3"
    failed = worked(asked(world))
    assert failed.state == "failed"
    assert "Nothing more could be checked" in failed.error
    assert asked(world) != failed


def test_it_stops_when_asked_to(world):
    waiting = asked(world)
    life.cancel(waiting)
    assert worked(waiting).state == "cancelled"
    Verification.objects.all().delete()
    running = asked(world)
    held = life.claim(Verification, str(running.uid))
    life.cancel(running)
    with pytest.raises(life.Stopped), life.Heartbeat(held) as heart:
        verification._audited(held, heart)
    life.stop(held)
    running.refresh_from_db()
    assert (running.state, running.doing) == ("cancelled", "Stopped")


def test_after_a_kill_another_worker_goes_on_from_the_last_whole_block(world):
    job = asked(world)
    first, second, _ = Batch.objects.order_by("block")
    assert life.claim(Verification, str(job.uid)) is not None  # and its worker dies, two batches done:
    past = timezone.now() - timedelta(seconds=1)
    Verification.objects.update(blocks=second.block + 1, batches=2, records=4, lease_until=past)
    change_a_byte(Record.objects.filter(batch=first).first())
    change_a_byte(Record.objects.filter(batch=None).get())
    assert sweep() == 1
    done = worked(job)
    assert (done.state, done.attempts) == ("done", 2)
    assert (done.batches, done.records, done.blocks) == (3, 7, world.ledger.height())
    # What was audited before the kill was not audited again, and all the rest was:
    assert [finding.batch_id for finding in Finding.objects.all()] == [""]


def test_a_worker_that_is_told_of_it_does_it(world):
    job = asked(world)
    tasks.work("verification", str(job.uid))
    tasks.work("verification", str(job.uid))  # told twice, done once
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)


def test_it_says_how_far_it_is(world):
    job = asked(world)
    held = life.claim(Verification, str(job.uid))
    with life.Heartbeat(held) as heart:
        verification._audited(held, heart)
    job.refresh_from_db()
    assert "of 3 batches" in job.doing
    assert job.state == "running"
