"""What the ledger still tells of a record that no longer matches: whose it was, since when, and its fingerprint."""

from dataclasses import dataclass

from traceapp.commitments.disclosures import DisclosureError, leaf_of
from traceapp.ledger import matching, roots
from traceapp.ledger.models import Batch, Record
from traceapp.ledger.roots import Attested
from traceapp.ledger.rows import Unverified


@dataclass(frozen=True)
class Trail:
    """`expected` and `stored` are leaves in hex, empty where nothing gives them any more."""

    expected: str = ""
    stored: str = ""
    recorded_by: str = ""  # PGLN, from the certificate that signed the batch
    recorded_at: str = ""
    block: int | None = None


def trails(broken: list[Unverified]) -> dict[int, Trail]:
    """By pk, for rows that are still there. Three queries, and only when something is wrong."""
    records = Record.objects.in_bulk([row.pk for row in broken if row.pk is not None])
    ids = {record.batch_id for record in records.values() if record.batch_id}
    anchors = roots.attested(ids)
    blobs = dict(Batch.objects.filter(pk__in=ids).values_list("pk", "leaves"))
    return {
        pk: _trail(record, anchors.get(record.batch_id or ""), bytes(blobs.get(record.batch_id or "") or b""))
        for pk, record in records.items()
    }


def _trail(record: Record, of: roots.Answer | None, blob: bytes) -> Trail:
    stored = _leaf(record)
    if not isinstance(of, Attested):
        return Trail(stored=stored)
    leaves = matching.leaves_of(of, blob)
    within = record.position is not None and 0 <= record.position < of.size
    expected = leaves.at(record.position).hex() if leaves.blob and within and record.position is not None else ""
    return Trail(expected, stored, of.organisation, of.recorded_at, of.block)


def _leaf(record: Record) -> str:
    try:
        return leaf_of(bytes(record.disclosures), bytes(record.hidden)).hex()
    except DisclosureError:
        return ""
