"""`GET /api/v1/records`: what one may read, newest first, by kind, state and time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import OrganisationFactory, api_token, member
from tests.ledger_fixtures import LedgerWorld
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.ledger.models import Batch, Record

ADDRESS = "/api/v1/records"


@pytest.fixture
def ask(client, ledger_world: LedgerWorld):
    organisation = ledger_world.organisations[0]
    token = api_token(member(organisation), organisation)

    def asked(**parameters):
        return client.get(ADDRESS, parameters, headers={"Authorization": f"Bearer {token}"})

    return asked


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_newest_first_with_id_kind_and_state(ask, ledger_world: LedgerWorld):
    old = ledger_world.record()
    ledger_world.anchor()
    new = ledger_world.record()
    first, second = ask().json()["results"]
    assert (first["id"], first["kind"], first["state"]) == (str(new.uid), "epcis", "queued")
    assert (second["id"], second["state"]) == (str(old.uid), "on_ledger")
    assert second["batch"] == Record.objects.get(pk=old.pk).batch_id


def test_by_state(ask, ledger_world: LedgerWorld):
    anchored = ledger_world.record()
    ledger_world.anchor()
    refused = ledger_world.record()
    ledger_world.anchor()
    Batch.objects.filter(records=refused).update(state=Batch.State.INVALID, evidenced=None, reason="no")
    waiting = ledger_world.record()
    for state, record in {"on_ledger": anchored, "rejected": refused, "queued": waiting}.items():
        answer = ask(state=state)
        assert ids(answer) == [str(record.uid)]
        assert answer.json()["results"][0]["state"] == state
    assert ids(ask(state="sent")) == []


def test_by_kind_and_time(ask, ledger_world: LedgerWorld):
    one, two = ledger_world.record(), ledger_world.record()
    Record.objects.filter(pk=one.pk).update(record_time=two.record_time - timedelta(hours=1))
    moment = two.record_time.isoformat()
    assert ids(ask(**{"from": moment})) == [str(two.uid)]
    assert ids(ask(to=moment)) == [str(one.uid)]
    assert ids(ask(kind="epcis")) == [str(two.uid), str(one.uid)]
    assert ids(ask(kind="forecast")) == []


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"kind": "poem"}, "kind"),
        ({"state": "lost"}, "state"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-05-02T00:00:00Z", "to": "2026-05-01T00:00:00Z"}, "to"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_place(ask, parameters, where):
    answer = ask(**parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == where


def test_pages_are_turned(ask, ledger_world: LedgerWorld):
    made = [str(one.uid) for one in ledger_world.records(5)]
    first, second = ask(per_page=3), ask(per_page=3, page=2)
    assert ids(first) + ids(second) == made[::-1]
    assert first.json()["count"] == 5
    assert ask(page=99).status_code == 404


def test_only_what_the_caller_may_read(ask, client, ledger_world: LedgerWorld):
    first, second, third = ledger_world.organisations
    ledger_world.record(second, visibility=Visibility.PRIVATE)
    shared = ledger_world.record(second, visibility=Visibility.PARTIES, readers={first.pk: Relation.PARTY})
    ledger_world.record(second, visibility=Visibility.PARTIES, readers={third.pk: Relation.PARTY})
    assert ids(ask()) == [str(shared.uid)]
    assert client.get(ADDRESS).status_code in (401, 403)
    stranger = OrganisationFactory()
    client.force_login(member(stranger))
    assert client.get(ADDRESS).json()["count"] == 0


def test_it_is_documented(client):
    schema = client.get(reverse("schema"), {"format": "json"}).json()["paths"]
    names = {one["name"] for one in schema[ADDRESS]["get"]["parameters"]}
    assert {"kind", "state", "from", "to", "page", "per_page"} <= names
    proof = schema["/api/v1/proofs/{uid}"]["get"]
    assert {"200", "304", "400", "403", "404", "409"} <= proof["responses"].keys()
    assert {"get", "post", "delete"} <= {method for path, one in schema.items() if "/proofs/" in path for method in one}
