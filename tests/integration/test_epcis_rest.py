"""What every resource under `/epcis/` has in common: forms of an answer, versions, problems and other origins."""

from xml.etree import ElementTree

import pytest

from tests.capture_documents import document, shipping
from tests.factories import OrganisationFactory, api_token, member
from traceapp.accounts.roles import Role

pytestmark = pytest.mark.django_db
URL = "/epcis/capture"
EPCIS = "{urn:epcglobal:epcis:xsd:2}"


@pytest.fixture
def farm():
    return OrganisationFactory()


@pytest.fixture
def token(farm):
    return api_token(member(farm, Role.SUPPLIER), farm)


@pytest.fixture
def get(client, token):
    def send(url=URL, **headers):
        return client.get(url, headers={"Authorization": f"Bearer {token}", **headers})

    return send


def test_discovery_needs_no_token_and_tells_versions_formats_and_limits(client, settings):
    answer = client.options(URL)
    assert answer.status_code == 204
    assert answer.content == b""
    assert {one.strip() for one in answer["Allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}
    for standard in ("EPCIS", "CBV"):
        for which in ("Version", "Min", "Max"):
            assert answer[f"GS1-{standard}-{which}"][0].isdigit()
    assert answer["GS1-EPC-Format"] == "No_Preference"
    assert answer["GS1-CBV-XML-Format"] == "No_Preference"
    assert answer["GS1-Extensions"].startswith("traceapp=")
    assert answer["GS1-Vendor-Version"]
    assert answer["GS1-EPCIS-Capture-Limit"] == str(settings.CAPTURE_MAX_EVENTS)
    assert answer["GS1-EPCIS-Capture-File-Size-Limit"] == str(settings.CAPTURE_MAX_BYTES)
    assert answer["GS1-EPCIS-Capture-Error-Behaviour"] == answer["GS1-Capture-Error-Behaviour"]


def test_a_page_of_another_origin_may_ask_send_a_token_and_read_the_headers(client, get):
    asked = {"Origin": "https://erp.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options(URL, headers=asked | {"Access-Control-Request-Headers": "authorization,content-type"})
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type", "gs1-epcis-version", "gs1-capture-error-behaviour"} <= {
        one.strip().lower() for one in preflight["Access-Control-Allow-Headers"].split(",")
    }
    answer = get(Origin="https://erp.example")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    exposed = {one.strip() for one in answer["Access-Control-Expose-Headers"].split(",")}
    assert {"Location", "Link", "GS1-EPCIS-Version", "GS1-CBV-Max", "GS1-EPCIS-Capture-Limit"} <= exposed


def test_a_refusal_can_be_read_by_a_page_of_another_origin_too(client):
    for answer in (client.get(URL), client.get("/epcis/nonsense"), client.put(URL)):
        assert answer.status_code >= 400
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_every_answer_says_which_versions_it_speaks(client, get):
    for answer in (get(), client.get(URL), client.get("/epcis/nonsense")):
        assert answer["GS1-EPCIS-Version"] == "2.0.1"
        assert answer["GS1-CBV-Version"] == "2.0.0"
        assert "Accept" in answer["Vary"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("application/json;charset=utf-8", "application/json"),
        ("application/json;q=0.1, application/ld+json;q=0.9", "application/ld+json"),
        ("text/html, application/json;q=0.5", "application/json"),
        ("application/json;q=0, */*", "application/ld+json"),
    ],
)
def test_the_form_is_what_the_client_likes_best(get, accept, media_type):
    answer = get(Accept=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type


@pytest.mark.parametrize(
    "accept", ["text/html", "image/png", "application/json;q=0", "rubbish", "application/json;q=x"]
)
def test_a_form_that_is_not_offered_is_not_acceptable(get, accept):
    answer = get(Accept=accept)
    assert answer.status_code == 406
    assert answer.json()["type"] == "epcisException:NotAcceptableException"


def test_a_query_parameter_never_chooses_the_form(get):
    assert get(f"{URL}?format=xml")["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"GS1-EPCIS-Version": "2.0"}, 200),
        ({"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0"}, 200),
        ({"GS1-EPCIS-Version": "1.2"}, 200),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0.0"}, 200),
        ({"GS1-EPCIS-Max": "2"}, 200),
        ({"GS1-CBV-Min": "2.0.0", "GS1-CBV-Max": "2.1"}, 200),
        ({"GS1-EPCIS-Version": "3.0"}, 406),
        ({"GS1-EPCIS-Version": "1.0"}, 406),
        ({"GS1-EPCIS-Min": "2.1"}, 406),
        ({"GS1-EPCIS-Max": "1.2"}, 406),
        ({"GS1-CBV-Min": "3"}, 406),
        ({"GS1-CBV-Max": "1.2"}, 406),
        ({"GS1-EPCIS-Min": "2.1", "GS1-EPCIS-Max": "1.2"}, 406),
        ({"GS1-EPCIS-Version": "two"}, 400),
        ({"GS1-EPCIS-Min": "9" * 5000}, 400),
    ],
)
def test_versions_that_the_client_names_are_checked(get, headers, status):
    answer = get(**headers)
    assert answer.status_code == status, answer.content
    if status != 200:
        assert next(iter(headers)) in answer.json()["detail"]


def problems(client, token, settings):
    settings.CAPTURE_MAX_BYTES = 5000
    mine = {"Authorization": f"Bearer {token}"}
    body = document(shipping())

    def post(body, headers, content_type="application/ld+json"):
        return lambda **more: client.post(URL, body, content_type=content_type, headers={**headers, **more})

    def get(url, headers):
        return lambda **more: client.get(url, headers={**headers, **more})

    return {
        (400, "ValidationException"): post(b"{", mine),
        (401, "SecurityException"): post(body, {}),
        (404, "NoSuchNameException"): get(f"{URL}/{'0' * 8}-1f4e-4a88-9d3c-8f8a3c7d1a01", mine),
        (405, "ImplementationException"): lambda **more: client.put(URL, b"", headers={**mine, **more}),
        (413, "CaptureLimitExceededException"): post(b" " * 5001, mine),
        (414, "URITooLongException"): get(f"/epcis/events?EQ_bizStep={'x' * 9000}", mine),
        (415, "UnsupportedMediaTypeException"): post(b"a,b", mine, "text/csv"),
    }


@pytest.mark.parametrize("form", ["json", "xml"])
def test_problems_have_the_standards_type_and_the_status_in_either_form(client, token, settings, form):
    for (status, exception), ask in problems(client, token, settings).items():
        answer = ask(Accept=f"application/json;q=0.1, application/problem+{form}")
        assert answer.status_code == status, (status, answer.content)
        assert answer["Content-Type"] == f"application/problem+{form}"
        if form == "json":
            told = answer.json()
        else:
            root = ElementTree.fromstring(answer.content)
            assert root.tag == f"{EPCIS}EPCISException"
            told = {child.tag: child.text for child in root}
        assert told["type"] == f"epcisException:{exception}"
        assert str(told["status"]) == str(status)
        assert told["title"]
        assert told["detail"]


def test_places_of_errors_are_told_in_xml_too(client, token):
    wrong = document(shipping(gtin="09506000134353"))
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/problem+xml, application/json;q=0.5"}
    answer = client.post(URL, wrong, content_type="application/json", headers=headers)
    root = ElementTree.fromstring(answer.content)
    error = root.find("{https://traceapp.example/voc/}error")
    assert error is not None
    assert error.attrib["path"] == "eventList[0].quantityList[0].epcClass"
    assert "check digit" in str(error.text)


def test_a_role_that_may_not_is_told_so(client, farm):
    analyst = api_token(member(farm, Role.ANALYST), farm)
    answer = client.post(
        URL, document(shipping()), content_type="application/json", headers={"Authorization": f"Bearer {analyst}"}
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "epcisException:SecurityException")


def test_a_token_that_is_none_is_refused_with_the_way_to_log_in(client):
    answer = client.get(URL, headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_too_large_tells_both_limits(client, token, settings):
    answer = problems(client, token, settings)[413, "CaptureLimitExceededException"]()
    assert answer["GS1-EPCIS-Capture-Limit"] == str(settings.CAPTURE_MAX_EVENTS)
    assert answer["GS1-EPCIS-Capture-File-Size-Limit"] == "5000"


def test_a_wrong_method_names_the_right_ones(client, token):
    answer = client.put(URL, b"", headers={"Authorization": f"Bearer {token}"})
    assert "POST" in answer["Allow"]
