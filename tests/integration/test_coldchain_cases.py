"""From a message to a case: legs are judged as messages come in, alarms go out, somebody decides and signs."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache

from tests.coldchain_world import SSCC, START, Logger, association, capture, every
from tests.factories import member
from tests.integration.test_accounts_passkeys import Key
from tests.receiver import Receiver
from traceapp.accounts import second_factor
from traceapp.accounts.roles import Role
from traceapp.accounts.second_factor import SecondFactorError
from traceapp.coldchain import alerts, cases, watch
from traceapp.coldchain.cases import CaseError
from traceapp.coldchain.models import Alarm, Alert, Case, Conditions, Leg
from traceapp.query.subscriptions import signature

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def code(ahead=0):
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + ahead))


@pytest.fixture
def world(ledger_world):
    cache.clear()
    owner = ledger_world.organisations[0]
    ledger_world.logger = Logger(owner)
    Conditions.objects.create(
        organisation=owner, name="Vaccines", product_class="refrigerated", low=2, high=8, minimum=10, max_interval=15
    )
    ledger_world.quality = member(owner, Role.QUALITY)
    capture(owner, association("ADD", SSCC, [ledger_world.logger.uri], 0))
    return ledger_world


def tell(world, *values, start=0):
    world.logger.tell(every(5, values, START + timedelta(minutes=start)))


def the_case(world):
    tell(world, 5, 5, 9, 10, 9, 5)
    watch.run()
    return Case.objects.get()


@pytest.mark.parametrize("anchored", [True, False])
def test_an_excursion_opens_one_case_with_a_hold_before_the_ledger_has_it_or_after(world, anchored):
    tell(world, 5, 5, 9, 10, 9, 5)
    if anchored:
        world.anchor()
    for _ in range(3):
        watch.run()
    case = Case.objects.get()
    assert (case.side, case.extreme, case.outside, case.on_hold) == ("above", 10, 900, True)
    assert case.began == START + timedelta(minutes=10)
    assert case.ended == START + timedelta(minutes=25)
    assert [step.what for step in case.steps.all()] == ["opened"]
    assert case.limits["high"] == 8


def test_what_stays_inside_the_band_opens_none(world):
    tell(world, 5, 8, 2, 7.9, 8.1, 5)
    watch.run()
    assert not Case.objects.exists()


def test_an_excursion_that_goes_on_is_the_same_case_and_late_readings_move_its_beginning(world):
    tell(world, 9, 9, 9, start=60)
    watch.run()
    assert Case.objects.get().ended is None
    tell(world, 9.5, 9.5, 9.5, 9.5, start=40)
    tell(world, 9, 4, start=75)
    watch.run()
    case = Case.objects.get()
    assert (case.began, case.ended) == (START + timedelta(minutes=40), START + timedelta(minutes=80))
    assert case.outside == 40 * 60


def test_freezing_opens_a_case_of_its_own_at_once(world):
    tell(world, 4, -0.5, 4, 4)
    watch.run()
    assert [case.side for case in Case.objects.all()] == ["freezing"]


def test_a_warning_goes_out_before_the_limit_and_once(world):
    Alarm.objects.create(organisation=world.organisations[0], email="quality@firm.example")
    tell(world, 5, 5.5, 6, 6.5, 7, 7.5)
    watch.follow_events()
    for _ in range(2):
        watch.look_at(Leg.objects.get().pk, START + timedelta(minutes=26))
    alert = Alert.objects.get()
    assert (alert.body["type"], alert.body["side"], alert.body["at"]) == (
        "warning",
        "above",
        "2026-05-14T06:30:00.000Z",
    )
    assert not Case.objects.exists()
    watch.look_at(Leg.objects.get().pk, START + timedelta(hours=9))
    assert Alert.objects.count() == 1, "old readings warn of nothing"


def test_alarms_go_by_mail_and_by_signed_webhook_and_are_tried_again(world, settings):
    owner = world.organisations[0]
    Alarm.objects.create(organisation=owner, email="quality@firm.example")
    Alarm.objects.create(organisation=world.organisations[1], email="stranger@other.example")
    with Receiver() as receiver:
        settings.SUBSCRIPTIONS_PRIVATE_HOSTS = ["127.0.0.1"]
        Alarm.objects.create(
            organisation=owner, webhook=receiver.url, token=signature.seal("s3cret", settings.SECRET_KEY)
        )
        case = the_case(world)
        (got,) = receiver.taken
        assert got.headers[signature.HEADER] == signature.signature("s3cret", got.body)
        assert str(case.uid).encode() in got.body
    assert [one.to for one in mail.outbox] == [["quality@firm.example"]]
    assert str(case.uid) in mail.outbox[0].body
    assert set(Alert.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_webhook_that_is_away_waits_and_is_given_up_in_the_end(world):
    Alarm.objects.create(organisation=world.organisations[0], webhook="https://127.0.0.1:9/")
    the_case(world)
    alert = Alert.objects.get()
    assert (alert.state, alert.attempts) == ("waiting", 1)
    assert "private" in alert.words
    alerts.send_waiting()
    alert.refresh_from_db()
    assert alert.attempts == 1, "not before its time"
    Alert.objects.update(attempts=alerts.GIVE_UP - 1, not_before=START)
    alerts.send_waiting()
    assert Alert.objects.get().state == "failed"


def test_a_decision_has_a_reason_and_a_second_factor_over_its_very_words(world):
    case, quality = the_case(world), world.quality
    cases.acknowledge(case=case, by=quality)
    with pytest.raises(SecondFactorError, match="Set up a second factor first"):
        cases.decide(case=case, by=quality, disposition="release", reason="Fine", code="000000")
    TOTP.activate(quality, SECRET)
    with pytest.raises(CaseError, match="Say why"):
        cases.decide(case=case, by=quality, disposition="release", reason="  ", code=code())
    with pytest.raises(SecondFactorError, match="not right"):
        cases.decide(case=case, by=quality, disposition="release", reason="Fine", code="000000")
    cases.decide(case=case, by=quality, disposition="release", reason="Within the stability budget", code=code())
    case.refresh_from_db()
    assert (case.state, case.disposition, case.on_hold, case.owner) == ("closed", "release", False, quality)
    step = case.steps.last()
    assert second_factor.holds(step.signature["assertion"], step.signature["intent"])
    forged = {**step.signature["intent"], "disposition": "reject"}
    assert not second_factor.holds(step.signature["assertion"], forged)
    with pytest.raises(CaseError, match="is decided"):
        cases.set_hold(case=case, on=True, by=quality)


def test_a_decision_is_signed_with_a_passkey_over_what_stands_on_the_page(world, client):
    case, quality = the_case(world), world.quality
    key = Key(quality, host="testserver")
    client.force_login(quality)
    path = f"/coldchain/cases/{case.uid}/"
    assert "Decide with a passkey" in client.get(path).content.decode()
    said = {"disposition": "release", "reason": "Within the stability budget", "by_key": "1"}
    assert "Say why" in client.post(f"{path}decide/", said | {"reason": " "}).content.decode()
    asked = client.post(f"{path}decide/", said)
    digest = second_factor.intent_hash(cases.intent_of(case, said["disposition"], said["reason"]))
    assert (asked.status_code, asked.context["digest"]) == (200, digest)
    assert said["reason"] in asked.content.decode()
    signed = key.sign(digest, origin="https://testserver")
    wrong = client.post(f"{path}decide/", said | {"disposition": "reject", "credential": signed})
    assert "does not belong to what is shown here" in wrong.content.decode()
    assert said["reason"] in wrong.content.decode()
    done = client.post(f"{path}decide/", said | {"credential": signed}, follow=True).content.decode()
    assert "Decided and signed." in done
    step = Case.objects.get().steps.last()
    assert step.signature["assertion"]["method"] == "passkey"
    assert second_factor.holds(step.signature["assertion"], step.signature["intent"])


def test_in_the_demo_the_case_page_shows_the_code_that_an_authenticator_would(world, client, settings):
    case, quality = the_case(world), world.quality
    TOTP.activate(quality, SECRET)
    client.force_login(quality)
    assert "your authenticator shows" not in client.get(f"/coldchain/cases/{case.uid}/").content.decode()
    settings.DEMO = True
    page = client.get(f"/coldchain/cases/{case.uid}/")
    assert f"your authenticator shows {page.context['demo_code']}" in page.content.decode()
    said = {"disposition": "reject", "reason": "Too long", "code": page.context["demo_code"]}
    assert (
        "Decided and signed." in client.post(f"/coldchain/cases/{case.uid}/decide/", said, follow=True).content.decode()
    )


def test_a_code_counts_once_and_guessing_is_stopped(world):
    quality = world.quality
    TOTP.activate(quality, SECRET)
    good = code()
    second_factor.by_code(user=quality, digest="a1" * 32, code=good)
    with pytest.raises(SecondFactorError, match="used already"):
        second_factor.by_code(user=quality, digest="a2" * 32, code=good)
    for _ in range(5):
        with pytest.raises(SecondFactorError):
            second_factor.by_code(user=quality, digest="a1" * 32, code="000001")
    with pytest.raises(SecondFactorError, match="Too many wrong codes"):
        second_factor.by_code(user=quality, digest="a1" * 32, code=code(1))


def test_rejected_goods_stay_on_hold_and_worse_readings_open_a_decided_case_again(world):
    case, quality = the_case(world), world.quality
    TOTP.activate(quality, SECRET)
    cases.decide(case=case, by=quality, disposition="reject", reason="Too long", code=code())
    case.refresh_from_db()
    assert case.on_hold
    world.logger.tell(every(5, [25.0], START + timedelta(minutes=12)))
    watch.run()
    case.refresh_from_db()
    assert (case.state, case.extreme) == ("open", 25)
    assert [step.what for step in case.steps.all()] == ["opened", "closed", "grew"]


def test_only_members_of_the_organisation_take_a_case_over(world):
    case, other = the_case(world), member(world.organisations[1])
    with pytest.raises(CaseError, match="Only a member"):
        cases.hand_over(case=case, to=other, by=world.quality)
    colleague = member(world.organisations[0])
    cases.hand_over(case=case, to=colleague, by=world.quality)
    case.refresh_from_db()
    assert case.owner == colleague
