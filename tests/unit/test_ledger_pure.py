"""Parts of the ledger room that need no database."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.commitments.disclosures import DisclosureError, assemble, disclose, leaf_of, pack, unpack
from traceapp.commitments.times import rfc3339
from traceapp.commitments.tree import root
from traceapp.ledger import matching, roots, rows, settle, shapes
from traceapp.ledger.blocks import header_hash
from traceapp.ledger.roots import Attested
from traceapp.ledger.rows import Row, Unverified, VerifiedRecord
from traceapp.ledger.uid import uid_of

PGLNS = {1: "9506000000008"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
events = st.dictionaries(st.text(min_size=1), json_values, max_size=6)


@given(events, st.lists(st.text(), max_size=4))
def test_a_shape_gives_what_assembling_gives(event, goods):
    record = {"kind": "epcis", "recordedBy": "1", "recordTime": "2026", "event": {**event, "epcList": goods}}
    stored = pack(disclose(record, lambda: os.urandom(16)))
    assert shapes.opened(stored) == assemble(unpack(stored))
    assert shapes.opened(stored) == assemble(unpack(stored))  # and again, now that the shape is known


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\n",
        b"[]",
        b"null",
        b'["s","/a",1],["t","/b",2]',
        b'["s","/a",1]\n["s","/a/b",2]',
        b'["s","a",1]',
        b"[" * 9999,
    ],
)
def test_what_is_no_record_is_refused(stored):
    with pytest.raises(DisclosureError):
        shapes.opened(stored)


def made(number):
    """A batch of `number` rows, as the database gives them, and what the ledger attests of it."""
    now = datetime(2026, 5, 14, 9, 12, 0, 123000, UTC)
    stored = []
    for position in range(number):
        body = {"kind": "epcis", "recordedBy": PGLNS[1], "recordTime": rfc3339(now), "event": {"type": "ObjectEvent"}}
        disclosures = pack(disclose(body, lambda: os.urandom(16)))
        leaf = leaf_of(disclosures)
        stored.append(Row(position + 1, uid_of(leaf), "epcis", 1, 2, disclosures, b"", leaf, now, "b" * 32, position))
    blob = b"".join(row.leaf for row in stored)
    of = Attested(
        "b" * 32, "epcis", root([row.leaf for row in stored]), number, PGLNS[1], "tx", 4, "", ("A", "B"), False
    )
    return stored, blob, of


def judged(stored, blob, of):
    leaves = matching.leaves_of(of, blob, stored)
    return list(matching.match(of, leaves, stored, PGLNS))


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8])
def test_an_untouched_batch_is_verified_whole(number):
    stored, blob, of = made(number)
    found = judged(stored, blob, of)
    assert [one.position for one in found] == list(range(number))
    assert all(isinstance(one, VerifiedRecord) for one in found)
    assert found[0].record_time == datetime(2026, 5, 14, 9, 12, 0, 123000, UTC)


@given(st.integers(0, 6), st.data())
def test_any_changed_byte_names_its_row_and_no_other(position, data):
    stored, blob, of = made(7)
    changed = bytearray(stored[position].disclosures)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    stored[position] = stored[position]._replace(disclosures=bytes(changed))
    assert [one.position for one in judged(stored, blob, of) if isinstance(one, Unverified)] == [position]


@given(st.sets(st.integers(0, 6), min_size=1, max_size=6))
def test_any_dropped_rows_are_named_with_their_public_ids(gone):
    stored, blob, of = made(7)
    left = [row for row in stored if row.position not in gone]
    missing = [one for one in judged(left, blob, of) if isinstance(one, Unverified)]
    assert {one.position: one.uid for one in missing} == {at: stored[at].uid for at in gone}
    assert {one.state for one in missing} == {"missing"}


@given(st.permutations(range(5)))
def test_any_permutation_names_exactly_the_rows_that_moved(order):
    stored, blob, of = made(5)
    moved = sorted((stored[old]._replace(position=new) for new, old in enumerate(order)), key=lambda row: row.position)
    wrong = {one.position for one in judged(moved, blob, of) if isinstance(one, Unverified)}
    assert wrong == {new for new, old in enumerate(order) if new != old}


def test_a_damaged_blob_is_restored_from_the_rows_and_one_changed_row_still_named():
    stored, blob, of = made(5)
    bad = b"\0" * len(blob)
    assert all(isinstance(one, VerifiedRecord) for one in judged(stored, bad, of))
    stored[2] = stored[2]._replace(disclosures=stored[2].disclosures.replace(b"Object", b"object"))
    assert [one.position for one in judged(stored, bad, of) if isinstance(one, Unverified)] == [2]


def test_rows_without_any_source_of_leaves_are_all_unconfirmed():
    stored, blob, of = made(3)
    rotten = [row._replace(disclosures=b"x", leaf=b"y") for row in stored]
    assert {one.state for one in judged(rotten, blob[:-1], of)} == {"mismatch"}


def test_two_rows_at_one_position_are_told_apart_by_their_public_id():
    stored, blob, of = made(3)
    twin = stored[1]._replace(pk=9, uid=uid_of(b"z" * 32))
    found = judged([stored[0], twin, stored[1], stored[2]], blob, of)
    assert [(one.pk, type(one)) for one in found] == [
        (1, VerifiedRecord),
        (2, VerifiedRecord),
        (3, VerifiedRecord),
        (9, Unverified),
    ]


def test_a_blob_of_another_size_never_gives_the_root():
    _, blob, of = made(4)
    assert roots.blob_gives(blob, of)
    for other in (b"", blob[:-32], blob + blob[:32], blob[:-1]):
        assert not roots.blob_gives(other, of)


def test_times_are_compared_as_sqlite_writes_them():
    leaf = b"\0" * 32
    assert rows.same_uid(uid_of(leaf).hex, leaf)
    assert rows._same_time("2026-05-14 09:12:00.123000", "2026-05-14T09:12:00.123Z")
    assert rows._same_time("2026-05-14 09:12:00", "2026-05-14T09:12:00.000Z")
    assert not rows._same_time("2026-05-14 09:12:00", "2026-05-14T09:12:00.001Z")
    assert not rows._same_time("2026-05-14 09:12:00", "2026-05-14T09:12:00.000+01:00")


def test_pauses_grow_to_a_minute():
    pauses = [settle.wait_after(number).total_seconds() for number in range(12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.5, 60)


def test_a_header_hash_is_over_der():
    # SEQUENCE { INTEGER 128 (two bytes: it is not negative), OCTET STRING, OCTET STRING }
    import hashlib

    der = bytes.fromhex("30 48 02 02 00 80 04 20") + b"\1" * 32 + bytes.fromhex("04 20") + b"\2" * 32
    assert header_hash(128, b"\1" * 32, b"\2" * 32) == hashlib.sha256(der).digest()
