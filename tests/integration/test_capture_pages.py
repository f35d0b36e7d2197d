"""Log a step in the browser: what is recorded, what is said when something is wrong, what others may see."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import LocationFactory, LotFactory, OrganisationFactory, ProductFactory, member
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import CaptureJob, Event
from traceapp.capture.services import capture_document
from traceapp.commitments.disclosures import assemble, unpack
from traceapp.ledger.models import Reader, Record
from traceapp.masterdata.models import Lot

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    return OrganisationFactory(name="Huerta Alba")


@pytest.fixture
def buyer():
    return OrganisationFactory(name="Mercado Sol")


@pytest.fixture
def place(farm):
    return LocationFactory(organisation=farm, name="Gate 3", city="Rotterdam", timezone="Europe/Amsterdam")


@pytest.fixture
def product(farm):
    return ProductFactory(organisation=farm, name="Strawberries, 500 g")


@pytest.fixture
def browser(client, farm):
    client.force_login(member(farm, Role.SUPPLIER))
    return client


@pytest.fixture
def sent(place, product, buyer):
    return {
        "form": str(uuid.uuid4()),
        "step": "shipping",
        "product": product.gtin,
        "lot": "L2405-117",
        "quantity": "40",
        "unit": "",
        "place": place.pk,
        "partner": buyer.pk,
        "carrier": "",
        "when": "2025-05-14T09:12",
        "visibility": Visibility.CHAIN,
    }


def only_event():
    return assemble(unpack(bytes(Record.objects.get().disclosures)))["event"]


def test_a_shipment_is_recorded_and_its_page_follows(browser, sent, buyer, product):
    answer = browser.post("/capture/", sent)
    record = Record.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/capture/records/{record.uid}/"
    event = only_event()
    assert event["eventTime"] == "2025-05-14T09:12:00.000+02:00"
    assert event["eventTimeZoneOffset"] == "+02:00"
    assert (event["bizStep"], event["action"]) == ("shipping", "OBSERVE")
    assert event["quantityList"] == [{"epcClass": f"https://id.gs1.org/01/{product.gtin}/10/L2405-117", "quantity": 40}]
    assert Reader.objects.get(record=record).organisation == buyer
    page = browser.get(answer["Location"]).content.decode()
    assert "Shipped from Rotterdam" in page
    assert "Queued" in page
    assert "Mercado Sol" in page
    assert bytes(record.leaf).hex()[:8] in page


def test_a_new_lot_of_our_own_product_becomes_a_lot(browser, sent, product):
    browser.post("/capture/", sent)
    assert Lot.objects.get().product == product


@pytest.mark.parametrize(("step", "action"), [("commissioning", "ADD"), ("receiving", "OBSERVE")])
def test_other_steps_are_recorded(browser, sent, step, action):
    assert (
        browser.post("/capture/", sent | {"step": step, "partner": "", "unit": "KGM", "quantity": "12.5"}).status_code
        == 302
    )
    event = only_event()
    assert (event["bizStep"], event["action"]) == (step, action)
    assert event["quantityList"][0]["quantity"] == 12.5
    assert event["quantityList"][0]["uom"] == "KGM"


def test_without_a_time_it_is_now(browser, sent):
    browser.post("/capture/", sent | {"when": ""})
    assert abs(Event.objects.get().time - datetime.now(UTC)) < timedelta(minutes=1)


def test_pressing_twice_records_once(browser, sent):
    first, again = browser.post("/capture/", sent), browser.post("/capture/", sent)
    assert first["Location"] == again["Location"]
    assert Record.objects.count() == CaptureJob.objects.count() == 1


BAD = {
    "no step": ({"step": ""}, "step", "Choose what happens"),
    "no product": ({"product": ""}, "product", "Choose a product"),
    "a product that is not ours to log": ({"product": "09506000134352"}, "product", "valid choice"),
    "no lot": ({"lot": ""}, "lot", "Type the lot number"),
    "a long lot": ({"lot": "L2405-117-HAMBURG-0417"}, "lot", "at most 20"),
    "a lot with a space": ({"lot": "L 2405"}, "lot", "lot"),
    "no quantity": ({"quantity": ""}, "quantity", "Say how many"),
    "a quantity in words": ({"quantity": "forty"}, "quantity", "Write a number"),
    "nothing": ({"quantity": "0"}, "quantity", "more than zero"),
    "endless": ({"quantity": "9" * 30}, "quantity", "more than can be recorded"),
    "not a number": ({"quantity": "NaN"}, "quantity", "Write a number"),
    "somebody else's place": ({"place": 999_999}, "place", "valid choice"),
    "shipped to nobody": ({"partner": ""}, "partner", "Choose who gets the goods"),
    "an unknown organisation": ({"partner": 999_999}, "partner", "valid choice"),
    "a time to come": ({"when": "2999-01-01T00:00"}, "when", "future"),
    "no time at all": ({"when": "yesterday"}, "when", "Write it like"),
    "an hour that never was": ({"when": "2025-03-30T02:30"}, "when", "no such time"),
    "the first day there is": ({"when": "0001-01-01T00:00"}, "when", "no such time"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_stands_under_its_field_and_nothing_typed_is_lost(browser, sent, name):
    change, field, words = BAD[name]
    answer = browser.post("/capture/", sent | change)
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert words in errors[field][0]
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    for kept in {"lot", "quantity", "when"} - {field}:
        assert f'value="{sent[kept]}"' in page
    assert Record.objects.count() == 0


def test_a_code_and_a_step_in_the_link_fill_the_form(browser, product, place):
    page = browser.get("/capture/", {"code": f"https://id.gs1.org/01/{product.gtin}/10/ABC", "bizStep": "shipping"})
    form = page.context["form"]
    assert (form["product"].value(), form["lot"].value(), form["step"].value()) == (product.gtin, "ABC", "shipping")


def test_the_next_step_is_guessed_from_the_last(browser, sent, product):
    browser.post("/capture/", sent | {"step": "receiving"})
    form = browser.get("/capture/", {"code": f"/01/{product.gtin}/10/L2405-117"}).context["form"]
    assert form["step"].value() == "shipping"


def test_a_code_that_is_none_is_left_out(browser, product, place):
    assert browser.get("/capture/", {"code": "/01/123/10/\x00", "bizStep": "eating"}).status_code == 200


def test_a_scan_fills_product_and_lot_and_a_wrong_one_says_why(browser, product, place):
    page = browser.get("/capture/", {"code": f"]C101{product.gtin}10L7\x1d3740"}).content.decode()
    assert f'value="{product.gtin}" selected' in page
    assert 'value="L7"' in page
    for code, why in (
        (f"]C101{product.gtin[:-1]}x", "does not have the form|is not a GTIN|cannot be read"),
        ("106141412345678908", "is no product"),
        ("09506000134376", "is not among the products"),
    ):
        page = browser.get("/capture/", {"code": code}).content.decode()
        assert re.search(why, page), code
        assert 'aria-invalid="true"' in page


def test_without_a_product_or_place_the_next_action_is_shown(browser, farm):
    assert "Add a product" in browser.get("/capture/").content.decode()
    ProductFactory(organisation=farm)
    assert "Add a place" in browser.get("/capture/").content.decode()


def test_a_receiver_can_log_a_product_it_was_sent(client, browser, sent, buyer, product):
    browser.post("/capture/", sent)
    client.force_login(member(buyer, Role.RECEIVER))
    LocationFactory(organisation=buyer)
    assert product.name in client.get("/capture/").content.decode()


def test_a_product_one_knows_nothing_of_is_not_offered(client, product, buyer):
    client.force_login(member(buyer, Role.RECEIVER))
    ProductFactory(organisation=buyer)
    LocationFactory(organisation=buyer)
    assert product.name not in client.get("/capture/").content.decode()


def test_an_analyst_may_not_log(client, farm):
    client.force_login(member(farm, Role.ANALYST))
    assert client.get("/capture/").status_code == 403


def test_nobody_is_asked_to_log_in(client):
    for url in ("/capture/", "/capture/records/", "/capture/import/", f"/capture/records/{uuid.uuid4()}/"):
        assert client.get(url).status_code == 302


def test_a_named_party_reads_the_record_and_a_stranger_does_not(client, browser, sent, buyer):
    browser.post("/capture/", sent)
    url = f"/capture/records/{Record.objects.get().uid}/"
    client.force_login(member(buyer, Role.RECEIVER))
    page = client.get(url).content.decode()
    assert "<small>40</small>" in page
    assert "Receipt" not in page
    assert client.get(f"{url}receipt/").status_code == 404
    client.force_login(member(OrganisationFactory(), Role.RECEIVER))
    assert client.get(url).status_code == client.get(f"{url}now/").status_code == 404


def test_somebody_in_the_chain_sees_goods_but_no_partner(client, farm, buyer, browser, sent):
    browser.post("/capture/", sent)
    record = Record.objects.get()
    later = OrganisationFactory(name="Corner shop")
    Reader.objects.create(record=record, organisation=later, relation="chain")
    client.force_login(member(later, Role.RECEIVER))
    page = client.get(f"/capture/records/{record.uid}/").content.decode()
    assert "Strawberries" in page
    assert "Mercado Sol" not in page


def test_the_receipt_can_be_downloaded(browser, sent):
    browser.post("/capture/", sent)
    answer = browser.get(f"/capture/records/{Record.objects.get().uid}/receipt/")
    assert answer["Content-Type"] == "application/jose"
    assert answer.content.count(b".") == 2


def test_a_document_of_which_not_all_was_taken_in_says_what_is_missing_and_why(browser, farm):
    from tests.capture_documents import document, shipping

    body = document(shipping(), shipping(gtin="09506000134353"))
    job = capture_document(organisation=farm, member=None, body=body, behaviour="proceed")
    page = browser.get(f"/capture/jobs/{job.uid}/").content.decode()
    assert "Not taken in" in page
    assert "eventList[1].quantityList[0].epcClass" in page
    assert browser.get(f"/capture/jobs/{job.uid}/receipt/").status_code == 200
    nothing = capture_document(
        organisation=farm, member=None, body=document(shipping(gtin="09506000134353")), behaviour="proceed"
    )
    assert f"/capture/jobs/{nothing.uid}/receipt/" not in browser.get(f"/capture/jobs/{nothing.uid}/").content.decode()
    assert browser.get(f"/capture/jobs/{nothing.uid}/receipt/").status_code == 404


def test_what_we_logged_is_listed_by_step_and_state(browser, sent):
    browser.post("/capture/", sent)
    assert "Shipped from Rotterdam" in browser.get("/capture/records/").content.decode()
    for query, there in (("step=receiving", False), ("step=shipping&state=queued", True), ("state=on_ledger", False)):
        assert ("Shipped from Rotterdam" in browser.get(f"/capture/records/?{query}").content.decode()) is there


def test_the_state_of_a_record_is_followed_to_verified(client, ledger_world):
    from tests.capture_documents import document, shipping

    organisation = ledger_world.organisations[0]
    client.force_login(member(organisation, Role.SUPPLIER))
    job = capture_document(organisation=organisation, member=None, body=document(shipping()))
    now = f"/capture/records/{Record.objects.get(pk=job.records[0]).uid}/now/"
    assert "Queued" in client.get(now).content.decode()
    ledger_world.anchor()
    page = client.get(now).content.decode()
    assert "Verified" in page
    assert "data-live-done" in page
    record = Record.objects.get(pk=job.records[0])
    Record.objects.filter(pk=record.pk).update(
        disclosures=bytes(record.disclosures).replace(b"L2405-117", b"L2405-118")
    )
    page = client.get(now).content.decode()
    assert "Does not match" in page
    assert not re.search("L2405-11", page)


def test_lots_of_our_products_are_suggested(browser, product, place):
    LotFactory(product=product, number="ABC-1")
    assert '<option value="ABC-1">' in browser.get("/capture/").content.decode()
