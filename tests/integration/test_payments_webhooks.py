"""What happens to shipments and money reaches the systems of those whom it concerns, by subscriptions."""

import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from tests.factories import member
from tests.integration.test_payments_deliveries import clock, sale  # noqa: F401 (fixtures)
from tests.receiver import Receiver
from traceapp.accounts.roles import Role
from traceapp.ledger import audit
from traceapp.payments.delivery_models import Fact
from traceapp.query.models import Delivery, Subscription
from traceapp.query.subscriptions import lease, sending


@pytest.fixture
def receiver(settings):
    settings.SUBSCRIPTIONS_PRIVATE_HOSTS = ["127.0.0.1"]
    with Receiver() as one:
        yield one


def serve():
    while found := list(lease.ready(timezone.now())):
        for one in found:
            sending.work(one.pk)


def follow(sale, client, organisation, receiver):  # noqa: F811
    client.force_login(sale.people[organisation.pk])
    organisation.memberships.create(user=sale.people[organisation.pk], role=Role.RECEIVER)
    asked = {"query": "topic:payments", "dest": receiver.url, "secret": "geheim", "when": "stream"}
    made = client.post("/subscriptions/add/", asked)
    assert made.status_code == 200, made.content
    return Subscription.objects.get(organisation=organisation)


def told(receiver):
    return [notice for request in receiver.received for notice in json.loads(request.body)["notices"]]


def test_each_state_is_told_once_signed_in_the_ledgers_order_and_can_be_sent_again(sale, client, receiver):  # noqa: F811
    one = follow(sale, client, sale.seller, receiver)
    sale.go(client)
    serve()
    said = told(receiver)
    assert [notice["type"] for notice in said] == [
        "shipment.proposed", "shipment.agreed", "escrow.price", "shipment.funded", "shipment.dispatched",
        "shipment.arrived",
    ]  # fmt: skip
    assert {notice["shipment"] for notice in said} == {sale.shipment.shipment_id}
    assert all(notice["transaction"] and notice["url"].endswith("/") for notice in said)
    first = receiver.received[0]
    signed = hmac.new(b"geheim", first.body, hashlib.sha256).hexdigest()
    assert first.headers["GS1-Signature"] == signed
    audit.everything(sale.money.world.ledger)  # rows are made anew, and nothing is told twice
    serve()
    assert len(told(receiver)) == len(said)
    client.force_login(sale.people[sale.seller.pk])
    client.post(f"/subscriptions/{one.uid}/deliveries/{one.deliveries.first().uid}/replay/")
    serve()
    assert receiver.received[-1].body == first.body
    page = client.get(f"/subscriptions/{one.uid}/").content.decode()
    assert "What happens to shipments and money" in page


def test_a_receiver_that_is_away_is_tried_again(sale, client, receiver):  # noqa: F811
    one = follow(sale, client, sale.buyer, receiver)
    receiver.answers = [503]
    sale.propose(client)
    serve()
    waiting = one.deliveries.get()
    assert (waiting.state, waiting.attempts) == (Delivery.State.WAITING, 1)
    Subscription.objects.update(not_before=None)
    serve()
    waiting.refresh_from_db()
    assert waiting.state == Delivery.State.DELIVERED


def test_nobody_else_is_told(sale, client, receiver):  # noqa: F811
    stranger = sale.money.bank
    sale.people[stranger.pk] = sale.money.clerks[0]
    follow(sale, client, stranger, receiver)
    sale.propose(client)
    serve()
    assert told(receiver) == []
    assert Fact.objects.filter(kind="shipment.proposed").count() == 4


def test_deposits_and_payouts_are_told(sale, client, receiver):  # noqa: F811
    follow(sale, client, sale.buyer, receiver)
    sale.money.deposit(sale.buyer, 12_345)
    serve()
    assert [(one["type"], one["amount"], one["currency"]) for one in told(receiver)] == [
        ("deposit.minted", 12_345, "EUR")
    ]


def test_who_may_not_see_money_is_not_offered_it(sale, client, receiver):  # noqa: F811
    client.force_login(member(sale.buyer, Role.SUPPLIER))
    assert "topic:payments" not in client.get("/subscriptions/add/").content.decode()
    asked = {"query": "topic:payments", "dest": receiver.url, "secret": "geheim", "when": "stream"}
    assert "Select a valid choice" in client.post("/subscriptions/add/", asked).content.decode()
    assert not Subscription.objects.exists()
