"""Models from a run to what is served: registered, voted, reported on, suspended, rolled back; each on the ledger."""

import json

import pytest
from django.urls import reverse

from forecasting.governance import monitoring, registry
from forecasting.governance.models import Artefact, Entry, MonitorJob, Version
from forecasting.governance.nightly import monitor_all, retrain_drifted
from forecasting.governance.serving import served
from forecasting.models import Forecast, TrainingJob
from tests.forecasting_world import record, sale
from tests.governance_world import Governed
from traceapp.ledger import calls, documents
from traceapp.ledger.outgoing import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]


@pytest.fixture
def governed(ledger_world):
    return Governed.on(ledger_world)


def sold_since(governed, factor=1.0):
    """What was sold in the seven weeks after the run learnt: as ever, or so many times as much."""
    more = [sale(number) for number in range(84, 133)]
    for event in more:
        event["quantityList"][0]["quantity"] *= factor
    record(governed.owner, more)
    governed.world.anchor()


def test_a_run_becomes_a_version_with_windows_and_is_served_once_it_is_voted_for(governed):
    run = governed.trained()
    version = governed.registered(run)
    entry = Entry.objects.get(key=f"model/{version.model}")
    assert (entry.content["hash"], entry.content["predictions"]) == (run.model_hash, run.predictions_hash)
    assert registry.register(run=run, by=None) == version
    windows = Entry.objects.filter(kind="forecast", model=version.model)
    assert sum(one.content["rows"] for one in windows) == Forecast.objects.filter(series__run=run).count() == 42
    assert served(governed.owner, "demand").model == ""
    deployment = governed.propose(version)
    governed.vote(governed.judges[0], deployment)
    assert governed.status(version) == "registered"
    governed.vote(governed.judges[1], deployment)
    now = served(governed.owner, "demand")
    assert (now.run, now.number, now.note) == (run, 1, "")


def test_nothing_is_signed_that_nobody_confirmed(governed):
    version = governed.registered(governed.trained())
    deployment = governed.propose(version)
    from django.db import transaction

    with transaction.atomic():
        argument = {"id": calls.new_id(), "deployment": deployment.content["id"], "choice": "approve"}
        call = calls.request(organisation=governed.judges[0], role="analyst", function="vote", argument=argument)
    governed.world.anchor()
    call.refresh_from_db()
    assert (call.state, "second factor" in call.reason) == (Call.State.INVALID, True)


def test_bad_reports_of_both_reporters_suspend_it_and_the_last_good_one_is_served(governed, client):
    first = governed.live(governed.trained(until="2026-03-22"))
    second = governed.live(governed.trained())
    sold_since(governed, factor=3)
    job = governed.report(governed.judges[0], second)
    assert (job.done, job.total) == (2, 2)
    assert governed.status(second) == "live"
    governed.report(governed.judges[1], second)
    assert (governed.status(first), governed.status(second)) == ("live", "suspended")
    now = served(governed.owner, "demand")
    assert now.number == 1
    assert "Version 2 was suspended" in now.note
    assert "Version 1, the last good one, is shown." in now.note
    client.force_login(governed.analysts[governed.owner.pk])
    for name in ("forecasting:demand", "forecasting:index", "governance:index"):
        assert "Version 2 was suspended" in client.get(reverse(name)).content.decode()
    said = client.get(reverse("api-models-serving")).json()["demand"]
    assert (said["version"], said["note"]) == (1, now.note)
    assert "which was suspended" in client.get(reverse("forecasting:demand"), {"run": second.run.uid}).content.decode()


def test_two_reporters_work_out_the_same_and_report_once(governed):
    version = governed.live(governed.trained())
    sold_since(governed)
    for one in governed.judges:
        governed.report(one, version)
    reports = Entry.objects.filter(kind="metric", model=version.model)
    by_window = {}
    for one in reports:
        by_window.setdefault(one.content["forecast"], []).append((one.content["figures"], one.content["groups"]))
    assert [len(some) for some in by_window.values()] == [2, 2]
    assert all(a == b for a, b in by_window.values())
    assert all(0 < one.content["figures"]["error"] < 300_000 for one in reports)
    assert monitoring.request(organisation=governed.judges[0], model=version.model) is None
    assert governed.status(version) == "live"


def test_a_killed_report_goes_on_where_it_was(governed):
    version = governed.live(governed.trained())
    sold_since(governed)
    job = monitoring.request(organisation=governed.judges[0], model=version.model)
    windows = monitoring.due(governed.judges[0], version.model)
    known = monitoring.actuals(version.run)
    assert monitoring.report(governed.judges[0], windows[0], version.run, known) == ""  # then the worker died
    monitoring.work(str(job.uid))
    governed.world.anchor()
    mine = {"kind": "metric", "model": version.model, "pgln": governed.judges[0].pgln}
    assert Entry.objects.filter(**mine).count() == len(windows)
    asked = Call.objects.filter(organisation=governed.judges[0], function="report_metric")
    assert asked.count() == asked.filter(state=Call.State.VALID).count() == len(windows)


