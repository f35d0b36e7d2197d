"""What parties try against each other in the application: refused, with the reason in words, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta

from tests.factories import OrganisationFactory
from tests.integration.test_payments_deliveries import PRICE, balance, clock, sale  # noqa: F401 (fixtures)
from traceapp.intents.models import Intent
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries, services
from traceapp.payments.delivery_models import Shipment


def page_of(sale, client, organisation):  # noqa: F811
    client.force_login(sale.people[organisation.pk])
    return client.get(f"/money/shipments/{sale.shipment.shipment_id}/").content.decode()


def test_on_the_way_nobody_does_what_is_anothers_or_too_early_or_twice(sale, client):  # noqa: F811
    sale.propose(client)
    assert "it is said already" in sale.act(client, sale.buyer, "accept")
    assert "only the carrier may" in sale.act(client, sale.seller, "dispatch")
    assert "would have to be agreed" in sale.act(client, sale.buyer, "fund")
    assert "any party may from" in sale.act(client, sale.seller, "end")
    sale.act(client, sale.seller, "accept")
    assert "only buyer and insurer may" in sale.act(client, sale.seller, "fund").replace("the ", "")
    sale.act(client, sale.buyer, "fund")
    assert "would have to be agreed" in sale.act(client, sale.buyer, "fund")  # terms and money stand
    assert "would have to be dispatched" in sale.act(client, sale.carrier, "arrive")
    assert balance(sale.buyer) == 0
    sale.act(client, sale.carrier, "dispatch")
    assert "would have to be arrived" in sale.act(client, sale.buyer, "take", short=200, damaged=0, refused=0)
    assert "only the consignee may" in sale.act(client, sale.carrier, "take", short=0, damaged=0, refused=0)
    assert (balance(sale.seller), Call.objects.filter(state="invalid").count()) == (200_000, 0)


def test_a_time_in_the_past_is_refused_by_the_contract_and_the_page_says_so(sale, client):  # noqa: F811
    sale.propose(client)
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    hours_ago = datetime.now(UTC) - timedelta(hours=3)
    deliveries.step(organisation=sale.carrier, by=None, shipment=sale.shipment, function="dispatch", at=hours_ago)
    sale.money.world.anchor()
    call = Call.objects.get(function="dispatch")
    assert (call.label, sale.shipment.state) == ("Rejected", "funded")
    assert call.reason[:40] in page_of(sale, client, sale.carrier)


def test_after_the_arrival_late_words_double_claims_and_more_than_there_is_are_refused(sale, client):  # noqa: F811
    sale.go(client)
    much = sale.act(client, sale.buyer, "take", short=150, damaged=51, refused=0)
    assert "more than the 200 that were to come" in much
    assert 'value="150"' in much  # what was written stands there still
    assert "Ensure this value is greater than or equal to 0" in sale.act(
        client, sale.buyer, "take", short=-1, damaged=0, refused=0
    )
    assert "whole number" in sale.act(client, sale.buyer, "take", short="1.5", damaged=0, refused=0)
    Shipment.objects.update(due=datetime.now(UTC) - timedelta(minutes=1))
    late = sale.act(client, sale.buyer, "contest", reason="quality", words="Mould in ten crates")
    assert "its time ended on" in late
    assert "Mould in ten crates" in late
    assert not Call.objects.filter(function__in=("contest", "accept_delivery")).exists()


def test_the_arbiter_gives_no_more_than_is_left_and_decides_once(sale, client):  # noqa: F811
    sale.go(client)
    sale.act(client, sale.seller, "contest", reason="time", words="It came at noon")
    assert sale.shipment.state == "disputed"
    assert "only the arbiter may" in sale.act(client, sale.buyer, "resolve", seller="0", reason="Ours")
    much = sale.act(client, sale.arbiter, "resolve", seller="8000.01", reason="All of it")
    assert "No more is left than EUR\u00a08,000.00" in much
    assert "All of it" in much
    assert f"The time of arrival is wrong, says {sale.seller.name}. Since" in much
    assert "Write an amount in digits" in sale.act(client, sale.arbiter, "resolve", seller="-1", reason="x")
    sale.act(client, sale.arbiter, "resolve", seller="8000", reason="It was in time")
    assert (sale.shipment.state, balance(sale.seller), balance(sale.buyer)) == ("settled", PRICE, 0)
    ended = sale.act(client, sale.arbiter, "resolve", seller="8000", reason="Once more")
    assert "this shipment has ended, it is settled" in ended
    deadlines.send(Shipment.objects.get(), sale.buyer)
    sale.money.world.anchor()
    assert Call.objects.latest("pk").code == "already_settled"
    assert balance(sale.seller) == PRICE


def test_what_was_confirmed_cannot_become_something_else_on_its_way(sale, client):  # noqa: F811
    sale.propose(client)
    client.force_login(sale.people[sale.seller.pk])
    client.post(f"/money/shipments/{sale.shipment.shipment_id}/do/", {"act": "accept"})
    intent = Intent.objects.latest("pk")
    client.post(f"/confirm/{intent.uid}/", {"code": sale.money.code(sale.people[sale.seller.pk])})
    again = client.post(f"/confirm/{intent.uid}/", {"code": "000000"}, follow=True)  # a second click
    assert Call.objects.filter(function="accept_terms").count() == 1
    assert again.status_code == 200
    call = Call.objects.get(function="accept_terms")
    other = json.loads(call.argument) | {"terms": "ab" * 32}
    text = json.dumps(other, sort_keys=True, separators=(",", ":"))
    Call.objects.filter(pk=call.pk).update(argument=text)
    Intent.objects.filter(pk=intent.pk).update(requests=[["accept_terms", text]])
    sale.money.world.anchor()
    call.refresh_from_db()
    assert (call.code, sale.shipment.state) == ("not_confirmed", "proposed")
    assert "What was confirmed is not what was shown" in page_of(sale, client, sale.seller)


def test_one_row_is_not_put_into_two_escrows(sale, client):  # noqa: F811
    sale.propose(client)
    sale.act(client, sale.seller, "accept")
    user = sale.people[sale.buyer.pk]
    said = {"organisation": sale.buyer, "by": user, "shipment": sale.shipment, "title": "S", "amount": PRICE}
    first, second = deliveries.fund(**said), deliveries.fund(**said)
    sale.money.confirm(first)
    client.force_login(user)
    page = client.post(f"/confirm/{second.uid}/", {"code": sale.money.code(user)}).content.decode()
    assert "some of this money is spent or under way" in page
    sale.money.world.anchor()
    assert (sale.shipment.state, sale.shipment.price["funded"]) == ("funded", PRICE)


def test_an_insured_shipment_is_funded_by_both_and_pays_once(sale, client):  # noqa: F811
    insurer = OrganisationFactory(name="Alpes")
    sale.money.world.provision()
    sale.people[insurer.pk] = sale.money.treasurer(insurer)
    services.open_account(organisation=insurer, by=sale.people[insurer.pk])
    sale.money.world.anchor()
    sale.money.deposit(insurer, 80_000)
    sale.propose(client, insurer=insurer.pk, payout="800", beneficiary="buyer", triggers=["late"])
    assert "you receive EUR\u00a0800.00 of the insurance" in page_of(sale, client, sale.buyer)
    sale.act(client, sale.seller, "accept")
    sale.act(client, insurer, "accept")
    sale.act(client, sale.buyer, "fund")
    assert sale.shipment.state == "agreed"  # not before all of the money waits
    sale.act(client, insurer, "fund")
    assert (sale.shipment.state, balance(insurer)) == ("funded", 0)
    sale.step("dispatch")
    deadline = datetime.fromisoformat(sale.shipment.document["terms"]["deadline"]["at"])
    sale.clock.ahead += deadline + timedelta(hours=5) - sale.clock.now()
    sale.step("record_arrival")
    assert "Insurance paid out" in page_of(sale, client, insurer)
    sale.clock.ahead += timedelta(hours=49)
    for _ in range(2):
        deadlines.send(sale.shipment, insurer)
        sale.money.world.anchor()
    assert sale.shipment.state == "settled"
    assert (balance(insurer), balance(sale.buyer), balance(sale.seller)) == (0, 80_000 + 12_000, PRICE - 12_000)
