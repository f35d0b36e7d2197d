"""Scores and what people make of them: on the ledger, shown ever after, and named where they were changed."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from forecasting.governance import decisions
from forecasting.governance.models import Artefact, Decision
from forecasting.models import DelayPrediction
from forecasting.scoring.models import Score, ScoreJob
from forecasting.scoring.selectors import decisions as decisions_of
from forecasting.scoring.work import work as scoring
from forecasting.services import request_training
from forecasting.training import work
from tests.factories import member
from tests.forecasting_world import FIRST, delivery, record
from traceapp.ledger.audit import everything
from traceapp.ledger.models import Finding, Record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]


@pytest.fixture
def scored(ledger_world):
    """A firm with two open deliveries, scored; the run is on the ledger."""
    firm = ledger_world.organisations[0]
    events = []
    for number in range(0, 180, 2):
        slow = number % 6 == 0
        events += delivery(number, late=2 if slow else 0, **{"traceapp:vendor": "Slow" if slow else "Quick"})
    events += [delivery(180 + n, late=5, **{"traceapp:vendor": name})[0] for n, name in enumerate(("Slow", "Quick"))]
    record(firm, events)
    ledger_world.anchor()
    asked = {"until": str(FIRST + timedelta(days=181)), "horizon": 10}
    job = request_training(organisation=firm, kind="delay", parameters=asked)
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    ledger_world.anchor()
    return firm, job.run.delays.get(delivery="D180-Slow")


def page(client, row, name="score"):
    answer = client.get(reverse(f"scoring:{name}", args=[row.run.uid, row.record_uid]))
    assert answer.status_code == 200, answer
    return answer.content.decode()


def override(row, chance=0.9, reason="The port is on strike.", **how):
    return decisions.override_delay(
        row=row, chance=chance, reason=reason, by=member(row.run.organisation, "analyst"), **how
    )


def test_an_override_goes_on_the_ledger_and_stays_with_the_score(scored, client, ledger_world):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    assert "Nobody has decided anything on it yet." in page(client, row)
    address = reverse("scoring:override", args=[row.run.uid, row.record_uid])
    once = client.get(address).context["form"].initial["once"]
    asked = client.post(address, {"once": once, "chance": "12.5", "reason": "They sent a second truck."})
    assert "Write it down?" in asked.content.decode()
    assert Decision.objects.count() == 0
    for _ in range(2):  # a second click decides nothing more
        answer = client.post(
            address, {"once": once, "chance": "12.5", "reason": "They sent a second truck.", "sure": "1"}
        )
        assert answer["Location"] == reverse("scoring:score", args=[row.run.uid, row.record_uid])
    one = Decision.objects.get()
    ledger_world.anchor()
    html = page(client, row)
    assert re.search(r"late with\s+1[23]\s%, says your analyst</h1>", html)
    assert "They sent a second truck." in html
    assert "style=" not in html
    (stated,) = decisions_of(row)
    assert (stated.state, stated.chance, stated.moved) == ("verified", 0.125, False)
    said = stated.said
    assert (said["model"], said["output"]["late"]) == (row.run.model_hash, f"{row.p_late:.6f}")
    assert said["factors"] == row.reasons
    assert len(said["input"]) == 64
    assert one.by.email not in str(said)
    assert "analyst:" in client.get(reverse("forecasting:delay")).content.decode()


def test_an_earlier_decision_is_shown_with_the_delivery_of_a_later_run(scored, client, ledger_world):
    firm, row = scored
    override(row)
    job = request_training(
        organisation=firm, kind="delay", parameters={"until": str(FIRST + timedelta(days=180)), "horizon": 10}
    )
    work(str(job.uid))
    job.refresh_from_db()
    ledger_world.anchor()
    client.force_login(member(firm, "supplier"))
    html = page(client, job.run.delays.get(delivery="D180-Slow"))
    assert "The port is on strike." in html
    assert "by another run" in html
    assert "says your analyst" not in html
    assert "Expect something else" not in html


def test_a_changed_override_is_named_and_the_ledgers_is_shown(scored, client, ledger_world):
    firm, row = scored
    one = override(row)
    ledger_world.anchor()
    Decision.objects.filter(pk=one.pk).update(
        statement=one.statement | {"instead": "0.010000", "reason": "All is well."}
    )
    (stated,) = decisions_of(row)
    assert (stated.state, stated.chance) == ("mismatch", 0.9)
    client.force_login(member(firm, "analyst"))
    html = page(client, row)
    assert "The decision stored here is not the one on the ledger." in html
    assert "The port is on strike." in html
    assert "All is well." not in html
    everything(ledger_world.ledger)
    assert Finding.objects.get(record_uid=one.record.uid).what == Finding.What.INDEX


def test_a_changed_record_of_an_override_is_named(scored, ledger_world):
    _, row = scored
    one = override(row)
    ledger_world.anchor()
    stored = bytes(Record.objects.get(pk=one.record_id).disclosures)
    Record.objects.filter(pk=one.record_id).update(disclosures=stored.replace(b"strike", b"strife"))
    (stated,) = decisions_of(row)
    assert stated.state == "mismatch"


def test_a_score_that_changed_after_it_was_decided_on_is_named(scored, client, ledger_world):
    firm, row = scored
    decisions.used(row=row, decision="Called the carrier.", by=member(firm, "analyst"))
    ledger_world.anchor()
    DelayPrediction.objects.filter(pk=row.pk).update(p_late=0.01)
    client.force_login(member(firm, "analyst"))
    html = page(client, row)
    assert "The score stored here is not the one that was decided on" in html
    assert "The predictions stored here are not those on the ledger." in html
    row.refresh_from_db()
    with pytest.raises(decisions.DecisionError, match="not those on the ledger"):
        override(row)


def test_only_analysts_decide_and_others_see_no_score(scored, client, ledger_world):
    firm, row = scored
    places = [reverse(f"scoring:{name}", args=[row.run.uid, row.record_uid]) for name in ("score", "override", "act")]
    api = reverse("api-score", args=[row.run.uid, row.record_uid])
    decide = reverse("api-decisions", args=[row.run.uid, row.record_uid])
    assert [client.get(one).status_code for one in places] == [302] * 3
    client.force_login(member(firm, "supplier"))
    assert [client.get(one).status_code for one in places] == [200, 403, 403]
    assert client.post(decide, {"kind": "score", "reason": "x"}).status_code == 403
    client.force_login(member(ledger_world.organisations[1], "analyst"))
    assert [client.get(one).status_code for one in [*places, api]] == [404] * 4
    assert client.post(decide, {"kind": "score", "reason": "x"}).status_code == 404
    assert Decision.objects.count() == 0


def test_the_api_decides_once_an_id_and_says_what_is_wrong(scored, client, ledger_world):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    decide = reverse("api-decisions", args=[row.run.uid, row.record_uid])
    asked = {"id": str(uuid4()), "kind": "override", "chance": 0.4, "reason": "Two drivers."}
    first, again = (client.post(decide, asked, content_type="application/json") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] == asked["id"]
    ledger_world.anchor()
    found = client.get(reverse("api-score", args=[row.run.uid, row.record_uid])).json()
    assert found["ledger"]["state"] == "verified"
    assert found["decisions"][0]["ledger"]["state"] == "verified"
    assert found["decisions"][0]["statement"]["instead"] == "0.400000"
    for wrong in (
        {"chance": 1.5},
        {"chance": "much"},
        {"kind": "score"},
        {"kind": "guess"},
        {"reason": ""},
        {"reason": "x" * 501},
        {"id": "7"},
    ):
        answer = client.post(decide, asked | {"id": str(uuid4())} | wrong, content_type="application/json")
        assert answer.status_code == 400, wrong
    assert Decision.objects.count() == 1


def test_a_form_that_says_too_little_says_where(scored, client):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    address = reverse("scoring:override", args=[row.run.uid, row.record_uid])
    html = client.post(address, {"once": uuid4(), "chance": "140", "reason": ""}).content.decode()
    assert "less than or equal to 100" in html
    assert "required" in html
    assert Decision.objects.count() == 0


def test_a_run_that_is_not_on_the_ledger_yet_cannot_be_decided_on(scored):
    firm, _ = scored
    job = request_training(organisation=firm, kind="delay", parameters={"horizon": 10})
    work(str(job.uid))
    job.refresh_from_db()
    waiting = job.run.delays.first()
    with pytest.raises(decisions.DecisionError, match="not verified on the ledger"):
        override(waiting)


def asked_again(client, row, **what):
    answer = client.post(reverse("api-score-jobs", args=[row.run.uid]), what, content_type="application/json")
    assert answer.status_code == 202, answer.content
    scoring(answer.json()["id"])
    return client.get(reverse("api-score-job", args=[answer.json()["id"]])).json()


def test_scores_are_made_anew_by_the_same_numbers_and_anchored(scored, client, ledger_world):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    found = asked_again(client, row)
    assert (found["state"], found["error"]) == ("done", "")
    said = {one["delivery"]: one["p_late"] for one in found["scores"]}
    before = dict(row.run.delays.values_list("delivery", "p_late"))
    assert said.keys() <= before.keys()
    ledger_world.anchor()
    everything(ledger_world.ledger)
    assert not Finding.objects.filter(record_uid=found["record"]).exists()
    if said:
        Score.objects.filter(job__uid=found["id"]).update(p_late=0.01)
        everything(ledger_world.ledger)
        assert Finding.objects.get(record_uid=found["record"]).what == Finding.What.INDEX


def test_what_if_it_were_planned_for_another_day(scored, client):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    day = row.scheduled + timedelta(days=5)
    found = asked_again(client, row, record=str(row.record_uid), scheduled=str(day))
    (one,) = found["scores"]
    assert (one["delivery"], one["scheduled"], found["record"]) == (row.delivery, str(day), None)
    assert one["p_late"] == pytest.approx(row.p_late, abs=0.3)
    wrong = client.post(
        reverse("api-score-jobs", args=[row.run.uid]), {"scheduled": str(day)}, content_type="application/json"
    )
    assert wrong.status_code == 400


def test_a_model_whose_numbers_were_changed_is_not_loaded(scored, client):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    Artefact.objects.filter(run=row.run).update(content=b"{}")
    found = asked_again(client, row)
    assert (found["state"], "not those that were registered" in found["error"]) == ("failed", True)


def test_lanes_are_drawn_with_their_trend(scored, client):
    firm, row = scored
    client.force_login(member(firm, "supplier"))
    html = client.get(reverse("forecasting:delay"), {"run": row.run.uid}).content.decode()
    assert html.count("<h3") >= 2
    assert "days later each month" in html or "neither later nor earlier" in html or "earlier each month" in html
    assert client.post(reverse("api-score-jobs", args=[row.run.uid]), {}).status_code == 403


def test_an_analyst_asks_anew_on_the_page_and_sees_how_far_it_is_and_what_came_out(scored, client, ledger_world):
    firm, row = scored
    client.force_login(member(firm, "analyst"))
    delays = reverse("forecasting:delay") + f"?run={row.run.uid}"
    assert "Ask again, as known now" in client.get(delays).content.decode()
    where = reverse("scoring:ask", args=[row.run.uid])
    bad = client.post(where, {"record": str(row.record_uid), "scheduled": "soon"}, follow=True).content.decode()
    assert "Say for which day" in bad
    answer = client.post(where)
    job = ScoreJob.objects.get()
    page = reverse("scoring:job", args=[job.uid])
    assert answer["Location"] == page
    assert "<progress" in client.get(page).content.decode()
    assert client.get(reverse("scoring:job-progress", args=[job.uid])).status_code == 200
    scoring(str(job.uid))
    ledger_world.anchor()
    html = client.get(page).content.decode()
    assert "D180-Slow" in html
    assert "Verified" in html
    assert page in client.get(delays).content.decode()
    assert "Show the result" in client.get(reverse("scoring:job-progress", args=[job.uid])).content.decode()

    what_if = client.post(where, {"record": str(row.record_uid), "scheduled": str(row.scheduled + timedelta(days=4))})
    job = ScoreJob.objects.latest("pk")
    assert what_if["Location"] == reverse("scoring:job", args=[job.uid])
    client.post(reverse("scoring:job-cancel", args=[job.uid]))
    assert "It was stopped." in client.get(what_if["Location"]).content.decode()

    client.force_login(member(firm, "supplier"))
    assert client.get(page).status_code == 200
    assert client.post(where).status_code == 403
    client.force_login(member(ledger_world.organisations[1], "analyst"))
    assert client.get(page).status_code == 404
    assert client.post(where).status_code == 404
