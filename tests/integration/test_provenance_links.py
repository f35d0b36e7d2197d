"""Links are edited by whom the code belongs to, on a page and by the API, by the same rules."""

import pytest

from tests.factories import LocationFactory, LotFactory, OrganisationFactory, ProductFactory, api_token, member
from traceapp.accounts.roles import Role
from traceapp.provenance.models import Link

GTIN = "09506000134352"
VOC = "https://ref.gs1.org/voc/"
GOOD = {
    "code": f"(01){GTIN}(10)A/7",
    "link_type": "gs1:instructions",
    "href": "https://shop.example/how?a=b#c",
    "title": "How to use it",
    "languages": "EN en_gb",
    "media_type": "text/html",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return OrganisationFactory(company_prefix="950600")


@pytest.fixture(autouse=True)
def product(owner):
    return ProductFactory(organisation=owner, gtin=GTIN)


@pytest.fixture
def page(client, owner):
    """The pages, as a supplier of the owner sees them."""
    client.force_login(member(owner))
    return client


@pytest.fixture
def api(client, owner):
    """The API, as the owner's program calls it."""
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {api_token(member(owner), owner)}"
    return client


def post(client, **changes):
    return client.post("/api/v1/links/", GOOD | {"languages": ["en", "en-GB"]} | changes, "application/json")


def test_a_link_is_added_on_the_page_and_the_resolver_leads_there(page):
    assert page.post("/labels/links/add/", GOOD).status_code == 302

    link = Link.objects.get()
    assert (link.path, link.link_type, link.languages) == (f"/01/{GTIN}/10/A%2F7", f"{VOC}instructions", "en en-GB")
    answer = page.get(
        f"/01/{GTIN}/10/A%2F7?linkType=gs1:instructions", RAW_URI=f"/01/{GTIN}/10/A%2F7?linkType=gs1:instructions"
    )
    assert answer["Location"] == "https://shop.example/how?a=b&linkType=gs1:instructions#c"
    listed = page.get("/labels/links/").content.decode()
    assert "How to use it" in listed
    assert f"(01){GTIN} (10)A/7" in listed


def test_a_link_is_changed_with_its_history_and_deleted_after_asking(page):
    page.post("/labels/links/add/", GOOD)
    link = Link.objects.get()

    changed = {**GOOD, "title": "Instructions", "href": "https://shop.example/new"}
    assert page.post(f"/labels/links/{link.pk}/", changed).status_code == 302
    shown = page.get(f"/labels/links/{link.pk}/").content.decode()
    assert "https://shop.example/new" in shown
    assert "https://shop.example/how?a=b#c" in shown
    assert "Delete this link?" in shown
    assert page.get(f"/labels/links/{link.pk}/delete/").status_code == 405
    assert page.post(f"/labels/links/{link.pk}/delete/").status_code == 302
    assert not Link.objects.exists()
    assert Link.history.count() == 3


def test_what_is_wrong_stands_under_its_field_and_nothing_typed_is_lost(page):
    answer = page.post("/labels/links/add/", GOOD | {"href": "javascript:alert(1)", "languages": "english"})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "An address begins with https://." in shown
    assert "is no language tag" in shown
    assert "javascript:alert(1)" in shown
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("href", "http://shop.example/", "begins with https"),
        ("href", "javascript:alert(1)", "begins with https"),
        ("href", "data:text/html,x", "begins with https"),
        ("href", "//shop.example/", "begins with https"),
        ("href", "https:///x", "begins with https"),
        ("href", "https://user:pw@shop.example/", "user name or password"),
        ("href", "https://shop.example/\r\nSet-Cookie: a=b", "percent-encoded"),
        ("href", "https://shop.example/ä", "percent-encoded"),
        ("href", "https://shop.example/%zz", "percent-encoded"),
        ("href", "https://[::1", "no web address"),
        ("href", "https://intranet/x", "write its full name"),
        ("href", f"https://testserver.example/01/{GTIN}", "lead in a circle"),
        ("href", f"https://testserver.example/01/{GTIN}/?linkType=gs1:pip", "lead in a circle"),
        ("href", "", "blank"),
        ("link_type", "gs1:nosuch", "has no link type"),
        ("link_type", "gs1:defaultLink", "said apart"),
        ("link_type", "pip", "full https address"),
        ("link_type", "https://schema.example/#frag", "full https address"),
        ("languages", ["english"], "no language tag"),
        ("media_type", "html", "no media type"),
        ("media_type", "text/html; charset=x", "no media type"),
        ("title", " ", "blank"),
        ("standing", "sometimes", "not a valid choice"),
        ("valid_from", "yesterday", "Datetime has wrong format"),
        ("code", "01234", "no code we can read"),
        ("code", "(01)09506000134353", "check digit should be 2"),
    ],
)
def test_a_wrong_link_is_refused_by_its_field(api, settings, field, value, why):
    settings.PUBLIC_URL = "https://testserver.example"
    answer = post(api, **{field: value})

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert errors[0]["path"].startswith(field)
    assert why in errors[0]["detail"]
    assert not Link.objects.exists()


