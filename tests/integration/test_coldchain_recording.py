"""Legs go to the ledger with figures that anybody with the messages can work out again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.coldchain_world import OTHER_SSCC, SSCC, START, Logger, association, capture, every
from traceapp.coldchain import watch
from traceapp.coldchain.models import Conditions, Leg
from traceapp.coldchain.recording import RecordingError, record, record_due
from traceapp.ledger import calls, documents
from traceapp.ledger.models import Batch
from traceapp.ledger.outgoing import Call
from traceapp.ledger.tamper import tamper_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(ledger_world):
    owner = ledger_world.organisations[0]
    ledger_world.logger = Logger(owner)
    Conditions.objects.create(organisation=owner, name="All", product_class="refrigerated", low=2, high=8)
    return ledger_world


def travelled(world, *, anchored=True):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("ADD", OTHER_SSCC, [logger.uri], 60))
    records = logger.tell(every(5, [4.0] * 6 + [9.0] * 6 + [4.0] * 12), a_message=6)
    if anchored:
        world.anchor()
    return records


def look(hours=6):
    """One round of what concerns legs, so long after the world began."""
    watch.follow_events()
    return record_due(START + timedelta(hours=hours))


def test_an_ended_leg_is_asked_to_be_recorded_with_figures_messages_and_batches(world):
    travelled(world)
    look()
    leg = Leg.objects.get(goods=SSCC)
    call = Call.objects.get(function="record_leg")
    said = json.loads(call.argument)
    row = leg.pieces.get()
    assert (said["id"], said["figures"]) == (row.call_id, row.figures)
    assert (said["kid"], said["shipment"]) == (world.logger.kid, "")
    assert (said["from"], said["to"]) == ("2026-05-14T06:00:00.000Z", "2026-05-14T07:00:00.000Z")
    assert said["seq"] == {"from": 1, "to": 3}, "the reading at the very end belongs to it"
    assert said["batches"] == [
        {"id": one.pk, "root": bytes(one.root).hex()} for one in Batch.objects.filter(kind="sensor")
    ]
    assert said["figures"] == {
        "readings": 13, "mean": 650, "min": 400, "max": 900, "mkt": said["figures"]["mkt"],
        "below": 0, "above": 1800, "outside": 1800, "missing": 0, "gap": 0, "bandMin": 200, "bandMax": 800,
    }  # fmt: skip
    assert 650 < said["figures"]["mkt"] < 900
    assert SSCC not in call.argument
    look()
    assert Call.objects.filter(function="record_leg").count() == 1


def test_a_leg_waits_for_its_messages_and_for_its_end(world):
    travelled(world, anchored=False)
    look()
    first, last = Leg.objects.order_by("began")
    assert not Call.objects.exists()
    with pytest.raises(RecordingError, match="wait for the ledger"):
        record(leg=first)
    assert last.ended is None


def test_what_does_not_match_the_ledger_is_not_recorded(world):
    records = travelled(world)
    tamper_record(records[0].pk)
    look()
    assert not Call.objects.exists()
    with pytest.raises(RecordingError, match="do not match"):
        record(leg=Leg.objects.get(goods=SSCC))


def test_a_leg_without_readings_says_that_all_of_it_is_missing(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 60))
    look()
    said = json.loads(Call.objects.get().argument)
    assert (said["seq"], said["batches"]) == (None, [])
    assert (said["figures"]["missing"], said["figures"]["mean"]) == (3600, None)


def test_the_contract_takes_it_and_the_copy_of_its_document_says_what_was_sent(world):
    """The whole way on the embedded ledger: device registered, messages anchored, leg recorded."""
    owner = world.organisations[0]
    logger = world.logger
    import base64

    with_key = base64.urlsafe_b64encode(bytes(logger.key.public_key)).rstrip(b"=").decode()
    argument = {
        "id": calls.new_id(), "kid": logger.kid, "giai": logger.device.giai, "details": "ab" * 32,
        "publicKey": {"crv": "Ed25519", "kty": "OKP", "x": with_key},
    }  # fmt: skip
    from django.db import transaction

    with transaction.atomic():
        calls.request(organisation=owner, role="device-manager", function="register_device", argument=argument)
    world.anchor()
    assert documents.get(f"device/{logger.kid}") is not None
    since = datetime.now(UTC)
    until = since + timedelta(milliseconds=20)

    def at(moment):
        return (moment - START) / timedelta(minutes=1)

    capture(
        owner, association("ADD", SSCC, [logger.uri], at(since)), association("DELETE", SSCC, [logger.uri], at(until))
    )
    logger.tell([(since.timestamp() + 0.001, 5.0), (until.timestamp() + 1, 5.0)])
    world.anchor()
    watch.run()
    row = Leg.objects.get().pieces.get()
    world.anchor()
    call = Call.objects.get(function="record_leg")
    assert (call.state, call.reason) == ("valid", "")
    held = documents.get(f"leg/{row.call_id}")
    assert held["figures"] == row.figures
