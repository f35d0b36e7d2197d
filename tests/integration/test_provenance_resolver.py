"""The resolver, statement by statement of the GS1-Conformant Resolver standard 1.2.1, with links of every kind."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import LotFactory, OrganisationFactory, ProductFactory
from traceapp.provenance.models import Link, Standing

GTIN = "09506000134352"
CODE = f"/01/{GTIN}"
LOT = f"{CODE}/10/L1"
VOC = "https://ref.gs1.org/voc/"
HOST = "http://testserver"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def product():
    return ProductFactory(gtin=GTIN, name="Strawberries, 500 g")


@pytest.fixture
def add(product):
    """A link of the product, or of a level below it."""

    def made(kind: str, where: str = CODE, **values) -> Link:
        name = f"{kind}-{Link.objects.count()}"
        defaults = {"href": f"https://shop.example/{name}", "title": name, "media_type": "text/html"}
        organisation = product.organisation
        return Link.objects.create(
            organisation=organisation, path=where, **{"link_type": VOC + kind, **defaults, **values}
        )

    return made


def ask(client, path: str, method: str = "get", **headers: str):
    """As a server hands it over: with the path and query as they were sent."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(path, RAW_URI=path, headers=named)


def linkset(client, path: str = CODE, **headers: str) -> dict[str, dict]:
    """The linkset by anchor, without the host."""
    answer = ask(client, f"{path}?linkType=linkset", **headers)
    assert answer.status_code == 200, answer.content
    return {one["anchor"].removeprefix(HOST): one for one in answer.json()["linkset"]}


class TestWhereACodeLeads:
    @pytest.mark.parametrize(
        "path",
        [CODE, LOT, f"{CODE}/21/77", f"{LOT}/21/77", f"{CODE}/10/A%2F7", f"{CODE}/22/2A/10/L1/21/7", f"{CODE}/235/x"],
    )
    def test_to_its_page_unless_another_link_is_the_default(self, client, path):
        answer = ask(client, path)
        assert (answer.status_code, answer["Location"]) == (307, f"{HOST}/p{path}")

    def test_the_default_of_the_most_specific_level(self, client, add):
        add("pip", standing=Standing.DEFAULT)
        assert ask(client, LOT)["Location"] == "https://shop.example/pip-0"
        add("pip", where=LOT, standing=Standing.DEFAULT)
        assert ask(client, LOT)["Location"] == "https://shop.example/pip-1"
        assert ask(client, CODE)["Location"] == "https://shop.example/pip-0"
        assert ask(client, f"{CODE}/10/OTHER")["Location"] == "https://shop.example/pip-0"

    def test_anything_goes_leads_to_exactly_the_default(self, client, add):
        add("instructions", media_type="application/pdf")
        add("pip", languages="en", standing=Standing.DEFAULT)
        for headers in ({"accept": "*/*"}, {"accept": "*/*", "accept_language": "de"}, {}, {"accept": "image/png"}):
            assert ask(client, CODE, **headers)["Location"] == "https://shop.example/pip-1"

    def test_a_short_gtin_and_a_slash_at_the_end_change_nothing(self, client):
        assert ask(client, "/01/9506000134352")["Location"] == f"{HOST}/p{CODE}"
        assert ask(client, f"{LOT}/")["Location"] == f"{HOST}/p{LOT}"

    @pytest.mark.parametrize(
        "query", ["17=270101&x=%C3%A4+b%20c;d", "3103=000195;17=270131", "flag", "a=1&a=2&", "=", "?"]
    )
    def test_the_query_goes_on_byte_for_byte(self, client, add, query):
        assert ask(client, f"{LOT}?{query}")["Location"] == f"{HOST}/p{LOT}?{query}"
        add("pip", href="https://shop.example/a?b=c#top", standing=Standing.DEFAULT)
        assert ask(client, f"{LOT}?{query}")["Location"] == f"https://shop.example/a?b=c&{query}#top"

    def test_a_full_address_in_the_request_line_resolves_too(self, client):
        path = f"{CODE}/10/A%2F7"
        assert client.get(path, RAW_URI=f"http://example.org{path}")["Location"] == f"{HOST}/p{path}"

    def test_without_the_raw_path_it_is_quoted_again(self, client):
        assert client.get(f"{CODE}/10/L%2B1")["Location"] == f"{HOST}/p{CODE}/10/L%2B1"

    def test_links_count_only_between_their_dates(self, client, add):
        now = timezone.now()
        add("pip", standing=Standing.DEFAULT, valid_from=now + timedelta(hours=1))
        add("faqs", valid_until=now - timedelta(seconds=1))
        add("support", valid_from=now - timedelta(hours=1), valid_until=now + timedelta(hours=1))
        assert ask(client, CODE)["Location"] == f"{HOST}/p{CODE}"
        assert ask(client, f"{CODE}?linkType=gs1:faqs").status_code == 404
        assert ask(client, f"{CODE}?linkType=gs1:support").status_code == 307

    def test_where_a_code_leads_may_be_kept_for_a_while_but_by_its_headers(self, client):
        answer = ask(client, CODE)
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Accept" in answer["Vary"]
        assert "Accept-Language" in answer["Vary"]


