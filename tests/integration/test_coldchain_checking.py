"""`verify_ledger` over the cold chain: whatever is changed of a leg, its piece on the ledger or a decision is named."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import connection, transaction

from tests.coldchain_world import OTHER_SSCC, SSCC, START, Logger, association, capture, every
from tests.factories import member
from tests.integration.test_coldchain_cases import SECRET, code
from traceapp.accounts.roles import Role
from traceapp.coldchain import cases, challenging, watch
from traceapp.coldchain.models import Case, Conditions, LedgerLeg, Leg, Objection, Step
from traceapp.commitments.canonical import canonical
from traceapp.ledger import audit, calls, documents
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call

pytestmark = pytest.mark.django_db


def told(world):
    """What an audit has to say now."""
    audit.everything(world.ledger)
    return [one.message for one in Finding.objects.filter(resolved=None)]


def set_column(row, column, value):
    """As somebody with the database's password would."""
    kept = json.dumps(value) if isinstance(value, dict | list) else value
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [kept, row.pk])


@pytest.fixture
def world(ledger_world):
    cache.clear()
    owner = ledger_world.organisations[0]
    logger = ledger_world.logger = Logger(owner)
    ledger_world.quality = member(owner, Role.QUALITY)
    Conditions.objects.create(organisation=owner, name="All", product_class="refrigerated", low=2, high=8)
    key = base64.urlsafe_b64encode(bytes(logger.key.public_key)).rstrip(b"=").decode()
    argument = {
        "id": calls.new_id(), "kid": logger.kid, "giai": logger.device.giai, "details": "ab" * 32,
        "publicKey": {"crv": "Ed25519", "kty": "OKP", "x": key},
    }  # fmt: skip
    with transaction.atomic():
        calls.request(organisation=owner, role="device-manager", function="register_device", argument=argument)
    ledger_world.anchor()
    return ledger_world


@pytest.fixture
def travelled(world):
    """A leg of the past with an excursion, decided; and one of now that has ended and is to be recorded."""
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 60))
    logger.tell(every(5, [5, 5, 9, 10, 9, 5, 5]))
    since = datetime.now(UTC)
    until = since + timedelta(milliseconds=20)
    first, last = ((moment - START) / timedelta(minutes=1) for moment in (since, until))
    capture(
        owner,
        association("ADD", OTHER_SSCC, [logger.uri], first),
        association("DELETE", OTHER_SSCC, [logger.uri], last),
    )
    logger.tell([(since.timestamp() + 0.001, 5.0), (since.timestamp() + 0.011, 9.0), (until.timestamp() + 1, 5.0)])
    world.anchor()
    watch.run()
    TOTP.activate(world.quality, SECRET)
    cases.decide(case=Case.objects.get(), by=world.quality, disposition="reject", reason="Too warm.", code=code())
    return world


@pytest.fixture
def recorded(travelled):
    travelled.anchor()
    assert Call.objects.get(function="record_leg").state == "valid"
    watch.run()
    travelled.anchor()
    assert told(travelled) == []
    return travelled


CHANGES = {
    LedgerLeg: [
        ("kid", "8004-9506000111OTHER", "kid is stored as '8004-9506000111OTHER'"),
        ("shipment", "ab" * 16, "shipment is stored as"),
        ("began", START, "began is stored as"),
        ("ended", START + timedelta(days=900), "ended is stored as"),
        ("figures", {"mean": 1}, "figures.mean is stored as '1'"),
        ("goods_salt", b"\7" * 16, "goods_salt"),
        ("goods_salt", b"", "goods_salt"),
        ("interval", 1e6, "interval"),
        ("mkt_window", 1.0, "mkt_window"),
        ("leg_id", "the other leg", "leg is stored as"),
        ("call_id", "cd" * 16, "nothing of the kind is on the ledger"),
    ],
    Leg: [
        ("goods", "https://id.gs1.org/00/095060001343520031", "goods is stored as"),
        ("goods_key", 7, "goods_key is stored as '7'"),
        ("began", START - timedelta(hours=1), "began is stored as"),
        ("ended", START + timedelta(hours=3), "ended is stored as"),
        ("ended", None, "ended is stored as 'None'"),
        ("why_ended", "unpacked", "why_ended is stored as 'unpacked', it should be 'removed'"),
        ("began_by", 1_000_000, "began_by is stored as '1000000'"),
        ("ended_by", None, "ended_by is stored as"),
        ("uid", "0" * 32, "its event of figures"),
    ],
    Case: [
        ("disposition", "release", "disposition is stored as 'release', it should be 'reject'"),
        ("state", "open", "state is stored as 'open', it should be 'closed'"),
        ("on_hold", False, "on_hold is stored as 'False'"),
        ("closed", START, "closed is stored as"),
        ("acknowledged", None, "acknowledged is stored as"),
        ("opened", START, "opened is stored as"),
        ("owner_id", None, "owner is stored as"),
        ("goods", OTHER_SSCC, "goods of decision 1 is stored as"),
        ("goods_key", 7, "goods_key is stored as"),
        ("side", "below", "side of decision 1 is stored as 'below', it should be 'above'"),
        ("began", START + timedelta(minutes=11), "began is stored as"),
        ("ended", START + timedelta(minutes=20), "ended is stored as"),
        ("extreme", 8.5, "extreme is stored as '8.5', it should be '10.0'"),
        ("outside", 60.0, "outside is stored as '60.0', it should be '900.0'"),
        ("uid", "0" * 32, "the record of decision 1 is not here"),
    ],
}


@pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)
def test_each_column_that_is_changed_is_named_with_what_was_changed(recorded, model):
    row = model.objects.order_by("began").first()
    before = model.objects.filter(pk=row.pk).values().get()
    for column, value, expected in CHANGES[model]:
        set_column(row, column, Leg.objects.earliest("began").pk if value == "the other leg" else value)
        found = told(recorded)
        assert any(expected in one for one in found), (column, found)
        stored = before[column]
        set_column(row, column, stored.hex if column == "uid" and connection.vendor == "sqlite" else stored)
        assert not [one for one in told(recorded) if "leg/cd" not in one], column
        LedgerLeg.objects.filter(call_id="cd" * 16).delete()


def test_a_decision_s_step_can_neither_be_changed_nor_taken_away(recorded):
    step = Step.objects.get(what="closed")
    for column, value, expected in (
        ("text", "Fit for use.", "reason of decision 1"),
        ("at", START, "time of decision 1"),
        ("by_id", member(recorded.organisations[0], Role.QUALITY).pk, "signed by somebody else"),
    ):
        before = Step.objects.filter(pk=step.pk).values().get()[column]
        set_column(step, column, value)
        assert any(expected in one for one in told(recorded)), column
        set_column(step, column, before)
    signature = json.loads(json.dumps(step.signature))
    signature["intent"]["disposition"] = "release"
    Step.objects.filter(pk=step.pk).update(signature=signature)
    Case.objects.update(disposition="release", on_hold=False)
    assert any("the signature of decision 1 does not hold" in one for one in told(recorded))
    Step.objects.filter(pk=step.pk).delete()
    Case.objects.update(state="open", disposition="", on_hold=True, closed=None, acknowledged=None, owner=None)
    (found,) = told(recorded)
    assert "the ledger holds a decision, reject, of which the step is gone" in found


def test_rows_that_are_taken_away_or_put_in_are_named(recorded):
    row = LedgerLeg.objects.get()
    row.delete()
    assert any(f"The rows for leg/{row.call_id}" in one for one in told(recorded))
    row.save(force_insert=True)
    leg = Leg.objects.get(goods=OTHER_SSCC)
    LedgerLeg.objects.all().update(leg=None)
    Leg.objects.filter(pk=leg.pk).delete()
    assert any(f"its leg with {OTHER_SSCC} is gone" in one for one in told(recorded))
    forged = Leg.objects.get(goods=SSCC)
    forged.pk, forged.uid = None, "12" * 16
    forged.began += timedelta(minutes=7)
    forged.began_by = 999
    forged.save()
    assert any("no events tie this device" in one for one in told(recorded))


def test_a_leg_whose_figures_do_not_follow_from_its_readings_is_named(travelled):
    """Its own organisation lies: row, call and ledger agree, and the signed readings do not."""
    call, row = Call.objects.get(function="record_leg"), LedgerLeg.objects.get()
    said = json.loads(call.argument)
    assert said["figures"]["max"] == 900
    said["figures"] |= {"max": 700, "mean": 600, "mkt": 650}
    row.figures = said["figures"]
    row.save()
    Call.objects.filter(pk=call.pk).update(argument=canonical(said).decode())
    travelled.anchor()
    assert documents.get(f"leg/{row.call_id}")["figures"]["max"] == 700
    (found,) = told(travelled)
    assert f"leg/{row.call_id}" in found
    assert "do not follow from its" in found
    assert "figures.max is stored as '700', it should be '900'" in found


def test_messages_that_come_late_make_no_finding(recorded):
    logger, row = recorded.logger, LedgerLeg.objects.get()
    logger.tell([(row.began.timestamp() + 0.005, 30.0)])
    recorded.anchor()
    watch.run()
    assert told(recorded) == []


def test_what_waits_to_be_sent_is_compared_with_what_was_asked_for(travelled):
    assert told(travelled) == []
    row = LedgerLeg.objects.get()
    LedgerLeg.objects.update(kid="8004-OTHER", figures={**row.figures, "max": 1})
    (found,) = told(travelled)
    assert "kid is stored as '8004-OTHER'" in found
    assert "figures.max is stored as '1'" in found


def test_an_objection_s_words_are_those_whose_hash_was_sent(recorded):
    row, owner = LedgerLeg.objects.get(), recorded.organisations[0]
    challenging.challenge(leg_id=row.call_id, organisation=owner, reason="time", evidence="We saw it.", by=None)
    recorded.anchor()
    assert told(recorded) == []
    Objection.objects.update(words="We saw nothing.")
    (found,) = told(recorded)
    assert "its words" in found
