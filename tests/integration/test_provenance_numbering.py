"""Numbers that an organisation gives to its pallets and items: each once, also when many ask at the same time."""

import csv
import io
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from tests.capture_documents import object_event
from tests.factories import LotFactory, OrganisationFactory, ProductFactory, member
from tests.reading import codes, drawn
from traceapp.accounts.roles import Role
from traceapp.capture.services import capture_events
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import valid_sscc
from traceapp.epcis.parse import parse_event
from traceapp.epcis.scanned import read
from traceapp.provenance.models import NumberCounter, SerialRun
from traceapp.provenance.numbering import NoNumbers, give_serials, next_ssccs

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    return OrganisationFactory(company_prefix="9506000")


@pytest.fixture
def lot(farm, settings):
    settings.PUBLIC_URL = "https://trace.example"
    return LotFactory(number="A/7", product=ProductFactory(organisation=farm, name="Strawberries"))


def test_pallets_are_numbered_on_and_each_number_has_its_check_digit(farm):
    found = [*next_ssccs(farm, 2), *next_ssccs(farm, 1500)]
    assert len(set(found)) == 1502
    assert found[0] == valid_sscc("095060000000000010"[:17] + found[0][-1])
    assert all(valid_sscc(one)[1:8] == "9506000" for one in found)


def test_a_number_that_a_record_names_is_passed_over(farm):
    first, second = (f"0950600000000000{n}" for n in (1, 2))
    used = identifiers.sscc(first + identifiers.check_digit(first))
    event = object_event("shipping", epcList=[used])
    capture_events(organisation=farm, member=None, events=[parse_event(event)], source="rest")
    assert next_ssccs(farm) == [second + identifiers.check_digit(second)]


def test_without_a_prefix_or_at_its_end_it_is_said(farm):
    with pytest.raises(NoNumbers, match="no GS1 company prefix"):
        next_ssccs(OrganisationFactory(company_prefix=""))
    NumberCounter.objects.create(organisation=farm, of="sscc 9506000", last=10**10 - 2)
    assert next_ssccs(farm)[0].startswith("99506000999999999")
    with pytest.raises(NoNumbers, match="all SSCCs have been given"):
        next_ssccs(farm)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one writer, and no waiting")
@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_different_numbers(farm):
    def take(_):
        try:
            return next_ssccs(farm, 5)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = [one for some in pool.map(take, range(12)) for one in some]
    assert len(set(found)) == 60


def test_serial_numbers_differ_and_cannot_be_guessed_on(lot):
    runs = [give_serials(lot=lot, count=300, user=None) for _ in range(2)]
    serials = [one for run in runs for one in run.serials]
    assert len(set(serials)) == 600
    steps = {int(other) - int(one) for one, other in itertools.pairwise(serials)}
    assert len(steps) > 100


def test_items_of_a_lot_are_numbered_and_their_labels_lead_to_them(client, lot):
    client.force_login(member(lot.product.organisation, Role.SUPPLIER))
    answer = client.post(reverse("labels-items"), {"lot": lot.pk, "copies": 3}, follow=True)
    run = SerialRun.objects.get()
    assert len(run.serials) == 3
    assert all(serial in answer.content.decode() for serial in run.serials)
    pdf = client.get(reverse("labels-run-printed", args=[run.pk, "pdf"]), {"layout": "a4-24"})
    found = [read(one.text).link for page in drawn(pdf.content) for one in codes(page)]
    assert [one.serial for one in sorted(found, key=lambda one: run.serials.index(one.serial))] == run.serials
    assert {(one.gtin, one.lot) for one in found} == {(lot.product.gtin, "A/7")}
    rows = list(csv.DictReader(io.StringIO(client.get(f"/labels/items/{run.pk}.csv").content.decode())))
    assert rows[0]["code"] == f"https://trace.example/01/{lot.product.gtin}/10/A%2F7/21/{run.serials[0]}"
    assert client.get(f"/labels/items/{run.pk}.zpl").content.count(b"^XA") == 3
    assert "3 items" in client.get("/labels/", {"lot": lot.pk}).content.decode()


def test_the_next_pallet_is_a_press_of_a_button(client, farm):
    client.force_login(member(farm, Role.SUPPLIER))
    assert "Take our next number" in client.get("/labels/pallets/").content.decode()
    first = client.post(reverse("pallet-next"), follow=True)
    second = client.post(reverse("pallet-next"))
    assert f"SSCC 09506000000000001{identifiers.check_digit('09506000000000001')}" in first.content.decode()
    assert second["Location"].startswith("/labels/pallets/?sscc=09506000000000002")
    pdf = client.get(second["Location"].replace("pallets/?", "pallets.pdf?"))
    assert any("09506000000000002" in one.text for one in codes(next(drawn(pdf.content))))


def test_readers_and_others_give_no_numbers(client, lot):
    client.force_login(member(lot.product.organisation, Role.ANALYST))
    assert client.post(reverse("pallet-next")).status_code == 403
    assert client.post(reverse("labels-items"), {"lot": lot.pk, "copies": 1}).status_code == 403
    run = give_serials(lot=lot, count=1, user=None)
    client.force_login(member(OrganisationFactory(), Role.SUPPLIER))
    assert client.get(f"/labels/items/{run.pk}/").status_code == 404
    assert client.get(f"/labels/items/{run.pk}.csv").status_code == 404
    assert client.post(reverse("labels-items"), {"lot": lot.pk, "copies": 1}).status_code == 404


@pytest.mark.parametrize("copies", ["0", "", "x", "2001"])
def test_a_wrong_count_gives_nothing_and_says_so(client, lot, copies):
    client.force_login(member(lot.product.organisation, Role.SUPPLIER))
    answer = client.post(reverse("labels-items"), {"lot": lot.pk, "copies": copies}, follow=True)
    assert "can be numbered at once" in answer.content.decode()
    assert not SerialRun.objects.exists()
