"""Subscriptions: made, refused, delivered in the ledger's order, tried again, sent once more."""

import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.capture_documents import shipping
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid, events_in
from tests.receiver import Receiver
from traceapp.accounts.visibility import Visibility
from traceapp.query import records
from traceapp.query.models import Delivery, Subscription
from traceapp.query.subscriptions import lease, making, sending

pytestmark = pytest.mark.django_db
QUERY = "/epcis/queries/goods%20out"
URL = f"{QUERY}/subscriptions"


@pytest.fixture
def receiver(settings):
    settings.SUBSCRIPTIONS_PRIVATE_HOSTS = ["127.0.0.1"]
    with Receiver() as one:
        yield one


@pytest.fixture
def farm(client, ledger_world):
    caller = Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))
    define(caller)
    return caller


def define(caller, definition=None):
    body = {"name": "goods out", "query": definition or {"EQ_bizStep": ["shipping"]}}
    answer = caller.client.post(
        "/epcis/queries", json.dumps(body), content_type="application/json", headers=caller.headers
    )
    assert answer.status_code == 201, answer.content


def post(caller, body, url=URL, headers=None):
    text = body if isinstance(body, str) else json.dumps(body)
    sent = caller.headers | (headers or {})
    return caller.client.post(url, text, content_type="application/json", headers=sent)


def subscribe(caller, receiver, **members):
    answer = post(caller, {"dest": receiver.url, "stream": True, **members})
    assert answer.status_code == 201, answer.content
    return Subscription.objects.get(uid=answer.json()["subscriptionID"])


def serve():
    """What the process does until there is nothing more to do."""
    while found := list(lease.ready(timezone.now())):
        for one in found:
            sending.work(one.pk)


def ships(*numbers, **members):
    return [shipping(event_id=eid(n), lot=f"L-{n}", **members) for n in numbers]


def test_a_subscription_is_made_listed_read_and_deleted(farm):
    given = {"dest": "https://client.example.com/hook", "signatureToken": "geheim", "stream": True}
    made = post(farm, given)
    assert made.status_code == 201, made.content
    one = made.json()
    assert made["Location"] == f"http://testserver{URL}/{one['subscriptionID']}"
    assert (one["dest"], one["stream"], one["queryName"]) == (given["dest"], True, "goods out")
    assert "geheim" not in made.content.decode()
    assert "geheim" not in Subscription.objects.get().signature_token
    assert farm.get(URL).json() == [one]
    where = f"{URL}/{one['subscriptionID']}"
    assert farm.get(where).json() == one
    assert farm.get(f"{where}/deliveries").json() == []
    assert farm.client.delete(where, headers=farm.headers).status_code == 204
    assert farm.get(where).status_code == 404
    assert farm.get(where).json()["type"] == "epcisException:NoSuchSubscriptionException"
    assert farm.get(URL).json() == []


def test_subscriptions_are_listed_in_pages(farm):
    for _ in range(3):
        post(farm, {"dest": "https://client.example.com/", "schedule": {"hour": "1"}})
    first = farm.get(URL, perPage=2)
    assert len(first.json()) == 2
    token = unquote(first["Link"].partition("nextPageToken=")[2].partition(">")[0])
    assert len(farm.get(URL, nextPageToken=token).json()) == 1


@pytest.mark.parametrize(
    ("members", "exception", "path"),
    [
        ({"stream": True, "schedule": {"hour": "1"}}, "SubscriptionControlsException", "stream"),
        ({}, "SubscriptionControlsException", "stream"),
        ({"stream": False}, "SubscriptionControlsException", "stream"),
        ({"stream": "yes"}, "SubscriptionControlsException", "stream"),
        ({"schedule": {"hour": "25"}}, "SubscriptionControlsException", "schedule.hour"),
        ({"schedule": {}}, "SubscriptionControlsException", "schedule"),
        ({"schedule": "daily"}, "SubscriptionControlsException", "schedule"),
        ({"stream": True, "dest": "http://127.0.0.1/x"}, "InvalidURIException", "dest"),
        ({"stream": True, "dest": None}, "InvalidURIException", "dest"),
        ({"stream": True, "initialRecordTime": "yesterday"}, "SubscriptionControlsException", "initialRecordTime"),
        ({"stream": True, "signatureToken": 5}, "SubscriptionControlsException", "signatureToken"),
        ({"stream": True, "secret": "x"}, "SubscriptionControlsException", "secret"),
    ],
)
def test_what_is_wrong_with_a_subscription_is_named(farm, members, exception, path):
    answer = post(farm, {"dest": "https://client.example.com/hook", **members})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == f"epcisException:{exception}"
    assert problem["errors"][0]["path"] == path
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("body", [" ", "[]", "{", '{"dest": NaN}', "null", '"x"'])
def test_a_body_that_is_no_subscription_is_refused(farm, body):
    assert post(farm, body).status_code == 400


