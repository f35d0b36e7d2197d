"""Rows changed in the database after they were anchored: none is learnt from, each is counted, and the run finishes."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from forecasting import dataset
from forecasting.reasons import Reason
from forecasting.rows import sale_value
from forecasting.services import request_training
from forecasting.training import work
from tests.forecasting_world import GTIN, OTHER_GTIN, delivery, record, sale
from traceapp.ledger.models import Record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]
DAYS = 60


def in_the_bytes(old: bytes, new: bytes):
    """What anybody with the database may do: other words among the stored fields, salts and all else as they were."""

    def poison(row: Record) -> None:
        stored = bytes(row.disclosures)
        assert old in stored
        Record.objects.filter(pk=row.pk).update(disclosures=stored.replace(old, new, 1))

    return poison


def in_columns(**columns):
    def poison(row: Record) -> None:
        Record.objects.filter(pk=row.pk).update(**columns)

    return poison


def last_byte(row: Record) -> None:
    Record.objects.filter(pk=row.pk).update(disclosures=bytes(row.disclosures)[:-1] + b"?")


def gone(row: Record) -> None:
    Record.objects.filter(pk=row.pk).delete()


POISONS = {
    "one byte": last_byte,
    "quantity": in_the_bytes(b'"quantity":', b'"quantity":9'),
    "time": in_the_bytes(b"T18:00", b"T08:00"),
    "product": in_the_bytes(b"/01/095", b"/01/195"),
    "step": in_the_bytes(b"retail_selling", b"retail_sellinG"),
    "nothing left": in_columns(disclosures=b""),
    "no bytes of ours": in_columns(disclosures=b"\x00\xff{"),
    "kind": in_columns(kind="sensor"),
    "time of recording": in_columns(record_time=F("record_time") + timedelta(days=400)),
    "leaf": in_columns(leaf=b"\x01" * 32),
    "erased fields": in_columns(hidden=b"\x02" * 32),
    "public id": in_columns(uid="00000000-0000-4000-8000-000000000001"),
    "position": in_columns(position=F("position") + 100_000),
    "no batch": in_columns(batch=None),
    "a batch nobody knows": in_columns(batch="f" * 32),
    "deleted": gone,
}


def poisoned(rows: list[Record], poisons: dict) -> dict[str, str]:
    """One row for each, drawn by chance but for the first; answers which: name by public id."""
    drawn = random.Random(7).sample(rows[1:], len(poisons))
    for row, poison in zip(drawn, poisons.values(), strict=True):
        poison(Record.objects.get(pk=row.pk))
    return {str(row.uid): name for row, name in zip(drawn, poisons, strict=True)}


def another_organisation(world):
    return in_columns(organisation=world.organisations[1])


def test_of_sales_that_were_changed_none_is_learnt_from_and_each_is_counted(ledger_world):
    firm = ledger_world.organisations[0]
    rows = [
        one
        for gtin in (GTIN, OTHER_GTIN)
        for one in record(firm, [sale(number, gtin=gtin) for number in range(DAYS)])
    ]  # fmt: skip
    ledger_world.anchor()
    true = {row.uid: sale_value(row) for row in dataset.demand_dataset(organisation=firm, until=None).rows}
    assert len(true) == 2 * DAYS
    bad = poisoned(rows, {**POISONS, "owner": another_organisation(ledger_world)})

    found = dataset.demand_dataset(organisation=firm, until=None)

    used = {row.uid: sale_value(row) for row in found.rows}
    assert {bad[uid] for uid in used if uid in bad} == set()
    assert used == {uid: value for uid, value in true.items() if uid not in bad}
    assert sum(found.counts.values()) >= len(bad)
    assert set(found.counts) <= {Reason.MISMATCH, Reason.MISSING, Reason.PENDING}
    assert Counter(one.reason for one in found.left_out) == found.counts
    assert {one.uid for one in found.left_out} >= set(bad) - {uid for uid, name in bad.items() if name == "public id"}

    job = request_training(organisation=firm, kind="demand", parameters={"horizon": 7, "origins": 1})
    work(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert job.run.rows_used == 2 * DAYS - len(bad)
    assert sum(job.run.left_out.values()) >= len(bad)
    assert set(map(str, job.run.left_out_rows.values_list("record_uid", flat=True))) >= set(bad) - {
        uid for uid, name in bad.items() if name == "public id"
    }


def test_of_deliveries_that_were_changed_none_is_learnt_from(ledger_world):
    firm = ledger_world.organisations[0]
    rows = record(firm, [event for number in range(60) for event in delivery(number, late=number % 3 - 1)])
    ledger_world.anchor()
    before = {row.delivery: row for row in dataset.delay_dataset(organisation=firm, until=None).rows}
    plans = {str(row.uid) for row in rows[::2]}
    kinds = {name: POISONS[name] for name in ("one byte", "leaf", "time of recording", "erased fields", "deleted")}
    bad = poisoned(rows, kinds)

    found = dataset.delay_dataset(organisation=firm, until=None)

    assert not {uid for row in found.rows for uid in (row.uid, row.outcome_uid)} & set(bad)
    assert {one.uid for one in found.left_out} >= set(bad)
    assert len(found.rows) == 60 - len(plans & set(bad))
    for row in found.rows:
        true = before[row.delivery]
        assert (row.scheduled, row.delay) in {(true.scheduled, true.delay), (true.scheduled, None)}
