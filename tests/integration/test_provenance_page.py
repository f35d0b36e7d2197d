"""The page behind a printed code."""

import re

import pytest

from tests.factories import LotFactory, ProductFactory
from tests.integration.provenance_world import Journey, change_a_byte, travelled
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import EventKey
from traceapp.epcis import identifiers
from traceapp.ledger.models import Record


@pytest.fixture
def journey(ledger_world) -> Journey:
    return travelled(ledger_world)


def _text(answer):
    """The words of a page, scripts and tags taken out: what somebody without JavaScript reads."""
    assert b"<script>" not in answer.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_unaltered_records_are_called_unaltered_and_counted(client, journey):
    answer = client.get(journey.page)

    said = _text(answer)
    assert answer.status_code == 200
    assert "Records unaltered" in said
    assert "3 of 3 records match" in said
    assert said.count("Verified") == 3
    assert "genuine" not in said.lower()


def test_the_journey_names_places_local_times_and_who_recorded_it(client, journey):
    said = _text(client.get(journey.page))

    assert "First recorded in Moguer" in said
    assert "Shipped from Moguer" in said
    assert "Received in Rotterdam" in said
    assert "11 May 2026, 07:30 CEST" in said
    assert "by Huerta Alba" in said
    assert "by Rhine Cold Chain" in said


def test_the_answer_says_what_it_does_not_prove_and_when_it_was_worked_out(client, journey):
    answer = client.get(journey.page)

    said = _text(answer)
    assert "What this does not prove" in said
    assert "Checked " in said
    assert "Demo ledger: one machine, not decentralised" in said
    assert answer["Cache-Control"] == "no-cache"


def test_amounts_orders_and_partners_are_not_shown(client, journey):
    said = client.get(journey.page).content.decode()

    assert "2,400" not in said
    assert "2400" not in said
    assert "PO-4711" not in said


def test_a_changed_record_is_named_and_its_content_is_not_shown(client, journey):
    change_a_byte(journey.records[1])

    said = _text(client.get(journey.page))
    assert "Records do not match" in said
    assert "2 of 3 records match" in said
    assert "Step 2 is not, in our database, what was written down" in said
    assert "A step whose record was changed" in said
    assert "Recorded by Huerta Alba" in said
    assert "Shipped from" not in said
    assert "shippinG" not in said
    assert "Received in Rotterdam" in said


def test_a_changed_record_shows_both_fingerprints(client, journey):
    record = journey.records[1]
    change_a_byte(record)

    said = _text(client.get(journey.page))
    assert bytes(record.leaf).hex()[:8] in said
    assert "Another record. We do not show what it says" in said


def test_a_dropped_record_is_missed(client, journey):
    Record.objects.filter(pk=journey.records[2].pk)._raw_delete("default")

    said = _text(client.get(journey.page))
    assert "Records do not match" in said
    assert "Step 3 was on our list, but its record is gone" in said


def test_swapped_records_do_not_match(client, journey):
    first, second = journey.records[:2]
    one, two = bytes(first.disclosures), bytes(second.disclosures)
    Record.objects.filter(pk=first.pk).update(disclosures=two)
    Record.objects.filter(pk=second.pk).update(disclosures=one)

    said = _text(client.get(journey.page))
    assert "Records do not match" in said
    assert "1 of 3 records match" in said


def test_a_record_that_waits_is_pending_and_says_nothing_yet(client, journey):
    journey.step("stocking", journey.dock, journey.world.organisations[1])

    said = _text(client.get(journey.page))
    assert "Pending" in said
    assert "3 of 4 records are confirmed" in said
    assert "On the shelf" not in said


def test_an_index_that_lies_about_a_record_adds_no_step(client, journey, ledger_world):
    other = travelled(ledger_world)
    EventKey.objects.create(record=other.records[2], key=identifiers.key(journey.canonical), role=2)

    assert "3 of 3 records match" in _text(client.get(journey.page))


def test_what_others_keep_to_themselves_is_on_no_public_page(client, journey):
    grower = journey.world.organisations[0]
    for visibility in (Visibility.PRIVATE, Visibility.PARTIES, Visibility.CHAIN):
        journey.step("inspecting", journey.packing, grower, visibility=visibility)
    journey.world.anchor()

    said = _text(client.get(journey.page))
    assert "3 of 3 records match" in said
    assert "Inspected" not in said


def test_a_private_record_that_was_dropped_stays_unmentioned(client, journey):
    record = journey.step("inspecting", journey.packing, journey.world.organisations[0], visibility=Visibility.PRIVATE)
    journey.world.anchor()
    Record.objects.filter(pk=record.pk)._raw_delete("default")

    assert "3 of 3 records match" in _text(client.get(journey.page))