def test_a_part_of_an_answer_cannot_be_subscribed_to(farm):
    body = {"name": "few", "query": {"maxEventCount": 5}}
    post(farm, body, "/epcis/queries")
    answer = post(farm, {"dest": "https://client.example.com/", "stream": True}, "/epcis/queries/few/subscriptions")
    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:SubscribeNotPermittedException"


def test_a_websocket_is_answered_in_words(farm):
    answer = farm.get(f"{QUERY}/events", headers={"Upgrade": "websocket", "Connection": "Upgrade"}, stream="true")
    assert answer.status_code == 501
    assert answer.json()["type"] == "epcisException:ImplementationException"


def test_a_query_whose_name_looks_like_a_subscription_is_read_and_run(farm):
    post(farm, {"name": "a/subscriptions", "query": {"EQ_bizStep": ["shipping"]}}, "/epcis/queries")
    farm.capture(*ships(1))

    def sent(below):
        return farm.client.get(
            f"/epcis/queries/a/subscriptions{below}",
            headers=farm.headers,
            RAW_URI=f"/epcis/queries/a%2Fsubscriptions{below}",
        )

    assert sent("").json()["name"] == "a/subscriptions"
    assert len(events_in(sent("/events"))) == 1


def test_another_organisation_has_neither_query_nor_subscription(farm, client, receiver):
    one = subscribe(farm, receiver)
    other = Caller(client, OrganisationFactory())
    define(other)
    assert other.get(URL).json() == []
    assert other.get(f"{URL}/{one.uid}").status_code == 404
    assert other.client.delete(f"{URL}/{one.uid}", headers=other.headers).status_code == 404
    assert other.get(f"{URL}/{one.uid}/deliveries").status_code == 404
    assert client.get(URL).status_code == 401


def test_events_come_once_and_signed_in_the_order_of_the_ledger(farm, receiver, ledger_world):
    before = ships(1)
    farm.capture(*before)
    ledger_world.anchor()
    subscribe(farm, receiver, signatureToken="geheim")
    farm.capture(*ships(2, 3), *ships(4, step="storing"))
    serve()
    assert receiver.taken == []  # not on the ledger yet
    ledger_world.anchor()
    serve()
    farm.capture(*ships(5))
    ledger_world.anchor()
    serve()
    serve()
    assert receiver.event_ids == [eid(2), eid(3), eid(5)]
    first = receiver.taken[0]
    assert first.headers["GS1-Signature"] == hmac.new(b"geheim", first.body, hashlib.sha256).hexdigest()
    assert first.headers["Content-Type"] == "application/json"
    assert first.document["type"] == "EPCISQueryDocument"
    assert first.results["subscriptionID"] == str(Subscription.objects.get().uid)
    assert first.results["queryName"] == "goods out"
    assert {one["traceapp:state"] for one in first.results["traceapp:records"]} == {"verified"}
    assert farm.get(f"{URL}/{Subscription.objects.get().uid}").json()["lastNotifiedAt"]


def test_what_was_recorded_since_an_earlier_time_is_sent_too(farm, receiver, ledger_world):
    farm.capture(*ships(*range(1, 6)))
    ledger_world.anchor()
    subscribe(farm, receiver, initialRecordTime="2020-01-01T00:00:00Z")
    serve()
    assert sorted(receiver.event_ids) == [eid(n) for n in range(1, 6)]


def test_a_subscriber_gets_the_fields_it_may_see_and_no_event_of_others(farm, client, receiver, ledger_world):
    shop = Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))
    define(shop)
    subscribe(shop, receiver)
    farm.capture(*ships(1))
    shop.capture(*ships(2))
    ledger_world.anchor()
    serve()
    assert receiver.event_ids == [eid(2)]


