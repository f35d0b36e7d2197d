"""SCMS deliveries to 2013: imported as events, on the ledger, learnt from, tested on the latest fifth.

The data set is not part of the repository: TRACEAPP_DATA names the folder it is in.
"""

import csv
import os
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from forecasting import dataset
from forecasting.metrics import auc, brier, ece
from forecasting.pipeline import run_delay
from traceapp.accounts.models import Organisation

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data")) / "deliveries"
FILE = DATA / "scms_deliveries_to_2013.csv"
pytestmark = [
    pytest.mark.data,
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.exists(), reason="TRACEAPP_DATA has no SCMS deliveries"),
]


def test_a_delay_model_learns_from_the_whole_history_on_the_ledger(ledger_world):
    owner = ledger_world.organisations[0]
    call_command("import_deliveries", str(FILE), organisation=owner.pgln, stdout=StringIO())
    ledger_world.anchor()

    found = dataset.delay_dataset(organisation=Organisation.objects.get(pk=owner.pk), until=date(2013, 12, 31))
    assert len(found.rows) == 7779
    assert set(found.counts) <= {"later"}
    result = run_delay(found.rows, until=found.until, horizon=90, progress=lambda percent, words: None)
    figures = result.figures
    assert figures["tests"] > 1400
    assert figures["brier"] < 0.97 * figures["brier_base"]
    assert figures["log_loss"] < figures["log_loss_base"]
    assert figures["auc"] > 0.65
    assert figures["ece"] < 0.08

    until = date(2013, 9, 30)
    known = dataset.delay_dataset(organisation=owner, until=until)
    with FILE.open() as file:
        truth = {row["id"]: float(row["delay_days"]) > 0 for row in csv.DictReader(file)}
    ahead = run_delay(known.rows, until=until, horizon=92, progress=lambda percent, words: None)
    late = [truth[row.delivery] for row in ahead.rows]
    said = [row.p_late for row in ahead.rows]
    share = sum(bool(row.late) for row in known.rows) / len(known.rows)
    assert len(late) > 200
    assert brier(late, said) < brier(late, [share] * len(late))
    assert auc(late, said) > 0.65
    assert ece(late, said) < 0.12
