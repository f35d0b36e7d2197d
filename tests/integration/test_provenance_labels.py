"""Labels to print: a picture of the code, and a sheet of them."""

import pytest

from tests.factories import LotFactory, OrganisationFactory, ProductFactory, member
from traceapp.provenance import qr
from traceapp.provenance.labels import terminal_qr, url_of_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot():
    return LotFactory(number="A/7", product=ProductFactory(name="Strawberries, 500 g"))


def test_the_picture_holds_our_own_address_of_the_code(client, lot, settings):
    settings.PUBLIC_URL = "https://trace.example"
    path = f"/01/{lot.product.gtin}/10/A%2F7"

    svg = client.get(f"/labels{path}.svg", RAW_URI=f"/labels{path}.svg")
    png = client.get(f"/labels{path}.png", RAW_URI=f"/labels{path}.png")
    assert url_of_path(path) == f"https://trace.example{path}"
    assert svg["Content-Type"] == "image/svg+xml"
    assert svg.content.decode() == qr.svg(
        f"https://trace.example{path}", title=f"QR code of (01){lot.product.gtin} (10)A/7"
    )
    assert png.content == qr.png(f"https://trace.example{path}")


@pytest.mark.parametrize("path", ["/labels/01/09506000134353.svg", "/labels/01/09506000134352.gif"])
def test_no_picture_of_what_is_no_code(client, path):
    assert client.get(path).status_code == 400


def test_a_sheet_shows_the_label_as_often_as_asked_with_readable_text(client, lot):
    client.force_login(member(lot.product.organisation))

    page = client.get("/labels/", {"lot": lot.pk, "copies": 24}).content.decode()
    assert page.count('<div class="label">') == 24
    assert f"(01){lot.product.gtin} (10)A/7" in page
    assert f"/labels/01/{lot.product.gtin}/10/A%2F7.svg" in page


def test_only_our_own_lots_are_offered(client, lot):
    client.force_login(member(OrganisationFactory()))

    page = client.get("/labels/", {"lot": lot.pk}).content.decode()
    assert "A/7" not in page
    assert "You have no lots yet" in page


@pytest.mark.parametrize("query", [{"lot": "x"}, {"lot": "9" * 40}, {"lot": "1", "copies": "1000000"}, {"q": "%"}])
def test_odd_wishes_do_no_harm(client, lot, query):
    client.force_login(member(lot.product.organisation))

    answer = client.get("/labels/", query)
    assert answer.status_code == 200
    assert answer.content.count(b'<div class="label">') <= 48


def test_lots_are_found_by_number_name_and_gtin(client, lot):
    client.force_login(member(lot.product.organisation))
    LotFactory(number="OTHER", product=ProductFactory(organisation=lot.product.organisation, name="Blueberries"))

    for search in ("A/7", "strawb", lot.product.gtin):
        page = client.get("/labels/", {"q": search}).content.decode()
        assert "Strawberries" in page
        assert "Blueberries" not in page


def test_nobody_is_asked_to_log_in(client):
    assert client.get("/labels/").status_code == 302


def test_the_terminal_gets_the_code_as_text():
    assert "█" in terminal_qr("http://127.0.0.1:8000/01/09506000134352")
