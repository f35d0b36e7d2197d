"""Dwell times from events on the ledger: a job, its page, file and API, and who sees them."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from forecasting.dwell import services
from forecasting.dwell.models import DwellJob, PlaceDwell
from tests.factories import LocationFactory, member
from tests.forecasting_world import GLN, record
from tests.ledger_fixtures import an_event
from traceapp.accounts.visibility import Visibility
from traceapp.epcis import identifiers
from traceapp.ledger.models import Record

pytestmark = pytest.mark.django_db
SLOW = "9506000000022"


def visit(number, hours, gln=GLN):
    """Goods come to a place on day `number`, and leave so many hours later."""
    came = datetime(2026, 1, 5, 6, tzinfo=UTC) + timedelta(days=number)
    goods = {"epcList": [identifiers.item("09506000134352", f"{gln[-4:]}-{number}")]}
    place = {"readPoint": {"id": identifiers.location(gln)}, "bizLocation": {"id": identifiers.location(gln)}}
    left = came + timedelta(hours=hours)
    return [
        an_event(eventTime=came.isoformat(), bizStep="receiving", **goods, **place),
        an_event(eventTime=left.isoformat(), bizStep="shipping", **goods, **place),
    ]


@pytest.fixture
def measured(ledger_world):
    """A firm whose goods wait five hours at one place and thirty at another; one stored row was changed since."""
    firm = ledger_world.organisations[0]
    LocationFactory(organisation=firm, gln=GLN, name="Harbour")
    LocationFactory(organisation=firm, gln=SLOW, name="=Cold store")
    events = [event for number in range(20) for event in visit(number, 5) + visit(number, 30, SLOW)]
    rows = record(firm, events, visibility=Visibility.PARTIES)
    ledger_world.anchor()
    stored = bytes(Record.objects.get(pk=rows[0].pk).disclosures)
    Record.objects.filter(pk=rows[0].pk).update(disclosures=stored[:-1] + b"?")
    return firm, run(firm)


def run(firm):
    job = services.request(organisation=firm)
    services.work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def test_places_are_ranked_from_verified_rows_alone(measured):
    _, job = measured
    found = [(one.rank, one.name, one.stays, one.median, one.low, one.high) for one in job.places.all()]
    assert found == [(1, "=Cold store", 20, 30, 30, 30), (2, "Harbour", 19, 5, 5, 5)]
    assert job.left_out == {"mismatch": 1}
    assert job.used == 79


def test_two_wishes_are_one_job_and_a_cancelled_one_stores_nothing(ledger_world):
    firm = ledger_world.organisations[0]
    job = services.request(organisation=firm)
    assert services.request(organisation=firm) == job
    DwellJob.objects.filter(pk=job.pk).update(cancel=True)
    services.work(str(job.uid))
    job.refresh_from_db()
    assert (job.state, PlaceDwell.objects.count()) == ("cancelled", 0)


def test_a_killed_measuring_is_done_again_and_counts_once(measured):
    firm, _ = measured
    job = services.request(organisation=firm)
    DwellJob.objects.filter(pk=job.pk).update(state="running", lease_until=job.created - timedelta(minutes=5))
    services.work(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.places.count()) == ("done", 2)


def test_page_file_and_api_say_the_same(measured, client):
    firm, _ = measured
    client.force_login(member(firm, "analyst"))
    html = client.get(reverse("dwell:index")).content.decode()
    assert "<h1>Goods wait longest at =Cold store: half of them more than 30 h</h1>" in html
    assert "Does not match the ledger" in html
    assert "style=" not in html
    lines = list(csv.DictReader(client.get(reverse("dwell:download")).content.decode().splitlines()))
    places = client.get(reverse("api-bottlenecks")).json()["places"]
    assert [line["name"] for line in lines] == ["'=Cold store", "Harbour"]
    assert [float(line["median_hours"]) for line in lines] == [one["median_hours"] for one in places] == [30, 5]
    assert (
        client.get(reverse("api-bottlenecks"), {"as": "csv"}).content == client.get(reverse("dwell:download")).content
    )
    assert "Harbour, month by month" in client.get(reverse("dwell:index"), {"place": GLN}).content.decode()


def test_only_analysts_measure_and_others_see_nothing_of_it(measured, client, ledger_world):
    firm, _ = measured
    assert client.get(reverse("dwell:index")).status_code == 302
    client.force_login(member(firm, "supplier"))
    assert client.post(reverse("dwell:measure")).status_code == 403
    assert client.post(reverse("api-bottlenecks")).status_code == 403
    client.force_login(member(ledger_world.organisations[1], "analyst"))
    html = client.get(reverse("dwell:index")).content.decode()
    assert "Nothing has been measured yet." in html
    assert f">{reverse('dwell:measure')}<" not in html  # a button sends it; no link bears its address
    assert client.get(reverse("api-bottlenecks")).json() == {"measured": None, "running": None, "places": []}
    client.post(reverse("dwell:measure"))
    assert DwellJob.objects.filter(state="queued").get().organisation == ledger_world.organisations[1]
    assert "Waiting for a worker" in client.get(reverse("dwell:index")).content.decode()


def test_who_held_the_goods_measures_what_others_recorded_of_them(ledger_world):
    firm, partner = ledger_world.organisations[:2]
    events = [event for number in range(8) for event in visit(number, 4)]
    record(firm, events, visibility=Visibility.CHAIN, readers={partner.pk: "chain"})
    record(firm, visit(50, 9), visibility=Visibility.PARTIES, readers={partner.pk: "chain"})
    ledger_world.anchor()
    assert [(one.stays, one.median) for one in run(partner).places.all()] == [(8, 4)]
