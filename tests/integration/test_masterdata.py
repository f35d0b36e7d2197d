"""Products, lots and places: pages and API, one's own only, with rules that speak."""

import pytest
from django.urls import reverse

from tests.factories import (
    LocationFactory,
    LotFactory,
    OrganisationFactory,
    ProductFactory,
    api_token,
    gln,
    gtin,
    member,
)
from traceapp.accounts.roles import Role
from traceapp.masterdata.models import Location, Lot, Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return OrganisationFactory()


@pytest.fixture
def editor(client, firm):
    person = member(firm, Role.SUPPLIER)
    client.force_login(person)
    return person


@pytest.fixture
def api(client, firm):
    client.logout()
    headers = {"Authorization": f"Bearer {api_token(member(firm, Role.SUPPLIER), firm)}"}

    def call(method, path, body=None):
        more = {"data": body, "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1/{path}", headers=headers, **more)

    return call


def test_an_empty_list_offers_the_next_action(client, editor):
    for name, action in (("products", "Add a product"), ("lots", "Add a lot"), ("locations", "Add a place")):
        page = client.get(reverse(f"masterdata:{name}")).content.decode()
        assert 'class="empty"' in page
        assert action in page


def test_an_analyst_reads_but_is_offered_no_change(client, firm):
    client.force_login(member(firm, Role.ANALYST))
    one = ProductFactory(organisation=firm)
    assert "Add a product" not in client.get(reverse("masterdata:products")).content.decode()
    assert client.get(reverse("masterdata:product-change", args=[one.gtin])).status_code == 403


def test_a_product_is_added_by_its_gtin_of_any_length(client, editor, firm):
    short = gtin(77).lstrip("0")[-13:]
    client.post(reverse("masterdata:product-add"), {"gtin": short, "name": "Strawberries"})
    one = Product.objects.get()
    assert (one.gtin, one.organisation) == (short.zfill(14), firm)
    assert one.history.get().history_user == editor


def test_a_wrong_check_digit_is_said_under_the_field_in_the_identifiers_own_words(client, editor):
    page = client.post(reverse("masterdata:product-add"), {"gtin": "09506000134353", "name": "x"}).content.decode()
    assert "check digit should be 2" in page
    assert 'aria-invalid="true"' in page
    page = client.post(reverse("masterdata:location-add"), {"gln": "9506000134351", "name": "x", "timezone": "UTC"})
    assert "check digit should be" in page.content.decode()
    assert not Product.objects.exists()
    assert not Location.objects.exists()


def test_a_gtin_of_somebody_else_is_refused_without_saying_whose(client, editor):
    other = ProductFactory(organisation=OrganisationFactory(name="Secretive"))
    page = client.post(reverse("masterdata:product-add"), {"gtin": other.gtin, "name": "x"}).content.decode()
    assert "registered already" in page
    assert "Secretive" not in page


def test_a_gtin_stays_when_a_product_is_changed(client, editor, firm):
    one = ProductFactory(organisation=firm)
    before = one.gtin
    change = reverse("masterdata:product-change", args=[one.gtin])
    client.post(change, {"gtin": gtin(999), "name": "New name", "storage_min_c": "2", "storage_max_c": "8"})
    one.refresh_from_db()
    assert (one.gtin, one.name) == (before, "New name")


def test_a_band_upside_down_is_refused(client, editor):
    asked = {"gtin": gtin(5), "name": "x", "storage_min_c": "8", "storage_max_c": "2"}
    assert "Exchange the two" in client.post(reverse("masterdata:product-add"), asked).content.decode()


def test_a_lot_number_must_be_one_a_label_can_carry(client, editor, firm):
    one = ProductFactory(organisation=firm)
    add = reverse("masterdata:lot-add")
    page = client.post(add, {"product": one.pk, "number": "L2405 ü"}).content.decode()
    assert 'class="field__error"' in page
    client.post(add, {"product": one.pk, "number": "L2405/117", "best_before": "2026-05-21"})
    assert Lot.objects.get().number == "L2405/117"
    assert "already" in client.post(add, {"product": one.pk, "number": "L2405/117"}).content.decode()


def test_a_lot_belongs_to_one_of_ones_own_products(client, editor):
    other = ProductFactory()
    client.post(reverse("masterdata:lot-add"), {"product": other.pk, "number": "L1"})
    assert not Lot.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"timezone": "Europe/Atlantis"}, "no time zone"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"latitude": "51.9"}, "both latitude and longitude"),
        ({"latitude": "95", "longitude": "1"}, "between -90 and 90"),
    ],
)
def test_a_place_says_what_is_wrong_with_it(client, editor, wrong, said):
    asked = {"gln": gln(4), "name": "Dock", "timezone": "UTC"} | wrong
    assert said in client.post(reverse("masterdata:location-add"), asked).content.decode()


