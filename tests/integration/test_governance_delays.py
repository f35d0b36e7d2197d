"""A delay model's version has the same life as one of demand: voted for, served, reported on by region and size, suspended."""

from datetime import timedelta

import pytest
from django.urls import reverse

from forecasting.governance.models import Artefact, Entry
from forecasting.governance.serving import served
from forecasting.services import request_training
from forecasting.training import work
from tests.forecasting_world import FIRST, delivery, record
from tests.governance_world import Governed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]
LEARNT = 180  # days; then 28 are foretold, two deliveries each
COUNTRIES = {"Slow": "Peru", "Quick": "Spain"}


def both(number, late, **facts):
    """Plans and outcomes of one day: who is slow, and who is not."""
    named = [{"traceapp:vendor": name, "traceapp:country": COUNTRIES[name], **facts} for name in ("Slow", "Quick")]
    return [delivery(number, late=days, **each) for days, each in zip(late, named, strict=True)]


@pytest.fixture
def governed(ledger_world):
    made = Governed.on(ledger_world)
    past = [each for number in range(0, LEARNT, 3) for each in both(number, (2 if number % 2 else 0, 0))]
    known = {"traceapp:planDate": str(FIRST + timedelta(days=LEARNT - 5))}
    ahead = [each[:1] for number in range(LEARNT, LEARNT + 24) for each in both(number, (0, 0), **known)]
    record(made.owner, [event for each in past + ahead for event in each])
    ledger_world.anchor()
    return made


@pytest.fixture
def version(governed):
    """The run of delays, live."""
    asked = {"until": str(FIRST + timedelta(days=LEARNT)), "horizon": 28}
    job = request_training(organisation=governed.owner, kind="delay", parameters=asked)
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    governed.world.anchor()
    return governed.live(job.run)


def came(governed, days, late):
    """What was foretold of these days arrives so many days after its plan."""
    ends = [each[1] for number in days for each in both(number, late)]
    record(governed.owner, ends)
    governed.world.anchor()


def reports(version):
    found = Entry.objects.filter(kind="metric", model=version.model)
    return sorted(found, key=lambda one: (one.content["window"]["from"], one.pgln))


def test_a_delay_version_is_served_reported_on_and_suspended_by_those_who_recompute_it(governed, version, client):
    run = version.run
    assert (served(governed.owner, "delay").run, served(governed.owner, "demand").run) == (run, None)
    windows = Entry.objects.filter(kind="forecast", model=version.model).order_by("content__window__from")
    assert [one.content["rows"] >= 20 for one in windows] == [True, True]
    assert sum(one.content["rows"] for one in windows) == run.delays.count() == 48
    first = windows[0].content["window"]

    came(governed, range(LEARNT, LEARNT + 14), (1, 0))
    for one in governed.judges:
        job = governed.report(one, version)
        assert len(job.notes) == 1  # the second window is not over in anybody's records
    one, other = reports(version)
    assert one.content["window"] == first
    assert (one.content["figures"], one.content["groups"]) == (other.content["figures"], other.content["groups"])
    groups = {each["name"]: each for each in one.content["groups"]}
    assert set(groups) == {"Peru", "Spain", "small", "medium"}
    said = run.delays.filter(attributes__country="Spain", scheduled__lte=first["to"]).values_list("p_late", flat=True)
    assert groups["Spain"]["bias"] == round(sum(said) / len(said) * 1_000_000)  # nothing of it was late
    assert (one.content["beyond"], governed.status(version)) == ([], "live")

    came(governed, range(LEARNT + 14, LEARNT + 24), (9, 9))
    governed.report(governed.judges[0], version)
    assert governed.status(version) == "live"  # one alone suspends nothing
    governed.report(governed.judges[1], version)
    assert governed.status(version) == "suspended"
    assert {"error", "bias"} <= set(reports(version)[-1].content["beyond"])
    now = served(governed.owner, "delay")
    assert now.run is None
    assert "Version 1 was suspended" in now.note
    assert "No good version is left" in now.note
    client.force_login(governed.analysts[governed.owner.pk])
    assert "was suspended" in client.get(reverse("forecasting:delay")).content.decode()
    html = client.get(reverse("governance:version", args=[version.model])).content.decode()
    assert "Peru" in html
    assert "Suspended" in html


def test_a_delay_model_that_is_not_the_one_registered_is_not_served(governed, version):
    Artefact.objects.filter(run=version.run).update(content=b"{}")
    now = served(governed.owner, "delay")
    assert now.run is None
    assert "its fitted numbers are not those that were registered" in now.note
