"""A party says that a leg on the ledger is wrong: by a form, in time, once, with a reason; and everybody sees it."""

from datetime import timedelta

import pytest

from tests.cold_sale import ColdSale
from tests.coldchain_world import SSCC
from tests.factories import OrganisationFactory, member
from tests.integration.test_payments_deliveries import clock, sale  # noqa: F401 (fixtures)
from traceapp.accounts.roles import Role
from traceapp.coldchain import challenging
from traceapp.coldchain.challenging import ChallengeError
from traceapp.coldchain.models import Leg, Objection
from traceapp.commitments.canonical import canonical
from traceapp.ledger import documents
from traceapp.ledger.copies import Document
from traceapp.ledger.outgoing import Call

WORDS = "The pallet stood in the sun, and the logger in the cab."


@pytest.fixture
def cold(sale, client):  # noqa: F811
    """A leg of a shipment that has arrived, on the ledger."""
    made = ColdSale(sale, client)
    (logger,) = made.loggers
    made.agree()
    made.tie(logger, -5)
    made.dispatch()
    made.warm(logger, [5.0] * 6 + [12.0] * 12 + [5.0] * 8)
    made.arrive(240)
    made.warm(logger, [5.0], start=241)
    made.go_on_to(242)
    made.look()
    (made.leg_id,) = made.shipment.document["legs"]
    return made


def address(cold):
    return f"/coldchain/on-ledger/{cold.leg_id}/challenge/"


def as_(cold, client, organisation):
    client.force_login(cold.sale.people[organisation.pk])
    return client


def shipment_page(cold, client):
    return client.get(f"/money/shipments/{cold.shipment.shipment_id}/").content.decode()


def rewritten(key, **changed):
    """As the ledger would say it had it been so."""
    document = documents.get(key) | changed
    Document.objects.filter(pk=key).update(content=canonical(document))


def test_a_party_challenges_a_leg_from_its_shipment_s_page_and_all_see_by_whom(cold, client):
    buyer = as_(cold, client, cold.sale.buyer)
    page = shipment_page(cold, buyer)
    assert address(cold) in page
    assert "<dd>2 h</dd>" in page
    form = buyer.get(address(cold)).content.decode()
    assert "payment goes to the arbiter" in form
    answer = buyer.post(address(cold), {"reason": "goods", "evidence": WORDS}, follow=True)
    assert "on its way to the ledger" in answer.content.decode()
    assert Call.objects.get(function="challenge_leg").role == "treasurer"
    cold.world.anchor()
    said = documents.get(f"leg/{cold.leg_id}")["challenge"]
    assert (said["reason"], said["evidence"]) == ("goods", Objection.objects.get().digest)
    assert WORDS not in Call.objects.get(function="challenge_leg").argument
    name = cold.sale.buyer.name
    for party in (cold.sale.buyer, cold.sale.seller, cold.sale.carrier, cold.sale.arbiter):
        page = shipment_page(cold, as_(cold, client, party))
        assert f"Challenged by {name}" in page
        assert address(cold) not in page
    carrier = as_(cold, client, cold.sale.carrier)
    leg = Leg.objects.get()
    assert f"Challenged by {name}" in carrier.get(f"/coldchain/legs/{leg.uid}/").content.decode()
    assert f"Challenged by {name}" in carrier.get("/coldchain/journey/", {"q": SSCC}).content.decode()