def test_lists_are_searched_and_paged(client, editor, firm):
    for number in range(31):
        ProductFactory(organisation=firm, name=f"Crate {number:02d}")
    ProductFactory(organisation=firm, name="Zebra tape")
    page = client.get(reverse("masterdata:products")).content.decode()
    assert "Page 1 of 2" in page
    assert "Zebra" not in page
    page = client.get(reverse("masterdata:products"), {"q": "zeb"}).content.decode()
    assert "Zebra tape" in page
    assert "Crate" not in page
    assert "Nothing found" in client.get(reverse("masterdata:products"), {"q": "nope"}).content.decode()


def test_pages_of_others_things_are_not_found(client, editor):
    product, lot, place = ProductFactory(), LotFactory(), LocationFactory()
    for name, key in (
        ("product", product.gtin),
        ("product-change", product.gtin),
        ("lot-change", lot.pk),
        ("location-change", place.gln),
    ):
        assert client.get(reverse(f"masterdata:{name}", args=[key])).status_code == 404
        assert client.post(reverse(f"masterdata:{name}", args=[key]), {"name": "mine"}).status_code in (404, 405)


def test_the_api_creates_reads_searches_and_changes(api, firm):
    made = api("post", "products/", {"gtin": gtin(12), "name": "Cherries", "storage_max_c": "8.0"})
    assert made.status_code == 201, made.json()
    assert Product.objects.get().organisation == firm
    assert api("get", f"products/{gtin(12)}/").json()["name"] == "Cherries"
    assert api("patch", f"products/{gtin(12)}/", {"name": "Black cherries"}).json()["name"] == "Black cherries"
    assert api("get", "products/?q=black").json()["count"] == 1
    assert api("get", "products/?q=white").json()["count"] == 0
    assert api("post", "lots/", {"gtin": gtin(12), "number": "A-1"}).status_code == 201
    assert api("post", "locations/", {"gln": gln(12), "name": "Dock", "timezone": "Europe/Rome"}).status_code == 201
    assert api("delete", f"products/{gtin(12)}/").status_code == 405


@pytest.mark.parametrize(
    ("path", "body", "where", "said"),
    [
        ("products/", {"gtin": "09506000134353", "name": "x"}, "gtin", "check digit should be 2"),
        ("products/", {"gtin": gtin(1)}, "name", "required"),
        (
            "products/",
            {"gtin": gtin(1), "name": "x", "storage_min_c": "9", "storage_max_c": "1"},
            "storage_max_c",
            "Exchange",
        ),
        ("locations/", {"gln": "123", "name": "x"}, "gln", "13 digits"),
        ("locations/", {"gln": gln(1), "name": "x", "timezone": "Mars"}, "timezone", "no time zone"),
        ("lots/", {"gtin": gtin(404), "number": "1"}, "gtin", "Add it first"),
    ],
)
def test_the_api_refuses_with_the_place_and_the_sentence(api, path, body, where, said):
    answer = api("post", path, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert any(error["path"] == where and said in error["detail"] for error in answer.json()["errors"])


def test_the_api_keeps_keys_and_others_things_as_they_are(api, firm):
    own, other = ProductFactory(organisation=firm), ProductFactory()
    kept = api("patch", f"products/{own.gtin}/", {"gtin": gtin(55)})
    assert "cannot be changed" in kept.json()["detail"]
    assert api("get", f"products/{other.gtin}/").status_code == 404
    assert api("patch", f"products/{other.gtin}/", {"name": "mine"}).status_code == 404
    assert api("post", "lots/", {"gtin": other.gtin, "number": "1"}).status_code == 400
    lot = LotFactory(product=own)
    assert "cannot be changed" in api("patch", f"lots/{lot.pk}/", {"number": "other"}).json()["detail"]
    assert api("patch", f"lots/{lot.pk}/", {"best_before": "2027-01-01"}).status_code == 200


def test_a_repeated_lot_and_gtin_are_said(api, firm):
    lot = LotFactory(product__organisation=firm)
    again = api("post", "lots/", {"gtin": lot.product.gtin, "number": lot.number})
    assert "registered already" in again.json()["detail"]
    assert "registered already" in api("post", "products/", {"gtin": lot.product.gtin, "name": "x"}).json()["detail"]
