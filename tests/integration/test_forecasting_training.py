"""From verified rows to a run with its statement on the ledger."""

from datetime import date, timedelta

import pytest

from forecasting import dataset
from forecasting.governance.models import Artefact
from forecasting.models import Forecast, Kind, Run, Series, TrainingJob
from forecasting.reasons import Reason
from forecasting.reproduce import Verdict, anchored, reproduce, stored_hash
from forecasting.services import request_training
from forecasting.training import work
from tests.forecasting_world import FIRST, GTIN, OTHER_GTIN, delivery, record, sale, sales, sold
from traceapp.ledger.models import Record

pytestmark = pytest.mark.django_db


def train(organisation, kind="demand", **parameters) -> TrainingJob:
    job = request_training(organisation=organisation, kind=kind, parameters=parameters)
    work(str(job.uid))
    job.refresh_from_db()
    return job


def test_a_run_says_what_it_learnt_and_its_statement_reaches_the_ledger(ledger_world):
    firm = ledger_world.organisations[0]
    sales(ledger_world, 70)
    ledger_world.anchor()

    job = train(firm, horizon=7)

    assert (job.state, job.error) == ("done", "")
    run = job.run
    assert run.rows_used == 70
    assert run.until == FIRST + timedelta(days=69)
    days = list(Forecast.objects.filter(series__run=run).values_list("day", "mean", "lo80", "hi80", "lo95", "hi95"))
    assert [day for day, *_ in days] == [FIRST + timedelta(days=n) for n in range(70, 77)]
    assert all(lo95 <= lo80 <= mean <= hi80 <= hi95 for _, mean, lo80, hi80, lo95, hi95 in days)
    assert abs(days[0][1] - sold(70)) < 4
    assert anchored(run) == (None, "Queued: not yet sent to the ledger.")

    ledger_world.anchor()
    said, _ = anchored(run)
    assert said["dataset"]["root"] == run.dataset_root
    assert said["predictions"]["hash"] == stored_hash(run)

    Artefact.objects.filter(run=run).update(content=b"[]")
    Forecast.objects.filter(series__run=run).update(mean=1)
    assert stored_hash(run) != said["predictions"]["hash"]
    answer = reproduce(run, lambda percent, words: None)
    assert (answer.verdict, answer.verdict.answer) == (Verdict.ALTERED, "not reproducible")
    assert answer.detail == (
        "Of the model, its fitted numbers are not those that were registered. The predictions stored here are not those "
        "that were anchored. The verified rows do give what was anchored."
    )


def test_every_row_that_is_left_out_is_named_with_its_reason(ledger_world):
    firm, other, _ = ledger_world.organisations
    rows = sales(ledger_world, 40)
    wrong = sale(3)
    wrong["errorDeclaration"] = {"declarationTime": "2026-05-01T00:00:00.000Z", "reason": "incorrect_data"}
    record(firm, [wrong, sale(3, quantity=99, eventID="urn:uuid:11111111-0000-4000-8000-000000000001")])
    record(firm, [sale(5)])  # the same event again
    record(other, [sale(6, gtin=OTHER_GTIN)], readers={firm.pk: "chain"}, visibility=2)
    record(other, [sale(7, gtin=OTHER_GTIN)])  # private to them: not even counted
    ledger_world.anchor()
    pending = record(firm, [sale(40)])[0]
    changed, dropped = rows[10], rows[20]
    stored = bytes(Record.objects.get(pk=changed.pk).disclosures)
    Record.objects.filter(pk=changed.pk).update(disclosures=stored.replace(b'"quantity":', b'"quantitY":', 1))
    Record.objects.filter(pk=dropped.pk).delete()

    found = dataset.demand_dataset(organisation=firm, until=None)

    reasons = {(one.reason, one.uid) for one in found.left_out}
    assert (Reason.MISMATCH, str(changed.uid)) in reasons
    assert (Reason.PENDING, str(pending.uid)) in reasons
    assert (Reason.VOIDED, str(rows[3].uid)) in reasons
    missing = next(one for one in found.left_out if one.reason is Reason.MISSING)
    assert (missing.batch_id, missing.position) == (Record.objects.get(pk=rows[0].pk).batch_id, 20)
    assert dict(found.counts) == {
        Reason.MISMATCH: 1, Reason.PENDING: 1, Reason.VOIDED: 1, Reason.MISSING: 1, Reason.DUPLICATE: 1, Reason.HIDDEN: 1
    }  # fmt: skip
    assert len(found.rows) == 40 - 3 + 1
    assert [row.quantity for row in found.rows if row.day == FIRST + timedelta(days=3)] == [99]


