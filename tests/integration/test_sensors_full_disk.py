"""Nothing more fits into the database: a message is refused in words, stays with its sender, and is stored once later."""

import json

import pytest
from django.core.cache import cache
from django.db import connection

from tests.factories import OrganisationFactory, member
from tests.sensors_world import logger
from traceapp.accounts.roles import Role
from traceapp.ledger.models import Record
from traceapp.sensors.models import Message, Refusal

ADDRESS = "/api/v1/sensors/messages"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such limit; tests/faults fills a disk"),
]


def limit(pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def full():
    """No page more than there are now."""
    cache.clear()
    limit(1)
    yield
    limit(2**30)


def send(client, message):
    return client.post(ADDRESS, message, content_type="application/jose")


def until_refused(client, device):
    """What is free inside the file is used up first. The messages that were taken, and the first that was not."""
    taken = 0
    while (answer := send(client, message := device.message([4.0] * 200))).status_code == 202:
        taken += 1
        assert taken < 500
    return taken, message, answer


def test_a_message_is_refused_in_words_and_taken_once_when_there_is_room(full, client):
    device = logger()
    taken, message, answer = until_refused(client, device)
    told = answer.json()
    assert (answer.status_code, told["status"], told["reason"]) == (507, 507, "store")
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) > 0
    assert "disk is full" in told["detail"]
    assert "again later" in told["detail"]
    assert Message.objects.count() == Record.objects.count() == taken
    assert send(client, message).status_code == 507
    limit(2**30)
    assert send(client, message).status_code == 202
    assert send(client, message).status_code == 200
    assert Message.objects.count() == Record.objects.count() == taken + 1


def test_that_it_had_to_wait_is_counted_once_on_its_devices_page(full, client):
    firm = OrganisationFactory()
    device, other = logger(firm), logger(firm)
    _, message, _ = until_refused(client, device)
    several = [message, device.message(), other.message()]
    for _ in range(3):
        answer = client.post(ADDRESS, json.dumps(several), content_type="application/json")
        assert answer.status_code == 507
    limit(2**30)
    assert send(client, message).status_code == 202
    counts = dict(Refusal.objects.filter(reason="store").values_list("device_id", "count"))
    assert counts == {device.device.pk: 2, other.device.pk: 1}
    client.force_login(member(firm, Role.CARRIER))
    page = client.get(f"/sensors/devices/{device.device.uid}/").content.decode()
    assert "Had to wait" in page
