"""The real delivery history and the real daily sales, imported whole, anchored and read back verified."""

import csv
import io
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from traceapp.capture.models import Event
from traceapp.ledger import verified
from traceapp.ledger.models import Record

FOLDER = Path(os.environ.get("TRACEAPP_DATA", Path(__file__).parents[3] / "shared" / "data"))
DELIVERIES = FOLDER / "deliveries" / "scms_deliveries_to_2013.csv"
PASTA = FOLDER / "demand"
ROWS = 7_779

pytestmark = [
    pytest.mark.data,
    pytest.mark.django_db,
    pytest.mark.skipif(not DELIVERIES.is_file(), reason=f"no delivery history at {DELIVERIES}"),
]


def imported(name, path, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command(name, str(path), stdout=out, stderr=err, **options)
    assert not err.getvalue(), err.getvalue()[:1000]
    return out.getvalue()


def test_every_row_of_the_delivery_history_is_imported_anchored_and_verified(ledger_world):
    pgln = ledger_world.organisations[0].pgln
    said = imported("import_deliveries", DELIVERIES, organisation=pgln)
    assert f"{ROWS:,} rows read: {2 * ROWS:,} events stored" in said
    ledger_world.anchor()
    answer = verified.read(list(Record.objects.values_list("pk", flat=True)))
    assert (len(answer.verified), answer.unverified) == (2 * ROWS, [])
    _equal_the_file(answer.verified)
    assert "0 events stored and queued" in imported("import_deliveries", DELIVERIES, organisation=pgln)


def _equal_the_file(records):
    """What the events say is what the file says: plan, outcome and the day it was known."""
    events = {}
    for record in records:
        event = record.body["event"]
        events[event["traceapp:deliveryId"], event["bizStep"]] = event
    with DELIVERIES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            plan, outcome = events[row["id"], "shipping"], events[row["id"], "receiving"]
            sent = row["po_sent"] or row["pq_sent"]
            assert plan["traceapp:plannedDelivery"][:10] == row["scheduled"]
            assert plan.get("traceapp:planDate", "")[:10] == sent
            assert plan["eventTime"][:10] == (sent or row["scheduled"])
            assert outcome["eventTime"][:10] == row["delivered"]
            assert outcome["traceapp:recorded"][:10] == row["recorded"]
            assert plan["quantityList"][0]["quantity"] == float(row["quantity"])
            assert (plan["traceapp:country"], plan["traceapp:vendor"]) == (row["country"], row["vendor"])


def test_daily_sales_are_imported_with_their_promotions(ledger_world, tmp_path):
    path = tmp_path / "pasta.csv"
    rows = _long_form(path, days=60)
    said = imported("import_sales", path, organisation=ledger_world.organisations[0].pgln)
    assert f"{rows:,} events stored" in said
    assert Event.objects.filter(biz_step="retail_selling").count() == rows


def _long_form(path, *, days):
    """The first days of the wide files as one long one."""
    with (PASTA / "pasta_daily_qty_train.csv").open() as q, (PASTA / "pasta_daily_promo_train.csv").open() as p:
        sold, promoted = list(csv.DictReader(q))[:days], list(csv.DictReader(p))[:days]
    rows = [
        (day["date"], product, "Shop", day[product], promotion[product])
        for day, promotion in zip(sold, promoted, strict=True)
        if day["closed"] != "1"
        for product in day
        if product not in ("date", "closed")
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("date", "product", "place", "quantity", "promotion"), *rows])
    return len(rows)
