"""Readings come from verified bytes: what was changed is told and gives none, however often it was shown before."""

from datetime import timedelta

import pytest

from tests.coldchain_world import START, Logger, every
from traceapp.coldchain import keeping
from traceapp.coldchain.decoded import Decoded
from traceapp.coldchain.readings import measured
from traceapp.ledger import verified
from traceapp.ledger.models import Record
from traceapp.ledger.tamper import tamper_record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def told(ledger_world):
    logger = Logger(ledger_world.organisations[0])
    records = logger.tell(every(1, [4 + at / 100 for at in range(300)]))
    return ledger_world, logger, records


def values(found, quantity="temperature"):
    return found.of(quantity)[1].tolist()


def test_what_waits_for_the_ledger_comes_apart(told):
    world, logger, _ = told
    found = measured(logger.device, START, START + DAY)
    assert values(found) == []
    assert found.waiting == 3
    assert found.pending["temperature"][1].size == 300
    world.anchor()
    found = measured(logger.device, START, START + DAY)
    assert (len(values(found)), found.waiting, found.findings) == (300, 0, [])


def test_only_readings_within_the_time_are_told_and_both_ends_belong_to_it(told):
    world, logger, _ = told
    world.anchor()
    for _ in range(2):  # decoded now, and from what was kept
        found = measured(logger.device, START + timedelta(minutes=150), START + timedelta(minutes=160))
        assert values(found) == [pytest.approx(4 + at / 100) for at in range(150, 161)]


@pytest.mark.parametrize("shown_before", [False, True])
def test_one_changed_byte_is_a_finding_and_gives_no_readings(told, shown_before):
    world, logger, records = told
    world.anchor()
    if shown_before:
        assert len(values(measured(logger.device, START, START + DAY))) == 300
        assert Decoded.objects.filter(device=logger.device, quantity="temperature").exists()
    tamper_record(records[1].pk)
    found = measured(logger.device, START, START + DAY)
    assert [(one.pk, one.state, one.what) for one in found.findings] == [(records[1].pk, "mismatch", "changed")]
    assert len(values(found)) == 200


def test_a_message_that_vanished_is_told_as_missing(told):
    world, logger, records = told
    world.anchor()
    measured(logger.device, START, START + DAY)
    Record.objects.filter(pk=records[0].pk).delete()
    (finding,) = measured(logger.device, START, START + DAY).findings
    assert finding.state == "missing"


@pytest.mark.parametrize(
    "how", ["a value", "a leaf", "of another device", "of another quantity", "cut short", "nothing"]
)
def test_kept_readings_that_somebody_changed_are_decoded_again(told, how):
    world, logger, _ = told
    world.anchor()
    right = values(measured(logger.device, START, START + DAY))
    kept = Decoded.objects.get(device=logger.device, quantity="temperature")
    content = bytearray(kept.content)
    if how == "a value":
        content[-1] ^= 1
    elif how == "a leaf":
        content[16 + 8 + 3 * 8] ^= 1
    elif how == "of another device":
        other = Logger(world.organisations[0], "9506000111LOGGER8")
        other.tell(every(1, [20.0] * 300))
        world.anchor()
        measured(other.device, START, START + DAY)
        content = Decoded.objects.get(device=other.device, quantity="temperature").content
    elif how == "of another quantity":
        content = Decoded.objects.get(device=logger.device, quantity="humidity").content
    else:
        content = content[:100] if how == "cut short" else b""
    kept.content = bytes(content)
    kept.save()
    found = measured(logger.device, START, START + DAY)
    assert values(found) == right
    assert found.findings == []
    kept.refresh_from_db()
    assert bytes(kept.content) != bytes(content), "and what was kept was put right"


def test_late_and_shuffled_messages_stand_in_order_of_time(ledger_world):
    logger = Logger(ledger_world.organisations[0])
    rows = every(1, range(30))
    for part in (rows[20:], rows[:10], rows[10:20]):
        logger.tell(part)
        ledger_world.anchor()
        measured(logger.device, START, START + DAY)
    assert values(measured(logger.device, START, START + DAY)) == list(range(30))


def test_other_quantities_and_units_are_read_in_their_canonical_unit(ledger_world):
    logger = Logger(ledger_world.organisations[0])
    at = START.timestamp()
    logger.send(
        [[{"bn": "x:", "bt": at, "n": "temperature", "u": "K", "v": 277.15}, {"n": "humidity", "u": "%RH", "v": 81.5}]]
    )
    ledger_world.anchor()
    found = measured(logger.device, START, START + DAY)
    assert values(found) == [pytest.approx(4.0)]
    assert values(found, "humidity") == [81.5]
    assert values(found, "light") == []


