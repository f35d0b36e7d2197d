"""Health, error pages and the base page."""

import pytest
from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.test import Client
from django.urls import path

from tests.factories import member
from traceapp.urls import *  # noqa: F403  (handlers)
from traceapp.urls import urlpatterns as real
from traceapp.web import health

pytestmark = pytest.mark.django_db


def breaks(request):
    raise ValueError("the secret of the trace")


def bad(request):
    raise BadRequest("internal words")


urlpatterns = [path("breaks/", breaks), path("api/v1/breaks/", breaks), path("bad/", bad), *real]


@pytest.fixture
def broken(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_healthz_answers(client):
    assert client.get("/healthz").content == b"ok\n"


def test_readyz_says_when_the_database_is_away(client, monkeypatch):
    assert client.get("/readyz").json() == {"ready": True, "database": True}
    monkeypatch.setattr(health, "database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503


def test_a_database_that_fails_is_not_ready(monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Away())
    assert health.database_answers() is False


def test_metrics_are_in_the_text_format(client):
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"\ntraceapp_database_up 1\n" in answer.content


@pytest.mark.parametrize(("address", "status"), [("/nothing-here/", 404), ("/breaks/", 500), ("/bad/", 400)])
def test_errors_are_pages_in_words_with_a_way_on(broken, address, status):
    page = broken.get(address)
    words = page.content.decode()
    assert page.status_code == status
    assert "<h1>" in words
    assert 'href="/"' in words
    assert "secret" not in words
    assert "internal words" not in words


@pytest.mark.parametrize(("address", "status"), [("/api/v1/nothing-here/", 404), ("/api/v1/breaks/", 500)])
def test_a_program_gets_a_problem_instead(broken, address, status):
    answer = broken.get(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_wrong_method_is_said_with_the_right_ones(client):
    page = client.post("/healthz")
    assert page.status_code == 405
    assert "It takes GET, HEAD." in page.content.decode()
    assert page.headers["Allow"] == "GET, HEAD"


def test_an_expired_form_says_what_to_do(db):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403
    assert "load the page again" in page.content.decode()


def test_every_page_has_a_skip_link_a_language_and_the_labels_of_a_demo(client, settings):
    settings.DEMO = True
    page = client.get("/accounts/login/").content.decode()
    assert '<a class="skip" href="#main">' in page
    assert '<html lang="en">' in page
    assert "Demo data" in page
    assert "Demo ledger: one machine, not decentralised." in page
    settings.DEMO, settings.LEDGER = False, "fabric"
    page = client.get("/accounts/login/").content.decode()
    assert "Demo" not in page


def test_no_page_has_inline_style_or_script(client):
    client.force_login(member(None, "admin"))
    for address in ("/organisation/", "/organisation/me/", "/masterdata/", "/accounts/2fa/"):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_the_language_is_kept_and_leads_back_only_to_us(client):
    answer = client.get("/language/", {"language": "ar", "next": "/accounts/login/"})
    assert answer.headers["Location"] == "/accounts/login/"
    assert 'dir="rtl"' in client.get("/accounts/login/").content.decode()
    away = client.get("/language/", {"language": "xx", "next": "https://evil.example/"})
    assert away.headers["Location"] == "/"


def test_the_theme_comes_with_the_page_so_that_nothing_flashes(client):
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme=" not in client.get("/accounts/login/").content.decode()[:600]


def test_the_bar_shows_a_member_their_rooms_and_marks_the_present_one(client):
    client.force_login(member(None, "analyst"))
    page = client.get("/masterdata/").content.decode()
    assert 'href="/masterdata/" aria-current="page"' in page
    assert 'href="/organisation/"' not in page
