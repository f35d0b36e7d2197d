"""Digital Link paths at the root lead to the page of the code."""

import pytest

GTIN = "09506000134352"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        f"/01/{GTIN}",
        f"/01/{GTIN}/10/L2405-117",
        f"/01/{GTIN}/21/77",
        f"/01/{GTIN}/10/L2405-117/21/77",
        f"/01/{GTIN}/10/A%2F7",
        "/00/106141412345678908",
        "/414/9506000134369",
    ],
)
def test_a_code_leads_to_its_page_with_the_path_as_it_came(client, path):
    answer = client.get(path, RAW_URI=path)

    assert answer.status_code == 307
    assert answer["Location"] == f"/p{path}"


def test_the_query_is_kept_byte_for_byte(client):
    raw = f"/01/{GTIN}/10/L1?17=270101&x=%C3%A4+b%20c;d"

    answer = client.get(raw, RAW_URI=raw)
    assert answer["Location"] == f"/p{raw}"


def test_a_full_address_in_the_request_line_resolves_too(client):
    path = f"/01/{GTIN}/10/A%2F7"

    answer = client.get(path, RAW_URI=f"http://example.org{path}")
    assert answer["Location"] == f"/p{path}"


def test_without_the_raw_path_it_is_quoted_again(client):
    assert client.get(f"/01/{GTIN}/10/L%2B1")["Location"] == f"/p/01/{GTIN}/10/L+1"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/01/09506000134353", "check digit should be 2"),
        (f"/01/{GTIN}/21/7/10/L1", "out of order"),
        (f"/01/{GTIN}/10/L1/rubbish", "not a GS1 Digital Link path"),
        (f"/01/{GTIN}/10/", "is not a lot"),
        (f"/01/{GTIN}/10/{'x' * 21}", "is not a lot"),
        (f"/01/{GTIN}/99/x", "cannot follow a GTIN"),
    ],
)
def test_a_wrong_code_is_a_400_in_words(client, path, why):
    page = client.get(path, RAW_URI=path)
    problem = client.get(path, RAW_URI=path, headers={"accept": "application/json"})

    assert page.status_code == problem.status_code == 400
    assert why in page.content.decode()
    assert "This code cannot be read" in page.content.decode()
    assert problem["Content-Type"] == "application/problem+json"
    assert why in problem.json()["detail"]


def test_the_page_itself_refuses_a_wrong_code_in_the_same_words(client):
    answer = client.get("/p/01/09506000134353")

    assert answer.status_code == 400
    assert "check digit should be 2" in answer.content.decode()


def test_head_and_options_are_answered_and_post_is_not(client):
    path = f"/01/{GTIN}"

    assert client.head(path).status_code == 307
    asked = client.options(path)
    assert asked.status_code == 204
    assert asked["Allow"] == "GET, HEAD, OPTIONS"
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert client.post(path).status_code == 405


def test_what_is_typed_leads_to_its_page(client):
    answer = client.get("/find/", {"q": f"(01){GTIN}(10)A/7"})

    assert answer.status_code == 302
    assert answer["Location"] == f"/p/01/{GTIN}/10/A%2F7"


def test_what_cannot_be_read_comes_back_with_a_sentence(client):
    answer = client.get("/find/", {"q": '"><script>alert(1)</script>'})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This is no code we can read" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