def test_what_was_changed_after_anchoring_is_neither_reported_nor_served(governed):
    first = governed.live(governed.trained(until="2026-03-22"))
    second = governed.live(governed.trained())
    sold_since(governed)
    Forecast.objects.filter(series__run=second.run).update(mean=5)
    job = governed.report(governed.judges[0], second)
    assert "not those that were anchored" in job.notes[0]
    now = served(governed.owner, "demand")
    assert (now.number, "Version 2 is not shown" in now.note) == (1, True)
    Artefact.objects.filter(run=first.run).update(content=b"{}")
    now = served(governed.owner, "demand")
    assert now.run is None
    assert "its fitted numbers are not those that were registered" in now.note


def test_the_owner_rolls_back_with_a_reason_that_stays_here(governed):
    first = governed.live(governed.trained(until="2026-03-22"))
    second = governed.live(governed.trained())
    by = governed.analysts[governed.owner.pk]
    governed.confirm(registry.roll_back(version=second, by=by, reason="Sold out twice"))
    assert (governed.status(first), governed.status(second)) == ("live", "withdrawn")
    assert "Version 2 was rolled back" in served(governed.owner, "demand").note
    written = json.dumps([one.content for one in Entry.objects.filter(kind="rollback")])
    assert "Sold out" not in written


def test_each_night_reports_are_due_and_drift_trains_again_once(governed):
    version = governed.live(governed.trained(), psi=10)
    sold_since(governed, factor=3)
    assert monitor_all() == 2
    assert monitor_all() == 2
    assert MonitorJob.objects.count() == 2
    for job in MonitorJob.objects.all():
        monitoring.work(str(job.uid))
    governed.world.anchor()
    waiting = TrainingJob.objects.filter(state=TrainingJob.State.QUEUED)
    assert retrain_drifted() > 0
    assert waiting.count() == 1
    assert retrain_drifted() == 0
    assert waiting.get().parameters["horizon"] == version.run.horizon


def test_rows_follow_from_documents(governed):
    version = governed.live(governed.trained())
    before = {one.key: one.content for one in Entry.objects.all()}
    Entry.objects.all().delete()
    for prefix in ("model/", "deployment/", "serving/", "forecast/"):
        for copy in documents.below(prefix):
            assert documents.project(copy)
    assert {one.key: one.content for one in Entry.objects.all()} == before
    assert Version.objects.get().model == version.model


def test_pages_show_votes_metrics_and_files_to_parties_and_to_nobody_else(governed, client):
    version = governed.registered(governed.trained())
    client.force_login(governed.analysts[governed.owner.pk])
    assert "Shadow" in client.get(reverse("governance:index")).content.decode()
    client.force_login(governed.analysts[governed.judges[0].pk])
    page = reverse("governance:version", args=[version.model])
    assert client.get(page).status_code == 404
    deployment = governed.propose(version)
    assert "Waiting for your vote" in client.get(reverse("governance:index")).content.decode()
    assert 'value="approve"' in client.get(page).content.decode()
    asked = {"choice": "approve", "deployment": deployment.content["id"]}
    shown = client.post(reverse("governance:vote", args=[version.model]), asked)
    governed_code = {"code": governed.code(governed.analysts[governed.judges[0].pk])}
    assert client.post(shown["Location"], {"code": "000000"}).status_code == 200
    assert client.post(shown["Location"], governed_code)["Location"] == page
    governed.world.anchor()
    governed.vote(governed.judges[1], deployment)
    sold_since(governed)
    for one in governed.judges:
        governed.report(one, version)
    html = client.get(page).content.decode()
    assert html.count("Approves") == 2
    assert html.count('<svg class="draw draw--half"') == 4
    assert "style=" not in html
    lines = client.get(reverse("governance:metrics-csv", args=[version.model])).content.decode().splitlines()
    api = client.get(reverse("api-model-metrics", args=[version.model])).json()["metrics"]
    assert len(lines) == len(api) + 1
    assert lines[1].split(",")[8] == f"{api[0]['error']:.6f}"
    parquet = client.get(reverse("api-model-metrics", args=[version.model]), {"as": "parquet"}).content
    assert parquet[:4] == b"PAR1"
    assert client.get(reverse("governance:propose", args=[version.model])).status_code == 404
