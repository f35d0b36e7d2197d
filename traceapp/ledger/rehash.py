"""Whether records still are what they were when they were last verified, and nothing more: the stored bytes are hashed
again, and compared with the leaf that the ledger attests for their place.

For rooms that keep what they once worked out of a verified record under its leaf. A leaf commits to all of the record,
so what was worked out of it holds as long as the stored bytes give that leaf and the ledger attests it. This leaves
out what `verified.read` does beyond: reading the record, and comparing its row's other columns with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet

from traceapp.commitments.disclosures import DisclosureError, leaf_of
from traceapp.ledger import roots
from traceapp.ledger.models import Batch, Record
from traceapp.ledger.roots import HASH, Attested
from traceapp.web import prepared

_PAGE: Final = 128  # of messages, half a megabyte


def unchanged(leaves: Mapping[int, bytes]) -> set[int]:
    """Of records by pk, with the leaf that each gave when it was verified: those whose bytes, hashed now, still give it
    and stand where the ledger attests it. For all others ask `verified.read`, which says why.
    """
    pks = list(leaves)
    found: set[int] = set()
    attested: dict[str, tuple[Attested, bytes]] = {}
    for start in range(0, len(pks), _PAGE):
        rows = prepared.rows("rehash", _stored, pks[start : start + _PAGE])
        _attest({batch_id for _, batch_id, *_ in rows if batch_id} - attested.keys(), attested)
        for pk, batch_id, position, disclosures, hidden in rows:
            place = attested.get(batch_id)
            if place is None or position is None or not 0 <= position < place[0].size:
                continue
            leaf = leaves[pk]
            if place[1][position * HASH : (position + 1) * HASH] == leaf and _leaf(disclosures, hidden) == leaf:
                found.add(pk)
    return found


def _stored(pks: Any) -> "QuerySet[Record, Any]":
    return Record.objects.filter(pk__in=pks).values_list("pk", "batch_id", "position", "disclosures", "hidden")


def _attest(batch_ids: set[str], known: dict[str, tuple[Attested, bytes]]) -> None:
    """Add those whose stored leaves give the root that organisations attest."""
    if not batch_ids:
        return
    blobs = dict(Batch.objects.filter(pk__in=batch_ids).values_list("pk", "leaves"))
    for batch_id, of in roots.attested(batch_ids).items():
        blob = bytes(blobs.get(batch_id, b""))
        if isinstance(of, Attested) and roots.blob_gives(blob, of):
            known[batch_id] = (of, blob)


def _leaf(disclosures: Any, hidden: Any) -> bytes:
    try:
        return leaf_of(bytes(disclosures), bytes(hidden))
    except DisclosureError:
        return b""
