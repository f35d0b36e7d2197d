"""The forecast pages, as an analyst, a supplier, another organisation and nobody see them."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from forecasting.models import Forecast, TrainingJob
from forecasting.services import request_training
from forecasting.training import work
from tests.factories import ProductFactory, member
from tests.forecasting_world import FIRST, GTIN, delivery, record, sale, sales
from traceapp.ledger.models import Record
from traceapp.masterdata.models import Product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]


@pytest.fixture
def trained(ledger_world):
    """A firm with a demand run; one stored row of its sales was changed before."""
    firm = ledger_world.organisations[0]
    ProductFactory(organisation=firm, gtin=GTIN, name="Strawberries, 500 g")
    rows = record(firm, [sale(n, promotion=n % 9 == 0) for n in range(84)])
    ledger_world.anchor()
    stored = bytes(Record.objects.get(pk=rows[10].pk).disclosures)
    Record.objects.filter(pk=rows[10].pk).update(disclosures=stored[:-1] + b"?")
    job = request_training(organisation=firm, kind="demand", parameters={"horizon": 14})
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    ledger_world.anchor()
    return firm, job.run, rows[10]


def page(client, *names, **query):
    answer = client.get(reverse(*names), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_dashboard_shows_forecast_backtest_rows_and_hashes(client, trained):
    firm, run, changed = trained
    client.force_login(member(firm, "analyst"))
    html = page(client, "forecasting:demand")
    assert re.search(r"<h1>About [\d,]+ a week until 12 Apr 2026</h1>", html)
    assert "Strawberries, 500 g" in html
    assert html.count('class="b95"') == 3
    assert "Seasonal naive" in html
    assert "83 rows used, 1 left out." in html
    assert "Does not match the ledger" in html
    assert f"manage.py verify_model {run.uid}" in html
    assert run.predictions_hash in html
    assert "Verified" in html
    assert "style=" not in html
    assert "is shown." not in html
    assert "no forecast of that product" in page(client, "forecasting:demand", product="09506000134369")
    assert "names no run" in page(client, "forecasting:demand", run="the last one")
    assert str(changed.uid) in page(client, "forecasting:left-out", None, [run.uid])


def test_a_changed_prediction_is_said_not_to_match(client, trained):
    firm, run, _ = trained
    client.force_login(member(firm, "analyst"))
    Forecast.objects.filter(series__run=run).update(mean=5)
    assert "The predictions stored here are not those on the ledger." in page(client, "forecasting:demand")


def test_the_download_has_the_columns_of_the_command(client, trained):
    firm, run, _ = trained
    client.force_login(member(firm, "supplier"))
    lines = page(client, "forecasting:download", None, [run.uid]).splitlines()
    assert lines[0] == "product,place,date,mean,lo80,hi80,lo95,hi95"
    assert len(lines) == 15
    assert lines[1].startswith(f"{GTIN},9506000000015,2026-03-30,")


def test_page_api_csv_and_parquet_say_the_same_numbers(client, trained):
    import pyarrow.parquet as pq

    firm, run, _ = trained
    client.force_login(member(firm, "analyst"))
    names = ("mean", "lo80", "hi80", "lo95", "hi95")
    of_page = re.findall(r'<data value="(-?[\d.]+)">', page(client, "forecasting:demand", None, None))
    of_csv = list(csv.DictReader(io.StringIO(page(client, "forecasting:download", None, [run.uid]))))
    of_api = client.get(reverse("api-forecasts", args=[run.uid])).json()["forecasts"]
    answer = client.get(reverse("forecasting:download-parquet", args=[run.uid]))
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(b"".join(answer.streaming_content)))
    same = client.get(reverse("api-forecasts", args=[run.uid]), {"as": "parquet"})
    assert pq.read_table(io.BytesIO(b"".join(same.streaming_content))) == table
    said = [[float(row[name]) for name in names] for row in of_csv]
    assert len(said) == 14
    assert [[row[name] for name in names] for row in of_api] == said
    assert [[row[name] for name in names] for row in table.to_pylist()] == said
    assert [float(number) for number in of_page] == [number for row in said for number in row]
    assert [row["date"] for row in of_csv] == [row["date"] for row in of_api]
    assert [row["date"] for row in of_csv] == [row["date"].isoformat() for row in table.to_pylist()]
    assert table.schema.metadata[b"predictions"].decode() == run.predictions_hash


def test_names_that_a_spreadsheet_would_run_are_quoted_in_the_download(client, trained):
    firm, run, _ = trained
    Product.objects.filter(gtin=GTIN).update(name="=1+1", registered_by_name=True)
    client.force_login(member(firm, "analyst"))
    assert page(client, "forecasting:download", None, [run.uid]).splitlines()[1].startswith("'=1+1,")


def test_others_see_nothing_of_it(client, trained, ledger_world):
    _, run, _ = trained
    for name in ("run", "left-out", "download", "download-parquet"):
        assert client.get(reverse(f"forecasting:{name}", args=[run.uid])).status_code == 302
    client.force_login(member(ledger_world.organisations[1], "analyst"))
    for name in ("run", "left-out", "download", "download-parquet"):
        assert client.get(reverse(f"forecasting:{name}", args=[run.uid])).status_code == 404
    assert client.get(reverse("forecasting:demand"), {"run": run.uid}).status_code == 404
    assert "No forecast yet." in page(client, "forecasting:index")
    assert "No forecast yet." in page(client, "forecasting:demand")


def test_training_is_asked_for_by_analysts_and_shown_with_its_progress(client, ledger_world):
    firm = ledger_world.organisations[0]
    client.force_login(member(firm, "supplier"))
    assert client.post(reverse("forecasting:train"), {"kind": "demand"}).status_code == 403
    client.force_login(member(firm, "analyst"))
    assert "Train now" in page(client, "forecasting:index")
    client.post(reverse("forecasting:train"), {"kind": "demand", "horizon": "9"})
    job = TrainingJob.objects.get()
    assert (job.parameters["horizon"], job.state) == (9, "queued")
    assert "Waiting for a worker" in page(client, "forecasting:index")
    assert "data-live-done" not in page(client, "forecasting:jobs")
    client.post(reverse("forecasting:cancel", args=[job.uid]))
    job.refresh_from_db()
    assert job.state == "cancelled"
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "cancelled"
    for wrong in ("9999", "0", "-3", "1.5", "soon"):
        answer = client.post(reverse("forecasting:train"), {"kind": "demand", "horizon": wrong}, follow=True)
        assert "horizon must be a whole number from 1 to 730" in answer.content.decode()
    assert TrainingJob.objects.count() == 1


def test_delays_are_listed_by_risk_with_reasons(client, ledger_world):
    firm = ledger_world.organisations[0]
    events = []
    for number in range(0, 300, 2):
        events += delivery(
            number, late=2 if number % 6 == 0 else 0, **{"traceapp:vendor": "Slow" if number % 6 == 0 else "Quick"}
        )
    events += (
        delivery(300, late=5, **{"traceapp:vendor": "Slow"})[:1]
        + delivery(301, late=5, **{"traceapp:vendor": "Quick"})[:1]
    )
    record(firm, events)
    ledger_world.anchor()
    job = request_training(
        organisation=firm, kind="delay", parameters={"until": str(FIRST + timedelta(days=301)), "horizon": 10}
    )
    work(str(job.uid))
    client.force_login(member(firm, "analyst"))
    html = page(client, "forecasting:delay")
    assert html.index("D300-Slow") < html.index("D301-Quick")
    assert "raises the risk" in html
    assert 'class="ln-ref"' in html
    assert "Brier score" in html
    assert page(client, "forecasting:index")


def test_nothing_yet_says_what_to_do_next(client, ledger_world):
    client.force_login(member(ledger_world.organisations[0], "analyst"))
    assert "To the forecasts" in page(client, "forecasting:delay")
    assert sales(ledger_world, 1)


def test_an_analyst_expects_other_sales_says_why_and_is_asked_once_more(client, trained, ledger_world):
    firm, run, _ = trained
    series = run.series.get()
    row = series.forecasts.first()
    where = reverse("scoring:demand", args=[run.uid, series.pk])
    client.force_login(member(firm, "analyst"))
    assert where in page(client, "forecasting:demand")
    form = client.get(where)
    once = str(form.context["form"].initial["once"])
    said = {"once": once, "day": str(row.day), "value": "77.5", "reason": "The shop next door is closed."}
    for wrong in ({"day": "2001-01-01"}, {"value": "-1"}, {"value": "many"}, {"reason": " "}):
        assert "error" in client.post(where, said | wrong).content.decode()
    asked = client.post(where, said).content.decode()
    assert "77.5" in asked
    assert f"{row.mean:,.1f}" in asked
    assert not run.decisions.exists()
    for _ in range(2):  # sent twice, decided once
        assert client.post(where, said | {"sure": "1"}).status_code == 302
    ledger_world.anchor()
    html = client.get(where).content.decode()
    assert (run.decisions.count(), html.count("The shop next door is closed.")) == (1, 1)
    assert "Verified" in html
    decision = run.decisions.get()
    assert decision.statement["instead"] == "77.500000"
    shown = page(client, "forecasting:demand")
    assert "The shop next door is closed." in shown[shown.index('id="instead"') :]
    told = client.get(reverse("api-forecasts", args=[run.uid])).json()["overrides"]
    assert [(one["date"], one["instead"], one["state"]) for one in told] == [(str(row.day), 77.5, "verified")]
    client.force_login(member(firm, "supplier"))
    assert "The shop next door" in client.get(where).content.decode()
    assert client.post(where, said).status_code == 404
    client.force_login(member(ledger_world.organisations[1], "analyst"))
    assert client.get(where).status_code == 404


def test_what_is_asked_for_again_while_a_training_runs_keeps_its_button_and_stays_the_same(client, ledger_world):
    firm = ledger_world.organisations[0]
    waits = request_training(organisation=firm, kind="delay")
    runs = request_training(organisation=firm, kind="demand", parameters={"until": "2026-03-29", "horizon": 14})
    TrainingJob.objects.filter(pk=runs.pk).update(state="running", attempts=2)
    client.force_login(member(firm, "analyst"))
    html = page(client, "forecasting:jobs")
    assert html == page(client, "forecasting:jobs")  # what does not change keeps focus
    assert html.index("Known up to 2026-03-29, 14 periods ahead") < html.index("All that is known, 30 days ahead")
    for job in (waits, runs):
        assert f'form="stop" formaction="{reverse("forecasting:cancel", args=[job.uid])}"' in html
    assert "another went on from where it was" in html
    assert "Its worker is silent." in html
    assert '<form id="stop" method="post"' in page(client, "forecasting:index")
    client.post(reverse("forecasting:cancel", args=[runs.uid]))
    assert "Stopping …" in page(client, "forecasting:jobs")
    client.force_login(member(firm, "supplier"))
    assert "Stop it" not in page(client, "forecasting:jobs")


def test_a_training_that_failed_is_not_asked_for_again_and_again(client, ledger_world):
    firm = ledger_world.organisations[0]
    job = request_training(organisation=firm, kind="demand")
    TrainingJob.objects.filter(pk=job.pk).update(state="failed", error="No verified sales yet.")
    client.force_login(member(firm, "analyst"))
    html = page(client, "forecasting:jobs")
    assert "No verified sales yet." in html
    assert "data-live-done" in html
