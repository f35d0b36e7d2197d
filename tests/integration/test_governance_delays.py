"""A delay model's version has the same life as one of demand: voted for, served, reported on by region and size, suspended."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from forecasting.governance import monitoring, registry
from forecasting.governance.models import Artefact, Entry, MonitorJob
from forecasting.governance.nightly import monitor_all, retrain_drifted
from forecasting.governance.serving import served
from forecasting.models import TrainingJob
from forecasting.scoring import services as asking
from forecasting.scoring.work import work as scoring
from forecasting.services import request_training
from forecasting.training import work
from tests.forecasting_world import FIRST, delivery, record
from tests.governance_world import Governed
from traceapp.ledger import verified

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


def trained(governed, days=LEARNT):
    """A run of delays that learnt until so many days after the first."""
    asked = {"until": str(FIRST + timedelta(days=days)), "horizon": 28}
    job = request_training(organisation=governed.owner, kind="delay", parameters=asked)
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    governed.world.anchor()
    return job.run


@pytest.fixture
def version(governed):
    """The run of delays, live."""
    return governed.live(trained(governed))


@pytest.fixture
def two(governed):
    """The version before, and the live one, whose chances may be off by next to nothing."""
    return governed.live(trained(governed, LEARNT - 7)), governed.live(trained(governed), error=1)


def scored(run, user):
    """A question asked of a run, and answered or refused by a worker."""
    job = asking.request(run=run, user=user)
    scoring(str(job.uid))
    job.refresh_from_db()
    return job


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


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

    came(governed, range(LEARNT, LEARNT + 14, 2), (0, 0))  # as before
    came(governed, range(LEARNT + 1, LEARNT + 14, 2), (2, 0))
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


def test_once_the_live_version_is_suspended_pages_and_scores_are_the_last_good_ones_and_say_so(governed, two, client):
    good, bad = two
    analyst = governed.analysts[governed.owner.pk]
    client.force_login(analyst)
    page = client.get(reverse("forecasting:delay"))
    assert (page.context["run"], page.context["served_note"]) == (bad.run, "")
    assert "By version 2 of the model." in words(page)
    waiting = asking.request(run=bad.run, user=analyst)  # asked while it was good, and not answered yet

    came(governed, range(LEARNT, LEARNT + 14), (1, 0))
    for one in governed.judges:
        governed.report(one, bad)
    assert (governed.status(good), governed.status(bad)) == ("live", "suspended")

    page = client.get(reverse("forecasting:delay"))
    assert page.context["run"] == good.run
    assert "Version 2 was suspended on" in words(page)
    assert "Version 1, the last good one, is shown." in words(page)
    assert "By version 1 of the model." in words(page)
    for name in ("forecasting:index", "governance:index"):
        assert "Version 1, the last good one, is shown." in words(client.get(reverse(name)))
    row = bad.run.delays.first()
    fallen = words(client.get(reverse("scoring:score", args=[bad.run.uid, row.record_uid])))
    assert "This is version 2, which was suspended on" in fallen

    scoring(str(waiting.uid))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.scores.count()) == ("failed", 0)
    assert "version 2, which was suspended" in waiting.error
    with pytest.raises(asking.ScoreError, match="the last good version"):
        asking.request(run=bad.run, user=analyst)
    refused = client.post(reverse("scoring:ask", args=[bad.run.uid]), follow=True)
    assert "version 2, which was suspended" in words(refused)
    assert client.post(reverse("api-score-jobs", args=[bad.run.uid])).status_code == 400

    job = scored(good.run, analyst)
    assert (job.state, job.scores.count() > 0) == ("done", True)
    assert "By version 1 , which learnt until" in words(client.get(reverse("scoring:job", args=[job.uid])))
    said = client.get(reverse("api-score-job", args=[job.uid])).json()
    assert (said["version"], said["model"], said["run"]) == (1, good.run.model_hash, str(good.run.uid))
    governed.world.anchor()
    job.refresh_from_db()
    (statement,) = verified.read([job.record_id]).verified
    assert statement.body["statement"]["model"] == good.run.model_hash


def test_one_click_and_a_confirmation_bring_back_the_version_before(governed, two, client):
    good, live = two
    analyst = governed.analysts[governed.owner.pk]
    client.force_login(analyst)
    page = client.get(reverse("governance:version", args=[live.model]))
    assert "Roll back to version 1" in words(page)
    assert "Roll back" not in words(client.get(reverse("governance:version", args=[good.model])))
    address = reverse("governance:roll-back", args=[live.model])
    assert "This field is required" in words(client.post(address, {"reason": " "}))
    asked = client.post(address, {"reason": "It cries wolf."}, follow=True)
    assert "version 1" in words(asked)
    assert governed.status(live) == "live"  # nothing happens before it is confirmed
    confirmed = client.post(asked.redirect_chain[-1][0], {"code": governed.code(analyst)}, follow=True)
    assert "Confirmed." in words(confirmed)
    governed.world.anchor()
    assert (governed.status(good), governed.status(live)) == ("live", "withdrawn")
    page = client.get(reverse("forecasting:delay"))
    assert page.context["run"] == good.run
    assert "Version 2 was rolled back on" in words(page)
    assert scored(good.run, analyst).state == "done"
    with pytest.raises(asking.ScoreError, match="version 2, which was rolled back"):
        asking.request(run=live.run, user=analyst)
    for model in (live.model, good.model):  # not live any more; live, and nothing good before it
        again = client.post(reverse("governance:roll-back", args=[model]), {"reason": "Again"}, follow=True)
        assert "It cannot be rolled back" in words(again)


def night(governed):
    """What the nightly task writes down, worked on and on the ledger; how many trainings it then asks for."""
    monitor_all()
    for job in MonitorJob.objects.filter(state="queued"):
        monitoring.work(str(job.uid))
        job.refresh_from_db()
        assert job.state == "done", job.error
    governed.world.anchor()
    return retrain_drifted()


def test_deliveries_as_ever_are_no_drift_and_a_wave_of_late_ones_trains_again_that_night(governed):
    limits = {"error": 1_000_000, "bias": 1_000_000, "psi": registry.DEFAULT_LIMITS["psi"]}
    version = governed.live(trained(governed), **limits)
    days = range(LEARNT, LEARNT + 14)
    record(governed.owner, [each[1] for number in days for each in both(number, (2 if number % 2 else 0, 0))])
    governed.world.anchor()
    assert night(governed) == 0
    assert [one.content["figures"]["psi"] for one in reports(version)] == [0, 0]
    assert governed.status(version) == "live"

    came(governed, range(LEARNT + 14, LEARNT + 24), (9, 9))
    assert night(governed) == 2  # both reporters say so; it is trained again once
    assert [one.content["beyond"] for one in reports(version)] == [[], [], ["psi"], ["psi"]]
    assert governed.status(version) == "suspended"
    job = TrainingJob.objects.get(state="queued")
    assert (job.kind, job.parameters["horizon"], job.parameters["until"]) == ("delay", 28, None)
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert job.run.until > version.run.until
    assert job.run.dataset_root != version.run.dataset_root
    assert night(governed) == 0


def test_a_delay_model_that_is_not_the_one_registered_is_not_served(governed, version):
    Artefact.objects.filter(run=version.run).update(content=b"{}")
    now = served(governed.owner, "delay")
    assert now.run is None
    assert "its fitted numbers are not those that were registered" in now.note
