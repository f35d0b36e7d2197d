"""Somebody with write access to the database changes things: exactly those are named, and resolved when put back."""

import pytest

from traceapp.ledger import audit, verified
from traceapp.ledger.models import Batch, Evidence, Finding, Record
from traceapp.ledger.tamper import tamper_record
from traceapp.ledger.uid import uid_of


@pytest.fixture
def anchored(ledger_world):
    """Two batches of five records, all verified."""
    first, second, _ = ledger_world.organisations
    records = ledger_world.records(5, first) + ledger_world.records(5, second)
    ledger_world.anchor()
    assert not problems(records)
    assert audited(ledger_world) == set()
    for record in records:
        record.refresh_from_db()
    return ledger_world, records


def problems(records):
    """{pk: what} of those of the records that cannot be verified."""
    return {one.pk: str(one.what) for one in verified.read([record.pk for record in records]).unverified}


def audited(world):
    """(what, row, position) of everything that `verify_ledger` names."""
    audit.everything(world.ledger)
    return set(Finding.objects.filter(resolved=None).values_list("what", "record_pk", "position"))


def trained():
    """What a training set leaves out: (what, position)."""
    return sorted(
        (str(one.what), one.position) for one in verified.read_kind("epcis") if isinstance(one, verified.Unverified)
    )


def restore(*records):
    Record.objects.filter(pk__in=[record.pk for record in records]).delete()
    Record.objects.bulk_create(records)


def test_one_changed_byte_is_named_and_resolved_when_put_back(anchored):
    world, records = anchored
    done = tamper_record(records[2].pk)
    assert done.before != done.after
    assert problems(records) == {records[2].pk: "changed"}
    assert audited(world) == {("changed", records[2].pk, 2)}
    assert trained() == [("changed", 2)]

    found = Finding.objects.get()
    assert found.record_uid == records[2].uid
    assert found.organisation == world.organisations[0]

    restore(records[2])
    assert audited(world) == set()
    found.refresh_from_db()
    assert found.resolved is not None


@pytest.mark.parametrize("at", [0, 7, 30, 60, -1])
def test_any_byte_of_the_stored_fields_counts(anchored, at):
    world, records = anchored
    stored = bytearray(bytes(records[1].disclosures))
    stored[at] ^= 1
    Record.objects.filter(pk=records[1].pk).update(disclosures=bytes(stored))
    assert set(problems(records)) == {records[1].pk}
    assert {row for _, row, _ in audited(world)} == {records[1].pk}


def test_a_dropped_row_is_named_by_its_position_and_public_id(anchored):
    world, records = anchored
    gone = records[3]
    Record.objects.filter(pk=gone.pk).delete()
    assert problems(records) == {gone.pk: "dropped"}
    assert audited(world) == {("dropped", None, 3)}
    assert trained() == [("dropped", 3)]
    assert Finding.objects.get().record_uid == gone.uid


@pytest.mark.parametrize("position", [5, 2, None])
def test_an_added_row_is_named_wherever_it_claims_to_stand(anchored, position):
    world, records = anchored
    forged = Record.objects.get(pk=records[0].pk)
    forged.pk, forged.uid, forged.position = None, uid_of(b"x" * 32), position
    forged.disclosures = bytes(forged.disclosures).replace(b"shipping", b"accepting")
    forged.save()
    assert problems([*records, forged]) == {forged.pk: "added"}
    assert audited(world) == {("added", forged.pk, position)}


def test_a_row_added_to_a_batch_that_nobody_knows_is_named(anchored):
    world, records = anchored
    forged = Record.objects.get(pk=records[0].pk)
    forged.pk, forged.uid, forged.batch_id = None, uid_of(b"x" * 32), "f" * 32
    forged.save()
    assert problems([*records, forged]) == {forged.pk: "added"}
    assert audited(world) == {("added", forged.pk, 0)}
    assert trained() == [("added", 0)]


def test_swapped_contents_are_named(anchored):
    world, (first, second, *_) = anchored
    Record.objects.filter(pk=first.pk).update(disclosures=second.disclosures)
    Record.objects.filter(pk=second.pk).update(disclosures=first.disclosures)
    assert problems(anchored[1]) == {first.pk: "swapped", second.pk: "swapped"}
    assert audited(world) == {("swapped", first.pk, 0), ("swapped", second.pk, 1)}


def test_swapped_positions_are_named(anchored):
    world, (first, second, *_) = anchored
    Record.objects.filter(pk=first.pk).update(position=1)
    Record.objects.filter(pk=second.pk).update(position=0)
    assert problems(anchored[1]) == {first.pk: "swapped", second.pk: "swapped"}
    assert audited(world) == {("swapped", first.pk, 1), ("swapped", second.pk, 0)}


def test_contents_and_positions_swapped_together_are_named(anchored):
    world, (first, second, *_) = anchored
    Record.objects.filter(pk=first.pk).update(disclosures=second.disclosures, leaf=second.leaf, position=1)
    Record.objects.filter(pk=second.pk).update(disclosures=first.disclosures, leaf=first.leaf, position=0)
    assert problems(anchored[1]) == {first.pk: "swapped", second.pk: "swapped"}
    assert audited(world) == {("swapped", first.pk, 1), ("swapped", second.pk, 0)}


def test_rows_swapped_between_batches_are_named(anchored):
    world, records = anchored
    first, other = records[0], records[5]
    Record.objects.filter(pk=first.pk).update(batch=other.batch_id)
    Record.objects.filter(pk=other.pk).update(batch=first.batch_id)
    assert set(problems(records)) == {first.pk, other.pk}
    assert {row for _, row, _ in audited(world)} == {first.pk, other.pk}


