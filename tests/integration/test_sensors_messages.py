"""`POST /api/v1/sensors/messages`: what is taken, once, and what is refused, with its reason on the device's count."""

import json
import time
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.sensors_world import logger, pack
from traceapp.ledger import verified
from traceapp.ledger.audit import everything
from traceapp.ledger.models import Finding, Record
from traceapp.sensors import intake
from traceapp.sensors.models import Device, DeviceKey, Message, Refusal

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/sensors/messages"


@pytest.fixture(autouse=True)
def _no_counts_left():
    cache.clear()
    yield
    cache.clear()


def send(body, content_type="application/jose"):
    body = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return Client(raise_request_exception=False).post(ADDRESS, body, content_type=content_type)


def many(*messages):
    return send(list(messages), "application/json")


def count(device, reason):
    return sum(Refusal.objects.filter(device=device, reason=reason).values_list("count", flat=True))


def test_a_message_is_stored_queued_and_promised():
    device = logger()
    answer = send(device.message([4.0, 4.5]))
    assert answer.status_code == 202, answer.content
    told = answer.json()
    record = Record.objects.get(uid=told["record"])
    assert (record.kind, record.batch_id, record.organisation) == ("sensor", None, device.device.organisation)
    assert told["receipt"].count(".") == 2
    row = Message.objects.get(record=record)
    assert (row.key.kid, row.seq, row.count) == (device.kid, 1, 2)
    seen = Device.objects.get(pk=device.device.pk)
    assert seen.last_reading == row.last
    assert abs(seen.last_seen - record.record_time) < timedelta(seconds=5)


def test_the_same_bytes_again_are_the_same_message():
    device = logger()
    message = device.message()
    first, second = send(message), send(message)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["receipt"] == second.json()["receipt"]
    assert Message.objects.count() == Record.objects.count() == 1


def test_other_bytes_under_a_number_are_refused_and_alarmed():
    device = logger()
    send(device.message([4.0], seq=7))
    answer = send(device.message([9.0], seq=7))
    assert answer.status_code == 409
    assert (answer.json()["reason"], answer["Content-Type"]) == ("conflict", "application/problem+json")
    assert count(device.device, "conflict") == 1
    assert Message.objects.count() == 1


def test_messages_come_in_any_order_and_only_what_is_new_is_stored():
    device = logger()
    sent = {seq: device.message([4.0], at=time.time() - 60 * seq, seq=seq) for seq in range(1, 9)}
    assert many(sent[5], sent[2], sent[8]).json()["stored"] == 3
    told = many(*[sent[seq] for seq in (1, 2, 3, 5, 1)]).json()
    assert (told["stored"], told["repeated"]) == (2, 3)
    assert [one["seq"] for one in told["answers"]] == [1, 2, 3, 5, 1]
    assert told["answers"][0]["record"] == told["answers"][4]["record"]
    assert sorted(Message.objects.values_list("seq", flat=True)) == [1, 2, 3, 5, 8]


def test_bad_ones_do_not_lose_the_good_ones():
    device, other = logger(), logger()
    good = [device.message(), other.message()]
    bad = [
        "nonsense",
        device.sign(pack([4.0], time.time()), alg="none"),
        device.message(seq=77)[:-8] + "AAAAAAAA",
        device.sign(pack([4.0], time.time() + 9000)),
        device.sign(pack([4.0], time.time(), unit="parsec")),
        12,
        None,
    ]
    answer = send(json.dumps([good[0], *bad, good[1]]), "application/json")
    assert answer.status_code == 202
    told = answer.json()
    assert (told["stored"], told["refused"]) == (2, len(bad))
    reasons = [one["reason"] for one in told["answers"][1:-1]]
    assert reasons == ["form", "algorithm", "signature", "clock", "unit", "form", "form"]
    assert all(one["detail"] for one in told["answers"][1:-1])
    for reason in ("signature", "clock", "unit"):
        assert count(device.device, reason) == 1
    assert count(None, "form") == 3


def test_lines_are_taken_bare_or_as_json():
    device = logger()
    body = f"{device.message()}\n\r\n{json.dumps(device.message())}\n"
    assert send(body, "application/x-ndjson").json()["stored"] == 2


def test_a_list_of_one_is_answered_as_a_list():
    assert many(logger().message()).json()["answers"][0]["state"] == "stored"


@pytest.mark.parametrize("body", ["", "   ", "[]", '["abc"', "[" * 5000, "[1e999]"])
def test_a_body_without_messages_is_refused_in_words(body):
    answer = send(body, "application/json")
    assert answer.status_code in (400, 422)
    assert answer.json().get("detail") or answer.json()["answers"][0]["detail"]