class TestALinkOfOneType:
    @pytest.mark.parametrize(
        "asked",
        ["gs1:instructions", "https://ref.gs1.org/voc/instructions", "https%3A%2F%2Fgs1.org%2Fvoc%2Finstructions"],
    )
    def test_by_its_type_in_any_spelling(self, client, add, asked):
        add("instructions")
        answer = ask(client, f"{CODE}?linkType={asked}&a=b")
        assert answer.status_code == 307
        assert answer["Location"] == f"https://shop.example/instructions-0?linkType={asked}&a=b"

    def test_of_somebodys_own_type(self, client, add):
        add("", link_type="https://schema.example/repair", href="https://shop.example/repair")
        answer = ask(client, f"{CODE}?linkType=https://schema.example/repair")
        assert answer["Location"].startswith("https://shop.example/repair?")

    def test_of_the_most_specific_level_that_has_it(self, client, add):
        add("instructions")
        add("instructions", where=LOT)
        add("faqs")
        assert "instructions-1" in ask(client, f"{LOT}/21/7?linkType=gs1:instructions")["Location"]
        assert "faqs-2" in ask(client, f"{LOT}?linkType=gs1:faqs")["Location"]
        assert "instructions-0" in ask(client, f"{CODE}?linkType=gs1:instructions")["Location"]

    def test_an_item_has_links_of_its_own_whatever_its_lot(self, client, add):
        add("instructions", where=f"{CODE}/21/7")
        add("instructions", where=LOT)
        assert "instructions-0" in ask(client, f"{LOT}/21/7?linkType=gs1:instructions")["Location"]

    @pytest.mark.parametrize(
        "asked", ["gs1:nosuchlt", "https://ref.gs1.org/voc/pip", "<script>", "gs1:defaultLinkMulti"]
    )
    def test_that_is_not_there_is_a_404_that_lists_what_is(self, client, add, asked):
        add("instructions", title="How to use it")
        page = ask(client, f"{CODE}?linkType={asked}", accept="text/html")
        said = ask(client, f"{CODE}?linkType={asked}", accept="application/json")
        assert page.status_code == said.status_code == 404
        assert "How to use it" in page.content.decode()
        assert "<script>" not in page.content.decode().replace("<script src", "")
        assert said.json()["linkTypes"] == [f"{VOC}instructions", f"{VOC}traceability"]

    def test_the_default_by_its_type(self, client, add):
        add("pip", standing=Standing.DEFAULT)
        assert ask(client, f"{CODE}?linkType=gs1:defaultLink")["Location"].startswith("https://shop.example/pip-0")

    def test_an_empty_type_is_none(self, client):
        assert ask(client, f"{CODE}?linkType=")["Location"] == f"{HOST}/p{CODE}?linkType="