@pytest.mark.parametrize(
    "column",
    [
        {"hidden": b"\x00" * 32},
        {"hidden": b"\x00"},
        {"kind": "model"},
        {"leaf": b"\x01" * 32},
        {"uid": uid_of(b"y" * 32)},
        {"record_time": "2020-01-01T00:00:00Z"},
    ],
    ids=lambda column: next(iter(column)),
)
def test_a_changed_column_is_named(anchored, column):
    world, records = anchored
    Record.objects.filter(pk=records[4].pk).update(**column)
    assert set(problems(records)) == {records[4].pk}
    assert {(row, position) for _, row, position in audited(world)} == {(records[4].pk, 4)}


def test_a_digest_of_a_shown_field_among_the_erased_ones_is_named(anchored):
    from traceapp.commitments.disclosures import digest, unpack

    _, records = anchored
    shown = digest(unpack(bytes(records[0].disclosures))[0])
    Record.objects.filter(pk=records[0].pk).update(hidden=shown)  # leaves the leaf as it is
    assert problems(records) == {records[0].pk: "columns"}


def test_a_changed_organisation_column_is_named(anchored):
    world, records = anchored
    Record.objects.filter(pk=records[0].pk).update(organisation=world.organisations[2])
    assert problems(records) == {records[0].pk: "columns"}
    assert audited(world) == {("columns", records[0].pk, 0)}


def test_damaged_leaves_are_named_and_the_rows_still_verified(anchored):
    world, records = anchored
    batch = Batch.objects.get(pk=records[0].batch_id)
    leaves = bytearray(bytes(batch.leaves))
    leaves[40] ^= 1
    Batch.objects.filter(pk=batch.pk).update(leaves=bytes(leaves))
    assert problems(records) == {}
    assert audited(world) == {("leaves", None, None)}
    tamper_record(records[3].pk)
    assert problems(records) == {records[3].pk: "changed"}
    assert audited(world) == {("leaves", None, None), ("changed", records[3].pk, 3)}


def test_a_deleted_batch_row_is_named_and_the_rows_still_verified(anchored):
    world, records = anchored
    Batch.objects.filter(pk=records[0].batch_id).delete()
    assert problems(records) == {}
    assert trained() == []
    assert audited(world) == {("batch", None, None)}
    assert Finding.objects.get().batch_id == records[0].batch_id


@pytest.mark.parametrize(
    "column", [{"state": "invalid"}, {"root": b"\x01" * 32}, {"size": 4}, {"block": 99}, {"kind": "model"}]
)
def test_a_changed_batch_row_is_named(anchored, column):
    world, records = anchored
    Batch.objects.filter(pk=records[0].batch_id).update(**column)
    assert problems(records) == {}
    assert audited(world) == {("batch", None, None)}


def test_deleted_evidence_is_named(anchored):
    world, records = anchored
    Evidence.objects.filter(pk=records[0].batch_id).delete()
    assert problems(records) == {record.pk: "evidence" for record in records[:5]}
    assert audited(world) == {("evidence", None, None)}
    assert trained() == [("evidence", at) for at in range(5)]


def test_edited_evidence_is_named(anchored):
    world, records = anchored
    evidence = Evidence.objects.get(pk=records[0].batch_id)
    other = Evidence.objects.get(pk=records[5].batch_id)
    edited = bytes(evidence.attestation).replace(b'"signature":"ME', b'"signature":"MF', 1)
    for attestation in (edited, b"{}", b"\xff", bytes(other.attestation)):
        Evidence.objects.filter(pk=evidence.pk).update(attestation=attestation)
        assert problems(records) == {record.pk: "evidence" for record in records[:5]}
        assert audited(world) == {("evidence", None, None)}
        assert trained() == [("evidence", at) for at in range(5)]


def test_a_whole_batch_gone_without_a_trace_is_named_by_the_ledger(anchored):
    world, records = anchored
    batch_id = records[0].batch_id
    Record.objects.filter(batch=batch_id).delete()
    Evidence.objects.filter(pk=batch_id).delete()
    Batch.objects.filter(pk=batch_id).delete()
    assert audited(world) == {("not-stored", None, None)}
    assert "5 records" in Finding.objects.get().message


def test_a_batch_that_only_pretends_to_be_on_the_ledger_is_named(anchored):
    world, records = anchored
    forged = Batch.objects.get(pk=records[0].batch_id)
    forged.pk = "e" * 32
    forged.save(force_insert=True)
    assert audited(world) == {("not-on-ledger", None, None)}


def test_a_record_changed_while_it_waits_is_named(anchored):
    world, _ = anchored
    record = world.record()
    tamper_record(record.pk)
    assert audited(world) == {("changed", record.pk, None)}
    world.anchor()
    assert problems([record]) == {record.pk: "changed"}
    assert audited(world) == {("changed", record.pk, 0)}


def test_bytes_that_are_no_disclosures_do_not_stop_a_reader(anchored):
    world, records = anchored
    for rubbish in (b"", b"\n", b"\xff\xfe", b"[" * 5000, b'["a","/kind","epcis"]\n["b","/kind","epcis"]'):
        Record.objects.filter(pk=records[0].pk).update(disclosures=rubbish)
        assert problems(records) == {records[0].pk: "changed"}
    assert audited(world) == {("changed", records[0].pk, 0)}