def test_a_receiver_that_fails_is_tried_again_with_the_same_bytes(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    receiver.answers = [500, 302]
    farm.capture(*ships(1))
    ledger_world.anchor()
    serve()
    assert len(receiver.received) == 1
    farm.capture(*ships(2))
    ledger_world.anchor()
    for _ in range(2):
        Subscription.objects.update(not_before=None)
        serve()
    assert receiver.event_ids == [eid(1), eid(2)]
    first, second, third, _ = receiver.received
    assert first.body == second.body == third.body
    assert first.headers["Traceapp-Delivery"] == third.headers["Traceapp-Delivery"]
    assert third.headers["Traceapp-Attempt"] == "3"
    log = farm.get(f"{URL}/{one.uid}/deliveries").json()
    assert [len(each["tried"]) for each in log] == [1, 3]
    assert [each["status"] for each in log[1]["tried"]] == [500, 302, 200]


def test_the_pause_between_attempts_grows(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    receiver.answers = [500] * 3
    farm.capture(*ships(1))
    ledger_world.anchor()
    pauses = []
    for _ in range(3):
        Subscription.objects.update(not_before=None)
        before = timezone.now()
        serve()
        one.refresh_from_db()
        pauses.append(round((one.not_before - before).total_seconds()))
    assert pauses == [2, 4, 8]


def test_a_receiver_that_is_gone_ends_it_until_somebody_replays(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    receiver.answers = [410]
    farm.capture(*ships(1))
    ledger_world.anchor()
    serve()
    told = farm.get(f"{URL}/{one.uid}").json()
    assert "410" in told["traceapp:suspended"]
    failed = farm.get(f"{URL}/{one.uid}/deliveries").json()[0]
    assert failed["state"] == "failed"
    farm.capture(*ships(2))
    ledger_world.anchor()
    serve()
    assert receiver.taken == []
    assert post(farm, "", f"{URL}/{one.uid}/deliveries/{failed['deliveryID']}/replay").status_code == 202
    serve()
    assert receiver.event_ids == [eid(1), eid(2)]


def test_a_delivery_is_sent_once_more_on_demand(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    farm.capture(*ships(1))
    ledger_world.anchor()
    serve()
    delivery = Delivery.objects.get()
    again = post(farm, "", f"{URL}/{one.uid}/deliveries/{delivery.uid}/replay")
    assert again.json()["replayOf"] == str(delivery.uid)
    serve()
    assert [each.event_ids for each in receiver.taken] == [[eid(1)], [eid(1)]]
    assert receiver.taken[0].body == receiver.taken[1].body
    assert post(farm, "", f"{URL}/{one.uid}/deliveries/{uuid4()}/replay").status_code == 404
    sending.forget_bodies(timezone.now() + sending.KEPT + timedelta(minutes=1))
    assert post(farm, "", f"{URL}/{one.uid}/deliveries/{delivery.uid}/replay").status_code == 409


def test_a_receiver_that_takes_only_small_messages_gets_them_small(farm, receiver, ledger_world):
    subscribe(farm, receiver)
    receiver.largest = 3
    farm.capture(*ships(*range(1, 11)))
    ledger_world.anchor()
    serve()
    assert receiver.event_ids == [eid(n) for n in range(1, 11)]
    assert max(len(each.event_ids) for each in receiver.taken) <= 3


def test_a_schedule_sends_what_came_since_and_says_so_when_nothing_did(farm, receiver, ledger_world):
    one = subscribe(farm, receiver, stream=None, schedule={"hour": "1", "minute": "5"}, reportIfEmpty=True)
    assert (one.due.hour, one.due.minute, one.due.second) == (1, 5, 0)
    farm.capture(*ships(1, 2))
    ledger_world.anchor()
    serve()
    assert receiver.taken == []
    due(one)
    serve()
    due(one)
    serve()
    assert [each.event_ids for each in receiver.taken] == [[eid(1), eid(2)], []]
    one.refresh_from_db()
    assert one.due > timezone.now()


def due(one):
    Subscription.objects.filter(pk=one.pk).update(due=timezone.now() - timedelta(seconds=1))


def test_a_long_way_over_what_does_not_match_is_walked_in_steps(farm, receiver, ledger_world, monkeypatch):
    monkeypatch.setattr(making, "AT_ONCE", 3)
    monkeypatch.setattr(making, "LOOKED_AT", 6)
    monkeypatch.setattr(making, "PASSED", 6)
    hashed = []
    monkeypatch.setattr(making, "show", lambda pks, viewer: hashed.extend(pks) or records.show(pks, viewer))
    subscribe(farm, receiver)
    farm.capture(*ships(*range(1, 20), step="storing"), *ships(20))
    ledger_world.anchor()
    serve()
    assert receiver.event_ids == [eid(20)]
    assert len(hashed) == 1  # the index knows that the others are none


def test_two_workers_do_not_serve_one_subscription_at_once(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    farm.capture(*ships(1))
    ledger_world.anchor()
    held = lease.claim(one.pk, timezone.now())
    assert lease.claim(one.pk, timezone.now()) is None
    sending.work(one.pk)
    assert receiver.received == []
    lease.release(held)
    serve()
    assert receiver.event_ids == [eid(1)]


def test_a_worker_whose_lease_ran_out_changes_nothing_any_more(farm, receiver, ledger_world):
    one = subscribe(farm, receiver)
    farm.capture(*ships(1))
    ledger_world.anchor()
    late = lease.claim(one.pk, timezone.now())
    Subscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    serve()
    with pytest.raises(lease.LeaseLost):
        making.make(late, timezone.now())
    assert Delivery.objects.count() == 1
    assert receiver.event_ids == [eid(1)]