def test_twice_is_refused_in_words_while_it_is_under_way_and_once_it_is_there(cold, client):
    buyer = as_(cold, client, cold.sale.buyer)
    buyer.post(address(cold), {"reason": "goods", "evidence": WORDS})
    again = buyer.post(address(cold), {"reason": "time", "evidence": WORDS})
    assert again.status_code == 409
    assert "on its way to the ledger already" in again.content.decode()
    cold.world.anchor()
    for party in (cold.sale.buyer, cold.sale.seller):
        answer = as_(cold, client, party).post(address(cold), {"reason": "time", "evidence": WORDS})
        assert answer.status_code == 409
        assert f"challenged already, by {cold.sale.buyer.name}" in answer.content.decode()
    assert Objection.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{}, {"reason": "goods"}, {"reason": "goods", "evidence": "  "}, {"reason": "?", "evidence": WORDS}]
)
def test_without_a_reason_or_what_supports_it_nothing_is_sent_and_nothing_typed_is_lost(cold, client, fields):
    answer = as_(cold, client, cold.sale.buyer).post(address(cold), fields)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert (WORDS in answer.content.decode()) == (fields.get("evidence") == WORDS)
    assert not Call.objects.filter(function="challenge_leg").exists()


def test_after_the_window_it_says_until_when_it_could_be(cold, client):
    terms = cold.shipment.document["terms"]
    hours = terms["challengeHours"]
    recorded = cold.sale.clock.now() - timedelta(hours=hours, minutes=5, days=2)
    rewritten(f"leg/{cold.leg_id}", recordedAt=recorded.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    buyer = as_(cold, client, cold.sale.buyer)
    answer = buyer.post(address(cold), {"reason": "goods", "evidence": WORDS})
    assert answer.status_code == 409
    assert "It could be challenged until" in answer.content.decode()
    assert address(cold) not in shipment_page(cold, buyer)


def test_once_the_shipment_has_ended_there_is_nothing_to_challenge(cold, client):
    shipment = cold.shipment.document
    rewritten(f"shipment/{cold.shipment.shipment_id}", state="settled", terms=shipment["terms"])
    answer = as_(cold, client, cold.sale.buyer).post(address(cold), {"reason": "goods", "evidence": WORDS})
    assert "Its shipment has ended" in answer.content.decode()


def test_its_insurer_is_a_party_too(cold, client):
    insurer = OrganisationFactory(name="Insula")
    of = {"mspId": insurer.msp_id, "organisation": insurer.pgln}
    insurance = {"insurer": of, "payout": 100, "beneficiary": "buyer", "triggers": ["lost"]}
    terms = cold.shipment.document["terms"] | {"insurance": insurance}
    rewritten(f"shipment/{cold.shipment.shipment_id}", terms=terms)
    client.force_login(member(insurer, Role.TREASURER))
    answer = client.post(address(cold), {"reason": "goods", "evidence": WORDS})
    assert answer.status_code == 302, answer.content.decode()
    assert Call.objects.get(function="challenge_leg").organisation == insurer


def test_strangers_do_not_even_see_it_and_cannot_by_another_door(cold, client):
    stranger = OrganisationFactory()
    client.force_login(member(stranger, Role.SUPPLIER))
    assert client.get(address(cold)).status_code == 404
    assert client.post(address(cold), {"reason": "goods", "evidence": WORDS}).status_code == 404
    assert client.get("/coldchain/on-ledger/nothing/challenge/").status_code == 404
    with pytest.raises(ChallengeError, match="Only the parties"):
        challenging.challenge(leg_id=cold.leg_id, organisation=stranger, reason="goods", evidence=WORDS)


def test_whoever_may_only_look_cannot_challenge(cold, client):
    client.force_login(member(cold.sale.buyer, Role.ANALYST))
    assert client.get(address(cold)).status_code == 403


def test_what_the_contract_refuses_can_be_tried_again(cold, client):
    """The certificate of the one who asked was no party's when it came there: the page says so, and the form is back."""
    buyer = as_(cold, client, cold.sale.buyer)
    buyer.post(address(cold), {"reason": "goods", "evidence": WORDS})
    Call.objects.filter(function="challenge_leg").update(state="invalid", code="forbidden", reason="is no party")
    assert address(cold) in shipment_page(cold, buyer)
    assert (
        "on its way" in buyer.post(address(cold), {"reason": "goods", "evidence": WORDS}, follow=True).content.decode()
    )
