"""POST /epcis/capture and the jobs it answers with; every bad document gets a sentence that says what and where."""

import io
import json

import pytest
from django.db import OperationalError

from tests.capture_documents import document, shipping
from tests.factories import OrganisationFactory, api_token, member
from traceapp.accounts.roles import Role
from traceapp.capture.models import CaptureJob
from traceapp.ledger.models import Record

pytestmark = pytest.mark.django_db
URL = "/epcis/capture"


@pytest.fixture
def farm():
    return OrganisationFactory(name="Huerta Alba")


@pytest.fixture
def token(farm):
    return api_token(member(farm, Role.SUPPLIER), farm)


@pytest.fixture
def post(client, token):
    def send(body, content_type="application/ld+json", **headers):
        return client.post(URL, body, content_type=content_type, HTTP_AUTHORIZATION=f"Bearer {token}", **headers)

    return send


def test_a_document_is_accepted_with_its_job_and_a_receipt(client, post, token):
    answer = post(document(shipping()))
    assert answer.status_code == 202, answer.content
    job = CaptureJob.objects.get()
    assert answer["Location"] == f"http://testserver/epcis/capture/{job.uid}"
    body = answer.json()
    assert body["captureID"] == str(job.uid)
    assert body["receipt"] == job.receipt
    assert body["success"] is True
    shown = client.get(answer["Location"], HTTP_AUTHORIZATION=f"Bearer {token}").json()
    assert (shown["running"], shown["success"], shown["errors"]) == (False, True, [])
    assert shown["ledger"] == {"queued": 1}


def test_the_jobs_of_ones_organisation_are_listed(client, post, token):
    post(document(shipping()))
    post(document(shipping(lot="L-2")))
    assert len(client.get(URL, HTTP_AUTHORIZATION=f"Bearer {token}").json()) == 2