def test_a_period_must_not_end_before_it_begins(api):
    times = {"valid_from": "2026-12-01T00:00:00Z", "valid_until": "2026-11-01T00:00:00Z"}
    assert "end before it begins" in post(api, **times).json()["detail"]
    assert "must not end" in post(api, valid_until="2027-01-01T00:00:00Z", standing="default").json()["detail"]
    assert "which language" in post(api, standing="variant", languages=[]).json()["detail"]


def test_the_api_reads_adds_changes_and_deletes(api):
    made = post(api, standing="default")
    assert made.status_code == 201, made.content
    assert made.json()["code"] == f"/01/{GTIN}/10/A%2F7"
    assert made.json()["languages"] == ["en", "en-GB"]
    address = f"/api/v1/links/{made.json()['id']}/"
    assert api.get("/api/v1/links/?q=how").json()["count"] == 1
    changed = api.patch(address, {"title": "Read me"}, "application/json")
    assert (changed.status_code, changed.json()["title"]) == (200, "Read me")
    assert api.patch(address, {"code": "/01/09506000134376"}, "application/json").status_code == 400
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_code_has_one_default_and_the_new_one_takes_its_place(api):
    first = post(api, standing="default").json()["id"]
    second = post(api, standing="default", href="https://shop.example/2").json()["id"]
    assert {one.pk: one.standing for one in Link.objects.all()} == {first: "", second: "default"}
    assert api.patch(f"/api/v1/links/{first}/", {"standing": "default"}, "application/json").status_code == 200
    assert {one.pk: one.standing for one in Link.objects.all()} == {first: "default", second: ""}


def test_the_same_link_twice_is_a_slip(api):
    assert post(api).status_code == 201
    assert "has that link already" in post(api).json()["detail"]


@pytest.mark.parametrize("how", ["page", "api"])
def test_nobody_else_says_where_a_code_leads(client, owner, how):
    other = OrganisationFactory(company_prefix="9999999")
    person = member(other, Role.ADMIN, Role.SUPPLIER)
    mine = Link.objects.create(
        organisation=owner, path=f"/01/{GTIN}", link_type=f"{VOC}pip", href="https://a.example/", title="x"
    )
    if how == "page":
        client.force_login(person)
        refused = client.post("/labels/links/add/", GOOD)
        assert "This code is not yours" in refused.content.decode()
        assert client.get(f"/labels/links/{mine.pk}/").status_code == 404
        assert client.post(f"/labels/links/{mine.pk}/delete/").status_code == 404
        assert "https://a.example/" not in client.get("/labels/links/").content.decode()
    else:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {api_token(person, other)}"
        refused = post(client)
        assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
        assert client.patch(f"/api/v1/links/{mine.pk}/", {"title": "y"}, "application/json").status_code == 404
        assert client.get("/api/v1/links/").json()["count"] == 0
    assert Link.objects.count() == 1


@pytest.mark.parametrize("role", [Role.ANALYST])
def test_who_may_not_record_may_look_and_not_touch(client, owner, role):
    client.force_login(member(owner, role))
    assert client.get("/labels/links/").status_code == 200
    assert client.get("/labels/links/add/").status_code == 403
    assert client.post("/labels/links/add/", GOOD).status_code == 403


def test_nobody_is_asked_to_log_in(client):
    assert client.get("/labels/links/").status_code == 302
    assert client.get("/api/v1/links/").status_code == 401


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("(00)195060001234567891", 201),  # by company prefix
        ("(8004)950600A1", 201),
        ("(253)9506001343697DOC", 400),
        ("(00)106141412345678908", 403),  # somebody else's
    ],
)
def test_keys_without_master_data_are_their_prefix_owners(api, code, status):
    from traceapp.epcis.identifiers import check_digit

    if code.startswith("(00)1950"):
        code = code[:-1] + check_digit(code[4:-1])
    assert post(api, code=code).status_code == status


def test_places_and_parties_are_their_owners(api, owner):
    place = LocationFactory(organisation=owner)
    assert post(api, code=f"(414){place.gln}").status_code == 201
    assert post(api, code=f"(417){owner.pgln}").status_code == 201
    assert post(api, code=f"(414){LocationFactory().gln}").status_code == 403


def test_an_item_is_one_entity_whatever_lot_is_said_with_it(api):
    assert post(api, code=f"(01){GTIN}(10)L1(21)7").json()["code"] == f"/01/{GTIN}/21/7"
    assert post(api, code=f"(01){GTIN}(22)2A(10)L1").json()["code"] == f"/01/{GTIN}/22/2A/10/L1"


def test_the_list_is_found_by_code_title_and_address(page):
    page.post("/labels/links/add/", GOOD)
    LotFactory()
    for search in ("A%2F7", "how to", "shop.example"):
        assert "How to use it" in page.get("/labels/links/", {"q": search}).content.decode()
    assert "Nothing found" in page.get("/labels/links/", {"q": "zzz"}).content.decode()
