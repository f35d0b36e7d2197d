"""Snapshots of verified sales: the same rows without the database, never others, and none that nobody anchored."""

import pytest
from django.core.management import call_command

from forecasting import dataset
from forecasting.reasons import Reason
from forecasting.snapshots import keeping
from forecasting.snapshots.models import Snapshot
from tests.forecasting_world import OTHER_GTIN, record, sale, sales
from traceapp.ledger.audit import everything
from traceapp.ledger.models import Finding, Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(ledger_world):
    """With sales of 40 days, one declared wrong, one logged twice and one of another kind; all on the ledger."""
    owner = ledger_world.organisations[0]
    sales(ledger_world, 30)
    ledger_world.anchor()
    wrong = {**sale(3), "errorDeclaration": {"declarationTime": "2026-05-01T00:00:00.000Z"}}
    two = sale(35)
    two["quantityList"] = [*two["quantityList"], *sale(35, gtin=OTHER_GTIN)["quantityList"]]
    record(owner, [wrong, sale(5), sale(31, bizStep="receiving"), sale(32, quantity=2.5, promotion=1), two])
    ledger_world.anchor()
    return owner


def kept(ledger_world, firm) -> Snapshot:
    found = keeping.extend(firm, "sold")
    ledger_world.anchor()
    return found


def learnt(firm, **options):
    return dataset.demand_dataset(organisation=firm, until=None, **options)


def same(one, other) -> bool:
    return (one.rows, one.root, one.counts, one.until) == (other.rows, other.root, other.counts, other.until)


def test_a_snapshot_gives_the_same_rows_as_the_ledger_and_is_not_used_before_it_is_anchored(ledger_world, firm):
    before = learnt(firm)
    held = keeping.extend(firm, "sold")
    assert learnt(firm).snapshot == ""
    ledger_world.anchor()
    after = learnt(firm)
    assert after.snapshot == held.manifest
    assert same(after, before)
    assert after.counts == {Reason.VOIDED: 1, Reason.DUPLICATE: 1, Reason.OTHER: 1}
    assert keeping.extend(firm, "sold") == held  # nothing is new
    assert dataset.demand_dataset(organisation=firm, until=None, measure="shipped").snapshot == ""
    everything(ledger_world.ledger)
    assert not Finding.objects.filter(record_pk=held.record_id).exists()


def test_what_was_recorded_later_is_added_and_what_was_known_at_a_block_stays(ledger_world, firm):
    held = kept(ledger_world, firm)
    block, then = dataset.as_of(), learnt(firm)
    record(firm, [sale(40), sale(4)])  # the second was logged before
    ledger_world.anchor()
    between = learnt(firm)
    assert (len(between.rows), between.counts[Reason.DUPLICATE]) == (len(then.rows) + 1, 2)
    newer = kept(ledger_world, firm)
    assert newer.pk != held.pk
    assert newer.lines == held.lines + 2
    assert same(learnt(firm), between)
    assert same(learnt(firm, block=block), then)
    pending = record(firm, [sale(41)])[0]
    assert str(pending.uid) in {one.uid for one in learnt(firm).left_out}


@pytest.mark.parametrize("which", ["*.parquet", "*.json"])
@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_a_changed_snapshot_is_refused_and_made_anew(ledger_world, firm, which, how):
    before = learnt(firm)
    held = kept(ledger_world, firm)
    for file in keeping.folder_of(firm.pgln, "sold").glob(which):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.unlink() if how == "gone" else file.write_bytes(bytes(content) if how == "changed" else content[:-9])
    found = learnt(firm)
    assert same(found, before)
    assert found.snapshot == ""
    assert not Snapshot.objects.exists()
    again = kept(ledger_world, firm)
    assert again.manifest == held.manifest
    assert same(learnt(firm), before)
    assert learnt(firm).snapshot == again.manifest


def test_a_changed_part_is_found_before_more_is_added_to_it(ledger_world, firm):
    kept(ledger_world, firm)
    for file in keeping.folder_of(firm.pgln, "sold").glob("*.parquet"):
        file.write_bytes(b"PAR1")
    record(firm, [sale(40)])
    ledger_world.anchor()
    kept(ledger_world, firm)
    assert (learnt(firm).snapshot != "", len(learnt(firm).rows)) == (True, 33)


def test_one_that_says_it_is_anchored_and_is_not_is_dropped(ledger_world, firm):
    before = learnt(firm)
    held = kept(ledger_world, firm)
    stored = bytes(held.record.disclosures)
    Record.objects.filter(pk=held.record_id).update(disclosures=stored.replace(held.manifest[:8].encode(), b"0" * 8))
    assert same(learnt(firm), before)
    assert not Snapshot.objects.exists()


def test_rows_that_do_not_match_never_enter_and_known_findings_are_counted(ledger_world, firm):
    rows = record(firm, [sale(number) for number in range(50, 60)])
    ledger_world.anchor()
    Record.objects.filter(pk=rows[4].pk).update(leaf=b"\x01" * 32)
    kept(ledger_world, firm)
    found = learnt(firm)
    assert found.snapshot
    assert found.counts[Reason.MISMATCH] == 1
    assert str(rows[4].uid) not in {row.uid for row in found.rows}
    first = Record.objects.filter(organisation=firm, kind="epcis").earliest("pk")
    Record.objects.filter(pk=first.pk).update(leaf=b"\x01" * 32)
    assert learnt(firm).counts[Reason.MISMATCH] == 1  # what was verified and anchored is used, whatever came to its row
    Finding.objects.create(what="changed", batch_id=first.batch_id, record_pk=first.pk, message="Changed.")
    assert learnt(firm).counts[Reason.MISMATCH] == 2


def test_the_command_keeps_snapshots_of_whoever_has_enough(ledger_world, firm, settings, capsys):
    settings.FORECAST_SNAPSHOT_FROM = 1000
    call_command("snapshot")
    assert not Snapshot.objects.exists()
    call_command("snapshot", "--organisation", firm.name)
    assert Snapshot.objects.get().lines == 36
    assert "36 rows" in capsys.readouterr().out
    Snapshot.objects.all().delete()
    settings.FORECAST_SNAPSHOT_FROM = 10
    keeping.keep_all()
    assert [one.organisation for one in Snapshot.objects.all()] == [firm]
