"""The first page: for anyone, and for each role."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import member
from tests.integration.provenance_world import Journey, change_a_byte, travelled
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.epcis import identifiers


def _text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _bound_for(organisation):
    return {"destinationList": [{"type": "owning_party", "destination": identifiers.party(organisation.pgln)}]}


def _under_way(journey):
    """Goods that left yesterday."""
    return Journey(journey.world, started=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))


@pytest.fixture
def journey(ledger_world) -> Journey:
    return travelled(ledger_world)


def test_nobody_reads_what_this_is_and_finds_a_field(client, ledger_world):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "where goods have been" in _text(answer)
    assert 'action="/find/"' in answer.content.decode()
    assert "Codes to try" not in _text(answer)


def test_a_demo_offers_codes_that_have_a_public_record(client, journey, settings):
    settings.DEMO = True
    hidden = Journey(journey.world)
    hidden.step("commissioning", hidden.packing, journey.world.organisations[0], visibility=Visibility.CHAIN)

    answer = client.get("/")
    assert f'href="{journey.path}"' in answer.content.decode()
    assert hidden.path not in answer.content.decode()


def test_a_supplier_sees_what_was_logged_with_its_state(client, journey):
    grower = journey.world.organisations[0]
    journey.step("storing", journey.packing, grower)
    client.force_login(member(grower, Role.SUPPLIER))

    said = _text(client.get("/"))
    assert "Shipped from Moguer" in said
    assert "Verified" in said
    assert "Stored in Moguer" in said
    assert "Queued" in said
    assert "Received in Rotterdam" not in said  # the carrier's record
    assert "Log a step" in said


def test_the_live_list_says_when_there_is_nothing_to_wait_for(client, journey):
    grower = journey.world.organisations[0]
    client.force_login(member(grower, Role.SUPPLIER))

    assert b"data-live-done" in client.get("/home/records/").content
    journey.step("storing", journey.packing, grower)
    assert b"data-live-done" not in client.get("/home/records/").content


def test_a_record_of_ours_that_was_changed_says_so_and_nothing_else(client, journey):
    change_a_byte(journey.records[1])
    client.force_login(member(journey.world.organisations[0], Role.SUPPLIER))

    said = _text(client.get("/"))
    assert "Does not match" in said
    assert "A record that does not match" in said
    assert "Shipped from" not in said


def test_a_receiver_sees_what_is_on_its_way_until_it_is_received(client, journey):
    grower, _, shop = journey.world.organisations
    other = _under_way(journey)
    other.step("shipping", other.packing, grower, visibility=Visibility.PARTIES, **_bound_for(shop))
    journey.world.anchor()
    client.force_login(member(shop, Role.RECEIVER))

    said = _text(client.get("/"))
    assert "1 to receive" in said
    assert other.lot.number in said

    other.step("receiving", other.dock, shop)
    assert "0 to receive" in _text(client.get("/"))


def test_what_goes_to_others_is_not_ours_to_receive(client, journey):
    grower, carrier, shop = journey.world.organisations
    other = _under_way(journey)
    ends = {"sourceList": [{"type": "owning_party", "source": identifiers.party(shop.pgln)}], **_bound_for(carrier)}
    other.step("shipping", other.packing, grower, **ends)
    journey.world.anchor()
    client.force_login(member(shop, Role.RECEIVER))

    assert "0 to receive" in _text(client.get("/"))


def test_a_shipment_that_was_changed_is_not_offered(client, journey):
    grower, _, shop = journey.world.organisations
    other = _under_way(journey)
    shipped = other.step("shipping", other.packing, grower, **_bound_for(shop))
    journey.world.anchor()
    change_a_byte(shipped)
    client.force_login(member(shop, Role.RECEIVER))

    assert "0 to receive" in _text(client.get("/"))


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.SUPPLIER, "What we logged"),
        (Role.CARRIER, "to receive"),
        (Role.RECEIVER, "to receive"),
        (Role.ANALYST, "Open the forecasts"),
        (Role.QUALITY, "Open the ledger"),
        (Role.ADMIN, "API tokens"),
    ],
)
def test_each_role_is_offered_its_work(client, ledger_world, role, offered):
    client.force_login(member(ledger_world.organisations[0], role))

    assert offered in _text(client.get("/"))


def test_several_roles_see_the_union(client, ledger_world):
    client.force_login(member(ledger_world.organisations[0], Role.ANALYST, Role.QUALITY))

    said = _text(client.get("/"))
    assert "Open the forecasts" in said
    assert "Open the ledger" in said
    assert "What we logged" not in said


def test_the_home_page_asks_a_bounded_number_of_questions(client, journey, django_assert_max_num_queries):
    grower, _, shop = journey.world.organisations
    for _ in range(10):
        journey.step("shipping", journey.packing, grower, **_bound_for(shop))
    journey.world.anchor()
    client.force_login(member(grower, Role.SUPPLIER, Role.RECEIVER, Role.QUALITY))

    with django_assert_max_num_queries(45):
        client.get("/")
