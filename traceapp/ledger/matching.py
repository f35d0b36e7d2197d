"""All rows of a batch against the leaves that the ledger attests: each position once, none missing, none too many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceapp.ledger import roots, rows
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.roots import HASH, Attested
from traceapp.ledger.rows import MISSING, Row, Unverified, VerifiedRecord
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
        yield {row.position: leaf for row in placed if row.position is not None and (leaf := rows.leaf_in(row))}
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
    return rows.leaf_in(row) == leaf and rows.same_uid(row.uid, leaf)


def missing(of: Attested, leaves: Leaves, position: int) -> Unverified:
    """A position that no row stands at. Its leaf still tells the record's public id."""
    leaf = leaves.at(position)
    return Unverified(
        pk=None,
        uid=uid_of(leaf),
        batch_id=of.batch_id,
        position=position,
        state=MISSING,
        reason=f"Missing: the ledger holds a record at position {position} of this batch that is no longer stored.",
        what=Finding.What.DROPPED,
        kind=of.kind,
        expected=leaf,
    )


def added(row: Row) -> Unverified:
    """A row that says it belongs to the batch, but has no place in it."""
    where = "no position" if row.position is None else f"position {row.position}, which is not its own"
    return rows.mismatch(row, Finding.What.ADDED, f"the row claims {where} in batch {str(row.batch_id)[:8]}")


def nothing_to_compare(row: Row) -> Unverified:
    """A row of a batch whose leaves are lost: neither the stored leaves nor the rows give the attested root."""
    why = "neither this batch's rows nor its stored leaves give the root on the ledger"
    return rows.mismatch(row, Finding.What.CHANGED, why)


def _explained(found: Unverified, row: Row, leaves: Leaves) -> Unverified:
    """Tell a swap from a change: the row holds, whole, what was anchored elsewhere in the batch."""
    leaf = rows.leaf_in(row)
    if leaf is None or leaves.blob is None:
        return found
    home = next((at for at in range(0, len(leaves.blob), HASH) if leaves.blob[at : at + HASH] == leaf), None)
    if home is not None and home // HASH != row.position:
        why = f"it holds what was anchored at position {home // HASH}"
    elif home is not None and _is_anothers_uid(row, leaves):
        why = "it stands where it should, but under the public id of another record of the batch"
    else:
        return found
    return rows.mismatch(row, Finding.What.SWAPPED, why, found.expected)


def _is_anothers_uid(row: Row, leaves: Leaves) -> bool:
    positions = range(len(leaves.blob or b"") // HASH)
    return any(at != row.position and rows.same_uid(row.uid, leaves.at(at)) for at in positions)
