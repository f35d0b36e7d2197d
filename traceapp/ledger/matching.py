"""All rows of a batch against the leaves that the ledger attests: each position once, none missing, none too many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceapp.commitments.disclosures import DisclosureError, leaf_of
from traceapp.ledger import roots, rows
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.roots import HASH, Attested
from traceapp.ledger.rows import MISMATCH, MISSING, Row, Unverified, VerifiedRecord
from traceapp.ledger.uid import uid_of


@dataclass(frozen=True)
class Leaves:
    """The leaves of a batch as attested, by position; None if nothing stored gives the attested root any more.

    `damaged`: the stored blob is not it.
    """

    blob: bytes | None
    damaged: bool

    def at(self, position: int) -> bytes:
        assert self.blob is not None
        return self.blob[position * HASH : (position + 1) * HASH]


def leaves_of(of: Attested, blob: bytes, stored: Sequence[Row] | None = None) -> Leaves:
    """The attested leaves: from the blob, or where that was damaged, from the rows themselves.

    `stored`: all rows of the batch, fetched here if not given and needed.
    """

    def rebuilt() -> Iterator[Mapping[int, bytes]]:
        whole = stored if stored is not None else fetch_batch(of.batch_id)
        placed = [row for row in whole if row.position is not None and 0 <= row.position < of.size]
        yield {row.position: leaf for row in placed if row.position is not None and (leaf := _leaf(row))}
        yield {row.position: row.leaf for row in placed if row.position is not None and len(row.leaf) == HASH}

    found, damaged = roots.true_leaves(of, blob, rebuilt())
    return Leaves(found, damaged)


def fetch_batch(batch_id: str) -> list[Row]:
    """All rows that say they belong to a batch, by position."""
    return rows.fetch(Record.objects.filter(batch_id=batch_id).order_by("position", "pk"))


def match(
    of: Attested, leaves: Leaves, stored: Sequence[Row], pglns: Mapping[int, str]
) -> Iterator[VerifiedRecord | Unverified]:
    """Every position of a batch, in order, then rows that have no place in it. `stored`: all its rows, by position."""
    if leaves.blob is None:
        yield from map(nothing_to_compare, stored)
    elif [row.position for row in stored] == list(range(of.size)):
        for row in stored:
            yield place(row, of, leaves, pglns)
    else:
        yield from _match_irregular(of, leaves, stored, pglns)


def _match_irregular(
    of: Attested, leaves: Leaves, stored: Sequence[Row], pglns: Mapping[int, str]
) -> Iterator[VerifiedRecord | Unverified]:
    placed: dict[int, list[Row]] = {}
    outside: list[Row] = []
    for row in stored:
        inside = row.position is not None and 0 <= row.position < of.size
        (placed.setdefault(row.position, []) if inside and row.position is not None else outside).append(row)
    for position in range(of.size):
        rivals = placed.get(position, [])
        if not rivals:
            yield missing(of, leaves, position)
            continue
        first, *others = sorted(rivals, key=lambda row: not rightful(row, leaves))
        yield place(first, of, leaves, pglns)
        outside.extend(others)
    for row in outside:
        yield added(row)


def place(row: Row, of: Attested, leaves: Leaves, pglns: Mapping[int, str]) -> VerifiedRecord | Unverified:
    """One row at its position, which must be inside the batch and nobody else's."""
    assert row.position is not None
    found = rows.examine(row, leaves.at(row.position), of, pglns)
    return found if isinstance(found, VerifiedRecord) else _explained(found, row, leaves)


def rightful(row: Row, leaves: Leaves) -> bool:
    """Whether, of several rows at one position, this is the one that was anchored there."""
    assert row.position is not None
    leaf = leaves.at(row.position)
    return _leaf(row) == leaf and rows.same_uid(row.uid, leaf)


def missing(of: Attested, leaves: Leaves, position: int) -> Unverified:
    """A position that no row stands at. Its leaf still tells the record's public id."""
    uid = uid_of(leaves.at(position))
    reason = f"Missing: the ledger holds a record at position {position} of this batch that is no longer stored."
    return Unverified(None, uid, of.batch_id, position, MISSING, reason, Finding.What.DROPPED, None, of.kind)


def added(row: Row) -> Unverified:
    """A row that says it belongs to the batch, but has no place in it."""
    where = "no position" if row.position is None else f"position {row.position}, which is not its own"
    reason = f"Does not match the ledger: the row claims {where} in batch {str(row.batch_id)[:8]}."
    return rows.unverified(row, MISMATCH, Finding.What.ADDED, reason)


def nothing_to_compare(row: Row) -> Unverified:
    """A row of a batch whose leaves are lost: neither the stored leaves nor the rows give the attested root."""
    reason = "Does not match the ledger: neither this batch's rows nor its stored leaves give the root on the ledger."
    return rows.unverified(row, MISMATCH, Finding.What.CHANGED, reason)


def _explained(found: Unverified, row: Row, leaves: Leaves) -> Unverified:
    """Tell a swap from a change: the row holds, whole, what was anchored elsewhere in the batch."""
    leaf = _leaf(row)
    if leaf is None or leaves.blob is None:
        return found
    home = next((at for at in range(0, len(leaves.blob), HASH) if leaves.blob[at : at + HASH] == leaf), None)
    if home is not None and home // HASH != row.position:
        why = f"it holds what was anchored at position {home // HASH}"
    elif home is not None and _is_anothers_uid(row, leaves):
        why = "it stands where it should, but under the public id of another record of the batch"
    else:
        return found
    return rows.unverified(row, MISMATCH, Finding.What.SWAPPED, f"Does not match the ledger: {why}.")


def _is_anothers_uid(row: Row, leaves: Leaves) -> bool:
    positions = range(len(leaves.blob or b"") // HASH)
    return any(at != row.position and rows.same_uid(row.uid, leaves.at(at)) for at in positions)


def _leaf(row: Row) -> bytes | None:
    try:
        return leaf_of(row.disclosures, row.hidden)
    except DisclosureError:
        return None