def test_readings_of_a_key_from_when_it_was_no_longer_to_be_trusted_are_left_out_and_counted(told):
    world, logger, _ = told
    world.anchor()
    logger.key.revoked_from = START + timedelta(minutes=100)
    logger.key.save()
    found = measured(logger.device, START, START + DAY)
    assert (len(values(found)), found.distrusted) == (100, 2)


def test_readings_after_calibration_was_due_count_and_are_marked(ledger_world):
    logger = Logger(ledger_world.organisations[0], calibration_due=(START - DAY).date())
    logger.tell(every(1, [5.0] * 10))
    ledger_world.anchor()
    found = measured(logger.device, START, START + DAY)
    assert len(values(found)) == 10
    assert found.uncalibrated == [(START, START + timedelta(minutes=9))]


def test_calibration_ends_with_its_day_within_a_message_too(ledger_world):
    midnight = START.replace(hour=0) + DAY
    logger = Logger(ledger_world.organisations[0], calibration_due=START.date())
    logger.tell(every(60, [5.0] * 30), a_message=30)
    logger.tell(every(60, [5.0] * 5, start=START + 2 * DAY))
    ledger_world.anchor()
    found = measured(logger.device, START, START + 5 * DAY)
    assert found.uncalibrated == [(midnight, START + 2 * DAY + timedelta(hours=4))]


def test_a_device_calibrated_anew_leaves_old_readings_marked_and_new_ones_not(ledger_world):
    logger = Logger(ledger_world.organisations[0], calibration_due=(START - DAY).date())
    logger.tell(every(60, [5.0] * 5))
    logger.device.calibration_due = (START + 99 * DAY).date()
    logger.device.save()
    logger.tell(every(60, [5.0] * 5, start=START + DAY))
    ledger_world.anchor()
    found = measured(logger.device, START, START + 5 * DAY)
    assert found.uncalibrated == [(START, START + timedelta(hours=4))]


def test_one_message_changed_in_a_year_is_named(ledger_world):
    """Readings were decoded and shown before; all the others still stand."""
    logger = Logger(ledger_world.organisations[0])
    records = logger.tell(every(365 * 24 * 60 / 4000, [5.0] * 4000), a_message=20)
    ledger_world.anchor()
    keeping.keep_new()
    year = (START, START + 365 * DAY)
    assert len(values(measured(logger.device, *year))) == 4000
    tamper_record(records[123].pk)
    found = measured(logger.device, *year)
    assert [one.uid for one in found.findings] == [records[123].uid]
    assert [(one.uid, one.seq) for one in found.changed] == [(records[123].uid, 124)]
    assert len(values(found)) == 3980


def test_messages_are_decoded_once_confirmed_so_that_the_first_who_asks_does_not_wait(told, monkeypatch):
    world, logger, records = told
    assert keeping.keep_new() == 0, "nothing is confirmed yet"
    world.anchor()
    assert keeping.keep_new() >= 1
    asked, read = [], verified.read
    monkeypatch.setattr(verified, "read", lambda pks: asked.extend(pks) or read(pks))
    assert len(values(measured(logger.device, START, START + DAY))) == 300
    assert asked == [], "all was kept"
    tamper_record(records[1].pk)
    found = measured(logger.device, START, START + DAY)
    assert [one.pk for one in found.findings] == [records[1].pk]
    assert (asked, len(values(found))) == ([records[1].pk], 200)


def test_what_was_changed_before_it_was_decoded_is_never_kept(told):
    world, logger, records = told
    world.anchor()
    tamper_record(records[1].pk)
    keeping.keep_new()
    found = measured(logger.device, START, START + DAY)
    assert [one.pk for one in found.findings] == [records[1].pk]
    assert len(values(found)) == 200


def test_a_round_without_time_leaves_the_rest_to_the_next(told):
    world, logger, _ = told
    world.anchor()
    assert keeping.keep_new(seconds=-1) == 0
    assert not Decoded.objects.exists()
    assert keeping.keep_new() >= 1
    assert Decoded.objects.filter(device=logger.device).exists()


def test_a_changed_message_on_another_page_is_told_once(told, monkeypatch):
    from traceapp.coldchain import readings

    world, logger, records = told
    world.anchor()
    monkeypatch.setattr(readings, "_PAGE", 1)
    tamper_record(records[1].pk)
    found = measured(logger.device, START, START + DAY)
    assert [one.pk for one in found.findings] == [records[1].pk]
    assert len(values(found)) == 200