def test_a_recall_comes_first(client, journey):
    journey.step("holding", journey.packing, journey.world.organisations[0], disposition="recalled")
    journey.world.anchor()
    change_a_byte(journey.records[1])

    said = _text(client.get(journey.page))
    assert "Recalled" in said
    assert "Do not use this product. Huerta Alba calls it back" in said
    assert "See what differs" in said


def test_a_recall_that_does_not_verify_is_no_recall(client, journey):
    record = journey.step("holding", journey.packing, journey.world.organisations[0], disposition="recalled")
    journey.world.anchor()
    change_a_byte(record)

    assert "Do not use this product" not in _text(client.get(journey.page))


def test_an_item_sold_twice_looks_copied(client, journey):
    gtin = journey.lot.product.gtin
    item = {"epcList": [identifiers.item(gtin, "77")], "quantityList": []}
    for firm in journey.world.organisations[1:]:
        journey.step("retail_selling", journey.dock, firm, **item)
    journey.world.anchor()

    said = _text(client.get(f"/p/01/{gtin}/21/77"))
    assert "This code looks copied or already sold" in said
    assert "One single item" in said


def test_a_lot_past_its_date_is_expired(client, journey):
    journey.lot.best_before = "2026-05-20"
    journey.lot.save()

    said = _text(client.get(journey.page))
    assert "Expired" in said
    assert "This date has passed" in said


def test_an_event_declared_wrong_is_marked(client, journey):
    body = {"eventID": None}
    shipped = journey.records[1]
    from traceapp.ledger import verified

    event = verified.read([shipped.pk]).verified[0].body["event"]
    body = {**event, "errorDeclaration": {"declarationTime": "2026-05-12T00:00:00Z", "reason": "incorrect_data"}}
    body["quantityList"] = event["quantityList"]
    journey.step("shipping", journey.packing, journey.world.organisations[0], **body)
    journey.world.anchor()

    said = _text(client.get(journey.page))
    assert "Later declared wrong" in said
    assert "Declared wrong: Shipped from Moguer" in said


def test_an_unknown_code_is_a_404_in_words(client, ledger_world):
    answer = client.get("/p/01/09506000134352/10/NOBODY")

    assert answer.status_code == 404
    assert "Unknown code" in _text(answer)


def test_a_code_of_a_product_says_that_it_names_no_lot(client, ledger_world):
    product = ProductFactory(name="Blueberries")

    answer = client.get(f"/p/01/{product.gtin}")
    assert answer.status_code == 200
    assert "This code names no lot" in _text(answer)
    assert "Blueberries" in _text(answer)


def test_the_page_of_a_lot_without_records_is_unknown_but_names_the_product(client, ledger_world):
    lot = LotFactory()

    answer = client.get(f"/p/01/{lot.product.gtin}/10/{lot.number}")
    assert answer.status_code == 404
    assert lot.product.name in _text(answer)


def test_the_number_of_queries_does_not_grow_with_the_journey(client, journey, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.get(journey.page)
    for _ in range(9):
        journey.step("inspecting", journey.dock, journey.world.organisations[1])
    journey.world.anchor()

    with django_assert_max_num_queries(13):
        said = _text(client.get(journey.page))
    assert "12 of 12 records match" in said


def test_a_page_of_nine_steps_is_small(client, journey):
    for _ in range(6):
        journey.step("inspecting", journey.dock, journey.world.organisations[1])
    journey.world.anchor()

    assert len(client.get(journey.page).content) < 30_000
    assert len(client.get(journey.page, HTTP_ACCEPT_ENCODING="gzip").content) < 8_000


def test_a_lot_with_a_slash_keeps_it(client, ledger_world):
    journey = Journey(ledger_world, lot=LotFactory(number="A/7"))
    journey.step("commissioning", journey.packing, ledger_world.organisations[0], action="ADD")
    ledger_world.anchor()

    raw = journey.page.replace("A/7", "A%2F7")
    assert "%2F" in raw
    answer = client.get(raw, RAW_URI=raw)
    assert "Records unaltered" in _text(answer)


@pytest.mark.parametrize("language", ["de", "es", "ar"])
def test_the_page_speaks_the_readers_language(client, journey, language):
    answer = client.get(journey.page, HTTP_ACCEPT_LANGUAGE=language)

    assert "Records unaltered" not in _text(answer)
    assert f'lang="{language}"' in answer.content.decode()
    assert ('dir="rtl"' in answer.content.decode()) == (language == "ar")