class TestSeveralLinksOfOneType:
    @pytest.fixture(autouse=True)
    def several(self, add):
        add("pip", languages="en en-GB", href="https://shop.example/en")
        add("pip", languages="de", href="https://shop.example/de")
        add("pip", languages="de", href="https://shop.example/de.pdf", media_type="application/pdf")
        add("pip", href="https://shop.example/data", media_type="application/json")

    @pytest.mark.parametrize(
        ("language", "accept", "leads_to"),
        [
            ("en", "text/html", "en"),
            ("en-GB,fr;q=0.9", "text/html", "en"),
            ("en-US", "text/html", "en"),
            ("de-AT,de;q=0.9", "text/html", "de"),
            ("de", "application/pdf", "de.pdf"),
            ("fr,de;q=0.2,en;q=0.1", "text/html,*/*;q=0.1", "de"),
            ("en;q=0,de", "text/html", "de"),
            ("", "application/json", "data"),
            ("ja", "application/json", "data"),
        ],
    )
    def test_language_and_media_type_choose(self, client, language, accept, leads_to):
        answer = ask(client, f"{CODE}?linkType=gs1:pip", accept_language=language, accept=accept)
        assert answer.status_code == 307
        assert answer["Location"].startswith(f"https://shop.example/{leads_to}?")

    def test_what_cannot_be_decided_is_listed(self, client):
        answer = ask(client, f"{CODE}?linkType=gs1:pip", accept_language="de", accept="*/*")
        assert answer.status_code == 300
        assert answer["Content-Type"] == "application/linkset+json"
        (context,) = answer.json()["linkset"]
        assert [one["href"] for one in context[f"{VOC}pip"]] == [
            "https://shop.example/de",
            "https://shop.example/de.pdf",
        ]
        page = ask(
            client,
            f"{CODE}?linkType=gs1:pip",
            accept_language="*",
            accept="application/pdf;q=0.1,text/*;q=0.1,text/html;q=0.1",
        )
        assert page.status_code == 300

    def test_a_browser_gets_a_page_to_choose_from(self, client, add):
        add("faqs", href="https://shop.example/1", title="First")
        add("faqs", href="https://shop.example/2", title="Second")
        page = ask(client, f"{CODE}?linkType=gs1:faqs", accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert page.status_code == 300
        assert "Which one do you mean?" in page.content.decode()

    def test_without_a_type_a_media_type_alone_finds_its_link(self, client):
        assert ask(client, CODE, accept="application/json")["Location"] == "https://shop.example/data"
        assert ask(client, CODE, accept="application/json, */*;q=0.1")["Location"] == f"{HOST}/p{CODE}"
        assert ask(client, CODE, accept="text/html")["Location"] == f"{HOST}/p{CODE}"

    def test_variants_of_the_default_serve_readers_of_their_language(self, client, add):
        add("homepage", href="https://shop.example/home", standing=Standing.DEFAULT)
        add("homepage", href="https://shop.example/heim", languages="de", standing=Standing.VARIANT)
        add("homepage", href="https://shop.example/casa", languages="es", standing=Standing.VARIANT)
        for language, leads_to in (("de-CH", "heim"), ("es", "casa"), ("fr", "home"), ("", "home")):
            assert ask(client, CODE, accept_language=language)["Location"] == f"https://shop.example/{leads_to}"
        found = linkset(client)[CODE]
        assert [one["hreflang"] for one in found[f"{VOC}defaultLinkMulti"]] == [["de"], ["es"]]
        assert len(found[f"{VOC}defaultLink"]) == 1


class TestTheLinkset:
    def test_each_level_has_its_anchor_and_its_links(self, client, add):
        add("instructions", languages="en", title="How to use it")
        add("recallStatus", where=LOT)
        add("faqs", where=f"{CODE}/22/2A")
        add("faqs", where=f"{CODE}/22/2A/10/L1")
        add("dpp", where=f"{CODE}/21/7")
        add("dpp", where=f"{CODE}/21/8")
        asked = f"{CODE}/22/2A/10/L1/21/7"
        found = linkset(client, asked)
        assert list(found) == [asked, f"{CODE}/21/7", f"{CODE}/22/2A/10/L1", LOT, f"{CODE}/22/2A", CODE]
        assert found[CODE][f"{VOC}instructions"] == [
            {
                "href": "https://shop.example/instructions-0",
                "title": "How to use it",
                "type": "text/html",
                "hreflang": ["en"],
            }
        ]
        assert found[LOT]["itemDescription"] == f"Strawberries, 500 g, (01){GTIN} (10)L1"

    def test_of_a_place_goes_up_to_the_place(self, client, product, add):
        add("locationInfo", where="/414/9506000134369")
        add("openingHoursInfo", where="/414/9506000134369/254/dock")
        assert list(linkset(client, "/414/9506000134369/254/dock")) == [
            "/414/9506000134369/254/dock",
            "/414/9506000134369",
        ]

    def test_every_default_is_bare_and_has_a_type_that_says_what_it_is(self, client, add):
        found = linkset(client, LOT)[LOT]
        page = {"href": f"{HOST}/p{LOT}", "title": "Journey and records of this code"}
        assert found[f"{VOC}defaultLink"] == [page]
        assert found[f"{VOC}traceability"] == [page | {"type": "text/html"}]
        add("traceability", where=LOT, languages="en", standing=Standing.DEFAULT)
        found = linkset(client, LOT)[LOT]
        assert set(found[f"{VOC}defaultLink"][0]) == {"href", "title"}
        assert found[f"{VOC}traceability"][0]["hreflang"] == ["en"]
        assert found[f"{VOC}pip"][0]["href"] == f"{HOST}/p{LOT}"

    def test_a_simple_request_goes_where_the_linkset_says(self, client, add):
        add("pip", standing=Standing.DEFAULT)
        for path in (CODE, LOT, f"{LOT}/21/9", f"{CODE}/10/UNHEARD-OF"):
            defaults = [
                one[f"{VOC}defaultLink"][0]["href"]
                for one in linkset(client, path).values()
                if f"{VOC}defaultLink" in one
            ]
            assert ask(client, path)["Location"] == defaults[0]

    @pytest.mark.parametrize(
        ("query", "accept", "form"),
        [
            ("?linkType=linkset", "", "application/linkset+json"),
            ("?linkType=linkset", "*/*", "application/linkset+json"),
            ("?linkType=all", "*/*", "application/linkset+json"),
            ("?linktype=linkset", "*/*", "application/linkset+json"),
            ("", "application/linkset+json", "application/linkset+json"),
            ("?linkType=all", "application/linkset+json", "application/linkset+json"),
            ("", "application/linkset+json;q=0.9, text/html;q=0.1", "application/linkset+json"),
            ("?linkType=linkset", "application/json", "application/json"),
            ("?linkType=linkset", "application/ld+json", "application/ld+json"),
            ("", "application/linkset", "application/linkset"),
            ("?linkType=linkset", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ],
    )
    def test_in_the_form_that_is_asked_for(self, client, query, accept, form):
        answer = ask(client, CODE + query, accept=accept)
        assert (answer.status_code, answer["Content-Type"]) == (200, form)
        assert "Accept" in answer["Vary"]

    def test_in_no_other_form(self, client):
        assert ask(client, f"{CODE}?linkType=linkset", accept="image/png").status_code == 406
        assert ask(client, f"{CODE}?linkType=linkset", accept="application/json;q=0").status_code == 406

    def test_names_the_context_that_makes_it_linked_data(self, client):
        header = ask(client, f"{CODE}?linkType=linkset")["Link"]
        assert (
            '<https://ref.gs1.org/standards/resolver/linkset-context>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
            in header
        )
        assert (
            ask(client, f"{CODE}?linkType=linkset", accept="application/ld+json").json()["@context"]
            == "https://ref.gs1.org/standards/resolver/linkset-context"
        )

    def test_the_page_holds_it_as_linked_data_and_no_title_can_break_out(self, client, add):
        add("pip", title="</script><b>bold</b>")
        page = ask(client, f"{CODE}?linkType=linkset", accept="text/html").content.decode()
        inside = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        assert json.loads(inside)["linkset"][0][f"{VOC}pip"][0]["title"] == "</script><b>bold</b>"
        assert "<b>bold" not in page

    def test_as_the_header_would_say_it(self, client, add):
        add("pip", title="Ein Blatt, ä", languages="de")
        text = ask(client, CODE, accept="application/linkset").content.decode()
        assert (
            f'<https://shop.example/pip-0>; rel="{VOC}pip"; anchor="{HOST}{CODE}"; title*=UTF-8\'\'Ein%20Blatt%2C%20%C3%A4; hreflang="de"; type="text/html"'
            in text
        )

    def test_validates_against_the_standards_schema(self, client, add):
        """The constraints of the published linkset schema, written down by hand."""
        add("pip", languages="en en-GB", standing=Standing.DEFAULT)
        add("", link_type="https://schema.example/repair")
        for context in ask(client, f"{LOT}?linkType=linkset").json()["linkset"]:
            assert {"anchor", "itemDescription"} <= set(context)
            for name, targets in context.items():
                if name in ("anchor", "itemDescription"):
                    continue
                assert name.startswith("https://")
                for target in targets:
                    assert {"href", "title"} <= set(target) <= {"href", "title", "hreflang", "type"}
                    assert target["href"].startswith("http")


class TestHeadersAndMethods:
    @pytest.mark.parametrize(
        "path", [CODE, LOT, f"{CODE}?linkType=gs1:pip", f"{CODE}?linkType=gs1:none", "/00/106141412345678908"]
    )
    def test_every_answer_may_be_read_by_any_site_and_names_the_linkset(self, client, add, path):
        add("pip")
        for method in ("get", "head", "options"):
            answer = ask(client, path, method)
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
            assert "Link" in answer["Access-Control-Expose-Headers"]
            bare = path.partition("?")[0]
            assert answer["Link"] == f'<{HOST}{bare}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'

    def test_errors_may_be_read_by_any_site_too(self, client):
        assert ask(client, "/01/09506000134353")["Access-Control-Allow-Origin"] == "*"

    def test_head_answers_as_get_does_without_a_body(self, client):
        answer = ask(client, CODE, "head")
        assert (answer.status_code, answer["Location"], answer.content) == (307, f"{HOST}/p{CODE}", b"")

    def test_options_names_the_methods(self, client):
        answer = ask(client, CODE, "options")
        assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, OPTIONS")

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nothing_else_is_taken(self, client, method):
        answer = ask(client, CODE, method)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_a_form_of_another_site_gets_the_same_405(self):
        from django.test import Client

        assert Client(enforce_csrf_checks=True).post(CODE).status_code == 405

    def test_the_root_says_where_the_resolver_describes_itself(self, client):
        for method, status in (("get", 200), ("head", 200), ("options", 204)):
            answer = ask(client, "/", method)
            assert answer.status_code == status
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert f'<{HOST}/.well-known/gs1resolver>; rel="describedby"' in answer["Link"]

    def test_behind_a_proxy_the_public_address_is_named(self, client, settings):
        settings.PUBLIC_URL = "https://testserver"
        assert ask(client, CODE)["Location"] == f"https://testserver/p{CODE}"


class TestTheDescriptionFile:
    def test_says_what_is_supported_in_the_terms_of_its_schema(self, client):
        answer = client.get("/.well-known/gs1resolver")
        said = answer.json()
        assert answer["Content-Type"] == "application/json"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert said["resolverRoot"] == HOST
        assert said["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
        schema = {"00", "01", "253", "255", "401", "402", "410", "411", "412", "413", "414", "415", "417"}
        assert set(said["supportedPrimaryKeys"]) <= schema | {"8003", "8004", "8006", "8010", "8013", "8017", "8018"}
        assert said["linkTypeDefaultCanBeLinkset"] is False
        assert client.options("/.well-known/gs1resolver").status_code == 204
        assert client.post("/.well-known/gs1resolver").status_code == 405


KEYS = {
    "00": "106141412345678908",
    "253": "9506000134369DOC",
    "255": "950600013436912",
    "401": "9506000ABC%2F1",
    "402": "95060001343521239",
    "414": "9506000134369",
    "417": "9506000134369",
    "8003": "09506000134369X1",
    "8004": "9506000A1",
    "8006": "095060001343520102",
    "8010": "9506000%23A",
    "8017": "950600013436912344",
    "8018": "950600013436912344",
}


@pytest.mark.parametrize(
    ("primary", "below"),
    [(key, "") for key in KEYS if key not in ("402", "8017", "8018", "8010")]
    + [
        ("414", "/254/dock"),
        ("414", "/7040/1ABC"),
        ("417", "/7040/1ABC"),
        ("8004", "/7040/1ABC"),
        ("8006", "/22/2A/10/L/21/S"),
    ]
    + [("8010", "/8011/5")],
)
def test_every_key_resolves_with_all_its_qualifiers(client, product, primary, below):
    path = f"/{primary}/{KEYS[primary]}"
    Link.objects.create(
        organisation=product.organisation, path=path, link_type=f"{VOC}support", href="https://shop.example/x", title="x",
        standing=Standing.DEFAULT,
    )  # fmt: skip
    assert ask(client, path + below)["Location"] == "https://shop.example/x"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("/01/09506000134353", "check digit should be 2"),
            (f"{CODE}/21/7/10/L1", "out of order"),
            (f"{LOT}/rubbish", "not a GS1 Digital Link path"),
            (f"{CODE}/foo", "not a GS1 Digital Link path"),
            (f"{CODE}/10/", "is not a lot"),
            (f"{CODE}/10/{'x' * 21}", "is not a lot"),
            (f"{CODE}/99/x", "cannot follow a GTIN"),
            (f"{CODE}/17/270131", "cannot follow a GTIN"),
            (f"{CODE}/lot/x", "write the application identifier, /10/"),
            (f"/gtin/{GTIN}", "write the application identifier, /01/"),
            ("/01", "not a GS1 Digital Link path"),
            ("/01/", "not a GS1 Digital Link path|is not a GTIN"),
            ("/02/09506000134352", "not a GS1 Digital Link path"),
            (f"{CODE}/10/%FF", "is not a lot"),
            (f"{CODE}/10/%zz", "wrong percent escape"),
            (f"{CODE}/10/a%0Ab", "is not a lot"),
            (f"{CODE}?17=271301", "there is no such date|does not have the form"),
            (f"{CODE}?3103=12", "does not have the form"),
            (f"{CODE}?21=7", "belongs into the path"),
            (f"{CODE}?999=7", "is no application identifier"),
        ],
    )
    def test_a_wrong_code_is_a_400_in_words(self, client, path, why):
        page = ask(client, path)
        problem = ask(client, path, accept="application/json")
        assert page.status_code == problem.status_code == 400
        assert "This code cannot be read" in page.content.decode()
        assert problem["Content-Type"] == "application/problem+json"
        assert any(one in problem.json()["detail"] for one in why.split("|"))

    def test_the_page_itself_refuses_a_wrong_code_in_the_same_words(self, client):
        answer = client.get("/p/01/09506000134353")
        assert answer.status_code == 400
        assert "check digit should be 2" in answer.content.decode()

    @pytest.mark.parametrize("path", ["/01/09506000134376", "/00/106141412345678908", "/01/09506000134376/10/A"])
    def test_a_code_of_which_nothing_is_known_is_a_404(self, client, path):
        page = ask(client, path)
        problem = ask(client, path, accept="application/linkset+json")
        assert page.status_code == problem.status_code == 404
        assert "Unknown code" in page.content.decode()
        assert problem["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("long", [f"{CODE}/10/{'x' * 8192}", f"/01/{'9' * 3000}", f"{CODE}?a={'b' * 7000}"])
    def test_a_far_too_long_one_is_a_414(self, client, long):
        assert ask(client, long).status_code == 414


def test_an_epc_binary_string_is_answered_as_its_digital_link(client):
    ProductFactory(gtin="80614141123458")
    answer = ask(client, "/eh3074257BF7194E4000001A85?a=b")
    assert (answer.status_code, answer["Location"]) == (307, f"{HOST}/p/01/80614141123458/21/6789?a=b")
    assert f'<{HOST}/01/80614141123458/21/6789>; rel="owl:sameAs"' in answer["Link"]
    found = linkset(client, "/eh3074257bf7194e4000001a85")
    assert list(found) == ["/01/80614141123458/21/6789", "/01/80614141123458"]
    assert ask(client, "/eh3500E86F8000A9E000000586").status_code == 400
    assert ask(client, "/ehF7140614141123458000000000").status_code == 501


SEGMENT = st.text("0123456789/%2FfAz.-_~!*'(){}[]<>\"\\^`|@:;,=+$ \t\r\nä\x7f€", max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([*KEYS, "01", "415", "8013", "99", "gtin"]),
    SEGMENT,
    SEGMENT,
    st.text(max_size=30),
    st.text("abc*/;,q=0.1+-", max_size=30),
)
def test_no_address_breaks_the_resolver(client, first, value, rest, query, header):
    raw = f"/{first}/{value}{rest}".replace("?", "")
    answer = client.get(
        f"/{first}/x", RAW_URI=raw, QUERY_STRING=query.encode("utf-8", "replace").decode("latin-1").replace("\n", "").replace("\r", ""),
        headers={"accept": header, "accept-language": header},
    )  # fmt: skip
    assert answer.status_code < 500


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("&;=linkTypegs1:pdfaulDMt%20/", max_size=40), st.text("textapplicio/json+lk*,;q=.01-", max_size=40))
def test_no_wish_breaks_the_resolver(client, query, header):
    answer = ask(client, f"{LOT}?{query}", accept=header, accept_language=header)
    assert answer.status_code in (200, 300, 307, 400, 404, 406)


def test_what_is_typed_leads_to_its_page(client):
    answer = client.get("/find/", {"q": f"(01){GTIN}(10)A/7"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/p{CODE}/10/A%2F7"


def test_what_cannot_be_read_comes_back_with_a_sentence(client):
    answer = client.get("/find/", {"q": '"><script>alert(1)</script>'})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This is no code we can read" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_lot_that_only_its_maker_registered_is_known(client):
    lot = LotFactory(product=ProductFactory(organisation=OrganisationFactory()))
    assert ask(client, f"/01/{lot.product.gtin}/10/{lot.number}").status_code == 307