def test_one_changed_byte_leaves_out_exactly_that_row_and_counts_it(ledger_world):
    firm = ledger_world.organisations[0]
    rows = sales(ledger_world, 30)
    ledger_world.anchor()
    before = dataset.demand_dataset(organisation=firm, until=None)
    stored = bytearray(Record.objects.get(pk=rows[7].pk).disclosures)
    stored[5] ^= 1
    Record.objects.filter(pk=rows[7].pk).update(disclosures=bytes(stored))

    after = dataset.demand_dataset(organisation=firm, until=None)

    assert {row.uid for row in before.rows} - {row.uid for row in after.rows} == {str(rows[7].uid)}
    assert dict(after.counts) == {Reason.MISMATCH: 1}
    assert after.root != before.root


def test_what_was_not_known_by_the_date_is_not_learnt_from(ledger_world):
    firm = ledger_world.organisations[0]
    record(firm, [sale(n) for n in range(30)] + [sale(5, gtin=OTHER_GTIN, **{"traceapp:recorded": "2026-03-01"})])
    ledger_world.anchor()
    until = FIRST + timedelta(days=19)
    found = dataset.demand_dataset(organisation=firm, until=until)
    assert max(row.day for row in found.rows) == until
    assert found.counts == {Reason.LATER: 11}


def test_a_run_that_cannot_be_repeated_names_the_rows_that_prevent_it(ledger_world):
    firm = ledger_world.organisations[0]
    rows = sales(ledger_world, 60)
    ledger_world.anchor()
    run = train(firm, horizon=7).run
    ledger_world.anchor()
    stored = bytes(Record.objects.get(pk=rows[7].pk).disclosures)
    Record.objects.filter(pk=rows[7].pk).update(disclosures=stored[:-1] + b"?")

    answer = reproduce(run, lambda percent, words: None)

    assert answer.verdict is Verdict.PREVENTED
    assert [one.uid for one in answer.rows] == [str(rows[7].uid)]


def test_deliveries_give_a_tested_model_and_forecasts_of_what_is_planned(ledger_world):
    firm = ledger_world.organisations[0]
    events = []
    for number in range(0, 300, 2):
        events += delivery(
            number, late=2 if number % 6 == 0 else 0, **{"traceapp:vendor": "Slow" if number % 6 == 0 else "Quick"}
        )
    events += delivery(300, late=5, **{"traceapp:vendor": "Slow"})[:1]
    events += delivery(301, late=5, **{"traceapp:vendor": "Quick"})[:1]
    record(firm, events)
    ledger_world.anchor()

    job = train(firm, "delay", until=str(FIRST + timedelta(days=301)), horizon=10)

    assert (job.state, job.error) == ("done", "")
    chances = dict(job.run.delays.values_list("delivery", "p_late"))
    assert chances["D300-Slow"] > 0.6 > 0.3 > chances["D301-Quick"]
    slow = job.run.delays.get(delivery="D300-Slow")
    assert slow.days_p90 == 2
    assert "Slow" in slow.reasons[0]
    assert job.run.metrics["brier"] < job.run.metrics["brier_base"]


def test_without_sales_a_job_fails_with_a_sentence(ledger_world):
    job = train(ledger_world.organisations[0])
    assert job.state == "failed"
    assert job.error == "No verified sales yet: record or import some, and wait until they are on the ledger."


def test_two_wishes_at_once_are_one_job(ledger_world):
    firm = ledger_world.organisations[0]
    assert request_training(organisation=firm, kind="demand") == request_training(organisation=firm, kind="demand")
    assert request_training(organisation=firm, kind="demand", parameters={"horizon": 5}).pk
    assert TrainingJob.objects.count() == 2


def test_monthly_sales_are_forecast_by_the_month(ledger_world):
    firm = ledger_world.organisations[0]
    months = [date(2020 + n // 12, n % 12 + 1, 1) for n in range(48)]
    record(
        firm, [sale(n, quantity=100 + n % 12 * 10, eventTime=f"{day}T00:00:00.000Z") for n, day in enumerate(months)]
    )
    ledger_world.anchor()
    run = train(firm, horizon=3, until="2023-12-31").run
    assert Series.objects.get(run=run).every == "month"
    days = list(Forecast.objects.filter(series__run=run).values_list("day", flat=True))
    assert days == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    assert Series.objects.get(run=run).product == GTIN
    assert Run.objects.get().kind == Kind.DEMAND
