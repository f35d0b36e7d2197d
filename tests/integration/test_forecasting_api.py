"""Forecasts over the API and by command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forecasting.models import TrainingJob
from forecasting.training import work
from tests.factories import LocationFactory, ProductFactory, api_token, member
from tests.forecasting_world import FIRST, GLN, GTIN, record, sale, sales
from traceapp.ledger.models import Record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]


def headers(firm, role="analyst"):
    return {"HTTP_AUTHORIZATION": f"Bearer {api_token(member(firm, role), firm)}"}


def test_a_training_is_asked_for_followed_and_read(client, ledger_world):
    firm, other, _ = ledger_world.organisations
    sales(ledger_world, 70)
    ledger_world.anchor()
    analyst = headers(firm)

    asked = client.post("/api/v1/forecasts/jobs/", {"kind": "demand", "horizon": 7}, "application/json", **analyst)
    assert asked.status_code == 202
    where = asked["Location"]
    assert client.get(where, **analyst).json()["state"] == "queued"
    work(asked.json()["id"])
    job = client.get(where, **analyst).json()
    assert (job["state"], job["progress"]) == ("done", 100)
    ledger_world.anchor()

    one = client.get(f"/api/v1/forecasts/runs/{job['run']}/", **analyst).json()
    assert one["ledger"]["state"] == "verified"
    assert one["statement"]["dataset"]["root"] == one["dataset_root"]
    assert client.get("/api/v1/forecasts/runs/", **analyst).json()["results"][0]["id"] == job["run"]
    found = client.get(f"/api/v1/forecasts/runs/{job['run']}/forecasts/", **analyst).json()["forecasts"]
    assert len(found) == 7
    assert found[0]["date"] == str(FIRST + timedelta(days=70))
    text = client.get(f"/api/v1/forecasts/runs/{job['run']}/forecasts/?as=csv", **analyst).content.decode()
    assert text.startswith("product,place,date,mean,lo80,hi80,lo95,hi95\n")

    stranger = headers(other)
    assert client.get(where, **stranger).status_code == 404
    assert client.get(f"/api/v1/forecasts/runs/{job['run']}/forecasts/", **stranger).status_code == 404
    assert client.get("/api/v1/forecasts/runs/", **stranger).json()["results"] == []
    assert client.get("/api/v1/forecasts/runs/").status_code in (401, 403)


def test_a_bad_wish_is_refused_in_words(client, ledger_world):
    firm = ledger_world.organisations[0]
    answer = client.post(
        "/api/v1/forecasts/jobs/", {"kind": "demand", "horizon": 0}, "application/json", **headers(firm)
    )
    assert answer.status_code == 400
    assert "horizon must be a whole number from 1 to 730" in answer.content.decode()
    assert (
        client.post("/api/v1/forecasts/jobs/", {"kind": "weather"}, "application/json", **headers(firm)).status_code
        == 400
    )
    misspelt = {"kind": "demand", "horizn": 7}
    answer = client.post("/api/v1/forecasts/jobs/", misspelt, "application/json", **headers(firm))
    assert answer.status_code == 400
    assert "unknown parameter 'horizn'" in answer.json()["detail"]
    carrier = headers(firm, "carrier")
    assert client.post("/api/v1/forecasts/jobs/", {"kind": "demand"}, "application/json", **carrier).status_code == 403
    assert TrainingJob.objects.count() == 0


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_prints_what_is_expected_after_a_date(ledger_world, tmp_path):
    firm = ledger_world.organisations[0]
    ProductFactory(organisation=firm, gtin=GTIN, name="B1_1", registered_by_name=True)
    LocationFactory(organisation=firm, gln=GLN, name="Shop 1", registered_by_name=False)
    sales(ledger_world, 70)
    ledger_world.anchor()
    until = str(FIRST + timedelta(days=55))

    lines = run("forecast", "demand", "--until", until, "--horizon", "3").splitlines()
    assert lines[0] == "product,place,date,mean,lo80,hi80,lo95,hi95"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["B1_1", GLN, str(FIRST + timedelta(days=day))] for day in (56, 57, 58)
    ]
    file = tmp_path / "out.csv"
    assert run("forecast", "demand", "--until", until, "--horizon", "3", "--csv", str(file)) == ""
    assert file.read_text().splitlines() == lines
    objects = json.loads(run("forecast", "demand", "--until", until, "--horizon", "3", "--json"))
    assert objects[0]["mean"] == float(lines[1].split(",")[3])


def test_the_command_says_what_is_wrong(ledger_world):
    with pytest.raises(CommandError, match="Nothing to learn from"):
        run("forecast", "demand")
    with pytest.raises(CommandError, match="until must be a date"):
        run("forecast", "delay", "--until", "yesterday")
    with pytest.raises(CommandError, match="no organisation called 'Nobody'"):
        run("forecast", "delay", "--organisation", "Nobody")


def test_a_run_is_verified_by_command(ledger_world):
    firm = ledger_world.organisations[0]
    rows = record(firm, [sale(n) for n in range(60)])
    ledger_world.anchor()
    job = TrainingJob.objects.create(
        organisation=firm, kind="demand", parameters={"until": None, "horizon": 7, "origins": 3, "measure": "sold"}
    )
    work(str(job.uid))
    job.refresh_from_db()
    with pytest.raises(SystemExit):
        run("verify_model", str(job.run.uid))  # its statement is not on the ledger yet
    ledger_world.anchor()
    assert run("verify_model", str(job.run.uid)[:8]).startswith("Reproduced, byte for byte.")
    assert set(run("verify_model", str(job.run.uid), "--rows", "3").split()) < {str(one.uid) for one in rows}
    Record.objects.filter(pk=rows[5].pk).delete()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_model", str(job.run.uid), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["verdict"], [row["position"] for row in answer["rows"]]) == ("prevented", [5])
    with pytest.raises(CommandError, match="no runs have an id"):
        run("verify_model", "zzz")