def test_another_media_type_is_refused():
    assert send("x", "multipart/form-data; boundary=x").status_code == 415


def test_a_message_of_ten_megabytes_is_refused_and_counted():
    device = logger()
    header = device.message().split(".")[0]
    answer = send(f"{header}.{'A' * 10_000_000}.{'A' * 86}")
    assert answer.status_code == 413
    assert answer.json()["reason"] == "too_large"
    assert count(device.device, "too_large") == 1


def test_an_upload_beyond_the_limit_is_refused(settings):
    settings.SENSORS_MAX_BYTES = 1000
    assert send("a" * 1001).status_code == 413
    settings.SENSORS_MAX_MESSAGES = 2
    assert many("a", "b", "c").status_code == 400


def test_an_unknown_device_is_refused():
    device = logger()
    message = device.message()
    DeviceKey.objects.all().delete()
    answer = send(message)
    assert (answer.status_code, answer.json()["reason"]) == (403, "unknown_device")
    assert count(None, "unknown_device") == 1


@pytest.mark.parametrize(("state", "reason"), [("requested", "not_active"), ("revoked", "ended")])
def test_a_key_that_is_not_in_force_takes_nothing(state, reason):
    device = logger(state=state)
    assert send(device.message()).json()["reason"] == reason
    assert count(device.device, reason) == 1
    assert not Record.objects.exists()


def test_what_a_replaced_key_signed_before_its_end_may_still_come():
    device = logger(state=DeviceKey.State.ROTATED)
    row = device.row
    row.ended_at = row.active_from - timedelta(hours=1)
    row.save()
    assert send(device.message(at=row.ended_at.timestamp() - 60)).status_code == 202
    assert send(device.message()).json()["reason"] == "ended"


def test_expired_calibration_marks_and_never_drops():
    device = logger(calibration_due=date.today() - timedelta(days=2))
    late, old = device.message(), device.message(at=time.time() - 4 * 86400)
    assert many(late, old).json()["stored"] == 2
    assert list(Message.objects.order_by("seq").values_list("out_of_calibration", flat=True)) == [True, False]


def test_the_page_remembers_the_latest_reading_and_its_battery():
    device = logger()
    now = time.time()

    def with_battery(at, charge):
        return device.sign([*pack([4.0], at), {"n": "battery", "u": "%EL", "t": 0, "v": charge}])

    send(with_battery(now, 71))
    send(with_battery(now - 7200, 99))
    row = Device.objects.get(pk=device.device.pk)
    assert row.battery == 71
    assert row.last_reading.timestamp() == pytest.approx(now, abs=0.01)
    assert -5 < row.clock_offset < 5


def test_a_device_that_sends_too_much_is_told_when_to_come_back(settings):
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "device": "2/hour"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    device, other = logger(), logger()
    told = many(*[device.message() for _ in range(3)], other.message()).json()
    assert [one["status"] for one in told["answers"]] == [202, 202, 429, 202]
    forged = other.message()[:-8] + "AAAAAAAA"
    assert many(forged, forged, other.message()).json()["answers"][2]["status"] == 202


def test_an_address_that_calls_too_often_is_told_when_to_come_back(settings):
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "gateway": "1/hour"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    assert send("x").status_code == 400
    answer = send("x")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_message_is_verified_once_it_is_on_the_ledger(ledger_world):
    device = logger(ledger_world.organisations[0])
    message = device.message([4.0, 4.5])
    send(message)
    ledger_world.anchor()
    (record,) = verified.read(list(Record.objects.values_list("pk", flat=True))).verified
    assert record.body["message"] == message
    everything(ledger_world.ledger)
    assert not Finding.objects.exists()
    Message.objects.update(count=3)
    everything(ledger_world.ledger)
    assert Finding.objects.filter(what=Finding.What.INDEX).exists()


def test_several_firms_in_one_upload_keep_their_own(ledger_world):
    devices = [logger(organisation) for organisation in ledger_world.organisations]
    assert many(*[device.message() for device in devices]).json()["stored"] == 3
    for device in devices:
        assert Record.objects.get(organisation=device.device.organisation).message.key.kid == device.kid


def test_the_same_messages_from_several_sides_at_once_are_stored_once(transactional_db, race):
    device = logger()
    messages = [device.message() for _ in range(20)]
    outcomes = race(*[lambda: [one.record.pk for one in intake.take(messages)]] * 4)
    assert len({tuple(one) for one in outcomes}) == 1
    assert race(lambda: (Message.objects.count(), Record.objects.count())) == [(20, 20)]
