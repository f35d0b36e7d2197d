"""Pages of subscriptions: begun, held, gone on with, ended; what was sent is told and can be sent once more."""

import hashlib
import hmac
import json
import re

import pytest
from django.urls import reverse

from tests.capture_documents import shipping
from tests.factories import OrganisationFactory, api_token, member
from tests.integration.test_query_events import Caller, eid
from tests.integration.test_query_subscriptions import serve
from tests.receiver import Receiver
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.query.models import Delivery, NamedQuery, Subscription

pytestmark = pytest.mark.django_db
ADD = "/subscriptions/add/"


@pytest.fixture
def receiver(settings):
    settings.SUBSCRIPTIONS_PRIVATE_HOSTS = ["127.0.0.1"]
    with Receiver() as one:
        yield one


@pytest.fixture
def farm(client, ledger_world):
    caller = Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))
    client.force_login(member(caller.organisation, Role.SUPPLIER))
    return caller


def form(receiver, **changes):
    values = {"query": "", "name": "goods out", "conditions": "EQ_bizStep=shipping", "dest": receiver.url}
    return {**values, "secret": "", "when": "stream", **changes}


def text_of(answer):
    assert answer.status_code == 200, answer.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_is_begun_and_its_secret_is_shown_once(client, farm, receiver, ledger_world):
    assert "No subscription yet." in text_of(client.get("/subscriptions/"))
    answer = client.post(ADD, form(receiver))
    [secret] = re.findall(r'<code class="code">([^<]+)</code>', answer.content.decode())
    one = Subscription.objects.get()
    assert (one.query.name, one.query.definition) == ("goods out", {"EQ_bizStep": "shipping"})
    for path in ("/subscriptions/", f"/subscriptions/{one.uid}/"):
        assert secret not in client.get(path).content.decode()
        assert "goods out" in text_of(client.get(path))
    farm.capture(shipping(event_id=eid(1)))
    ledger_world.anchor()
    serve()
    [taken] = receiver.taken
    signature = hmac.new(secret.encode(), taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["GS1-Signature"] == signature
    told = text_of(client.get(f"/subscriptions/{one.uid}/"))
    assert "Delivery 1: 1 event" in told
    assert "127.0.0.1 answered 200" in told


def test_events_that_come_while_it_is_held_are_sent_when_it_goes_on(client, farm, receiver, ledger_world):
    client.post(ADD, form(receiver))
    one = Subscription.objects.get()
    client.post(reverse("subscription-pause", args=[one.uid]))
    farm.capture(shipping(event_id=eid(1)))
    ledger_world.anchor()
    serve()
    assert receiver.taken == []
    assert "Paused by" in text_of(client.get(f"/subscriptions/{one.uid}/"))
    client.post(reverse("subscription-resume", args=[one.uid]))
    serve()
    assert len(receiver.taken) == 1
    delivery = Delivery.objects.get()
    answer = client.post(reverse("subscription-replay", args=[one.uid, delivery.uid]), follow=True)
    assert "It is sent once more." in text_of(answer)
    serve()
    assert [one.body for one in receiver.taken] == [receiver.taken[0].body] * 2


def test_it_ends_with_its_log_and_the_query_stays(client, farm, receiver):
    client.post(ADD, form(receiver))
    one = Subscription.objects.get()
    assert client.get(reverse("subscription-end", args=[one.uid])).status_code == 405
    client.post(reverse("subscription-end", args=[one.uid]))
    assert Subscription.objects.count() == 0
    assert NamedQuery.objects.count() == 1


def test_at_set_times_and_of_a_query_that_there_is(client, farm, receiver):
    client.post(ADD, form(receiver))
    given = form(receiver, query="goods out", name="", when="schedule", hour="6", day_of_week="1", secret="mine")
    assert "mine" in text_of(client.post(ADD, given))
    last = Subscription.objects.order_by("pk").last()
    assert last.schedule == {"hour": "6", "dayOfWeek": "1"}
    assert "hour 6, weekday Monday (UTC)" in text_of(client.get("/subscriptions/"))
    assert NamedQuery.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"dest": "http://example.com/"}, "dest", "https only"),
        ({"dest": "https://10.0.0.1/"}, "dest", "private address"),
        ({"conditions": "EQ_colour=red"}, "conditions", "EQ_colour: is not a parameter"),
        ({"conditions": "shipping"}, "conditions", "a name, =, and a value"),
        ({"conditions": "maxEventCount=3"}, None, "a part of an answer"),
        ({"name": ""}, "name", "Give it a name"),
        ({"when": "schedule"}, "hour", "Say at which hours"),
        ({"when": "schedule", "hour": "25"}, "hour", "25 is not between 0 and 23"),
        ({"query": "goods in"}, "query", "not one of the available choices"),
        ({"since": "yesterday"}, "since", "valid date"),
    ],
)
def test_what_is_wrong_stands_under_its_field_and_nothing_is_kept(client, farm, receiver, changes, field, words):
    answer = client.post(ADD, form(receiver, **changes))
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field or "__all__"])
    assert (Subscription.objects.count(), NamedQuery.objects.count()) == (0, 0)


def test_others_see_none_of_it_and_readers_may_not_change_it(client, farm, receiver):
    client.post(ADD, form(receiver))
    one = Subscription.objects.get()
    paths = [reverse(f"subscription-{name}", args=[one.uid]) for name in ("pause", "resume", "end")]
    client.force_login(member(farm.organisation, Role.ANALYST))
    assert "goods out" in text_of(client.get("/subscriptions/"))
    assert [client.post(path).status_code for path in paths] == [403] * 3
    assert client.get(ADD).status_code == 403
    client.force_login(member(OrganisationFactory(), Role.ADMIN))
    assert "goods out" not in text_of(client.get("/subscriptions/"))
    assert [client.post(path).status_code for path in [*paths, f"/subscriptions/{one.uid}/"]] == [404, 404, 404, 405]
    assert client.get(f"/subscriptions/{one.uid}/").status_code == 404
    client.logout()
    assert client.get("/subscriptions/").status_code == 302


def test_by_the_interface_too_only_recorders_change_subscriptions(client, farm, receiver):
    client.post(ADD, form(receiver))
    client.logout()
    reader = Caller(client, farm.organisation)
    token = api_token(member(farm.organisation, Role.ANALYST), farm.organisation)
    reader.headers = {"Authorization": f"Bearer {token}"}
    url = "/epcis/queries/goods%20out/subscriptions"
    body = json.dumps({"dest": receiver.url, "stream": True})
    assert client.post(url, body, content_type="application/json", headers=reader.headers).status_code == 403
    assert len(client.get(url, headers=reader.headers).json()) == 1
    one = Subscription.objects.get()
    assert client.delete(f"{url}/{one.uid}", headers=reader.headers).status_code == 403