def test_another_organisation_does_not_see_the_job(client, post):
    where = post(document(shipping()))["Location"]
    other = OrganisationFactory()
    token = api_token(member(other), other)
    assert client.get(where, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 404
    assert client.get(URL, HTTP_AUTHORIZATION=f"Bearer {token}").json() == []


def test_a_job_that_never_was_is_not_found(client, post, token):
    for name in ("nonsense", "0" * 36, "0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"):
        assert client.get(f"{URL}/{name}", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 404


def test_a_repeat_with_the_key_answers_the_same_job(post):
    body = document(shipping())
    first = post(body, HTTP_IDEMPOTENCY_KEY="k-1")
    again = post(body, HTTP_IDEMPOTENCY_KEY="k-1")
    assert first["Location"] == again["Location"]
    assert again.status_code == 202
    assert Record.objects.count() == 1


def test_the_key_with_another_document_is_a_problem(post):
    post(document(shipping()), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = post(document(shipping(lot="L-2")), HTTP_IDEMPOTENCY_KEY="k-1")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert "another document" in answer.json()["detail"]


def test_a_key_without_end_is_refused(post):
    assert post(document(shipping()), HTTP_IDEMPOTENCY_KEY="k" * 201).status_code == 400


def test_nobody_may_not_capture(client):
    assert client.post(URL, document(shipping()), content_type="application/json").status_code == 401


def test_an_analyst_may_not_capture(client, farm):
    token = api_token(member(farm, Role.ANALYST), farm)
    answer = client.post(
        URL, document(shipping()), content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {token}"
    )
    assert answer.status_code == 403
    assert Record.objects.count() == 0


def test_other_media_types_are_refused(post):
    for media_type in ("text/csv", "multipart/form-data; boundary=x", "application/jsonp", "nonsense"):
        assert post(document(shipping()), content_type=media_type).status_code == 415


def wrong_digit():
    return shipping(gtin="09506000134353")


def unknown_type():
    return shipping() | {"type": "ObjectEvents"}


BAD = {
    "empty body": (b"", 400, "", "empty"),
    "not JSON": (b"{", 400, "", ""),
    "an array": (b"[]", 400, "", "object"),
    "invalid UTF-8": (document(shipping()).replace(b"shipping", b"ship\xffing"), 400, "", "UTF-8"),
    "a member twice": (b'{"type": "EPCISDocument", "type": "EPCISDocument"}', 400, "type", ""),
    "deep JSON": (b'{"a":' * 100 + b"1" + b"}" * 100, 400, None, ""),
    "very deep JSON": (b"[" * 200_000, 400, None, ""),
    "no event": (document(), 400, "eventList", "empty"),
    "a wrong check digit": (
        document(shipping(), wrong_digit()),
        400,
        "eventList[1].quantityList[0].epcClass",
        "check digit",
    ),
    "an unknown type": (document(unknown_type()), 400, "eventList[0].type", ""),
    "a time to come": (document(shipping(time="2999-01-01T00:00:00Z")), 400, "eventList[0].eventTime", "future"),
    "no context": (
        json.dumps({k: v for k, v in json.loads(document(shipping())).items() if k != "@context"}).encode(),
        400,
        "@context",
        "",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_refused_with_what_and_where(post, name):
    body, status, path, words = BAD[name]
    answer = post(body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "Document refused"
    places = problem["errors"]
    assert words in places[0]["detail"]
    if path is not None:
        assert places[0]["path"] == path
    assert Record.objects.count() == CaptureJob.objects.count() == 0


def test_a_document_of_ten_megabytes_is_refused_with_the_limit(post, settings):
    answer = post(b" " * 10 * 1024 * 1024)
    assert answer.status_code == 413
    assert f"{settings.CAPTURE_MAX_BYTES:,}" in answer.json()["detail"]


def test_a_document_beyond_what_the_server_reads_is_refused_with_the_limit(post, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.CAPTURE_MAX_BYTES = 100
    answer = post(b" " * 2000)
    assert answer.status_code == 413


def test_the_limits_are_told(client, token, settings):
    answer = client.options(URL, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer["GS1-EPCIS-Capture-Limit"] == str(settings.CAPTURE_MAX_EVENTS)


def test_an_answer_of_another_repository_is_taken_too(post):
    head = json.loads(document(shipping(event_id="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01")))
    events = head["epcisBody"].pop("eventList")
    head["type"] = "EPCISQueryDocument"
    head["epcisBody"] = {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}}
    assert post(json.dumps(head).encode()).status_code == 202


def test_an_unknown_organisation_is_named_with_its_place_and_the_event_is_taken(post, farm):
    known = document(shipping(to=farm.pgln))
    assert post(known).json()["warnings"] == []
    answer = post(document(shipping(to=farm.pgln), shipping(lot="L-2", to="9506000134376", place="9506000134352")))
    assert answer.status_code == 202
    warnings = answer.json()["warnings"]
    assert [one["path"] for one in warnings] == [
        "eventList[1].destinationList[0].destination",
        "eventList[1].bizLocation.id",
    ]
    assert "9506000134376" in warnings[0]["detail"]


def chunked(client, token, body):
    environ = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return client.generic(
        "POST", URL, b"", content_type="application/ld+json", HTTP_AUTHORIZATION=f"Bearer {token}", **environ
    ), environ["wsgi.input"]


def test_a_document_sent_in_chunks_is_taken(client, token):
    answer, _ = chunked(client, token, document(shipping()))
    assert answer.status_code == 202, answer.content
    assert Record.objects.count() == 1


def test_a_document_too_large_is_read_to_its_end_before_the_answer(client, token, settings):
    settings.CAPTURE_MAX_BYTES = 100
    answer, left = chunked(client, token, b" " * 5000)
    assert answer.status_code == 413
    assert "100" in answer.json()["detail"]
    assert left.read() == b""

    body = io.BytesIO(b" " * 5000)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": "5000"}
    answer = client.generic(
        "POST", URL, b"", content_type="application/ld+json", HTTP_AUTHORIZATION=f"Bearer {token}", **environ
    )
    assert answer.status_code == 413
    assert body.read() == b""


def test_a_disk_without_room_is_said_and_nothing_is_recorded(post, monkeypatch):
    def full(*_args, **_kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("traceapp.capture.store.save", full)  # a full disk is an edge that no test can make
    answer = post(document(shipping()))
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert "Nothing of this request was recorded" in answer.json()["detail"]
    assert Record.objects.count() == 0
    job = CaptureJob.objects.get()
    assert (job.running, job.success, job.interrupted) == (False, False, True)
    monkeypatch.undo()
    assert post(document(shipping())).json()["success"] is True
    assert (CaptureJob.objects.count(), Record.objects.count()) == (1, 1)
