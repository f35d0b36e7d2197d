"""Which root, size and organisation the ledger attests for a batch: checked here, by this process, and remembered.

What is remembered is keyed by a hash of the stored bytes and by the trust file's fingerprint, so a page hashes what is
stored again each time, but does not repeat the elliptic curves for bytes that it checked before.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.db.models import QuerySet

from traceapp.commitments.tree import root
from traceapp.ledger import evidence, trust
from traceapp.ledger.models import Evidence
from traceapp.ledger.trust import NotPinned
from traceapp.verifier.errors import NotVerified, TrustError
from traceapp.web import prepared

HASH: Final = 32
_PAGE: Final = 500
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Attested:
    """A batch as several organisations attest it. `organisation` is the PGLN in the recorder's certificate."""

    batch_id: str
    kind: str
    root: bytes
    size: int
    organisation: str
    tx_id: str
    block: int
    recorded_at: str
    attesting: tuple[str, ...]
    custodial: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Stored evidence that does not check: the reason's code and a sentence."""

    reason: str
    message: str


Answer: TypeAlias = Attested | Refused


class _Memory(dict[bytes, object]):
    """Bounded; forgets the oldest tenth when full. Each entry is put whole, so readers need no lock."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._lock = threading.Lock()

    def keep(self, key: bytes, value: object) -> None:
        with self._lock:
            if len(self) >= self._limit:
                for old in list(self)[: self._limit // 10 + 1]:
                    del self[old]
            self[key] = value


_checked = _Memory(_REMEMBERED)
_roots = _Memory(_REMEMBERED)


def attested(batch_ids: Collection[str]) -> dict[str, Answer]:
    """The checked anchor of each batch that has evidence; one without is left out. Paged queries, any number of ids."""
    found: dict[str, Answer] = {}
    wanted = list(dict.fromkeys(batch_ids))
    for start in range(0, len(wanted), _PAGE):
        page = prepared.rows("evidence", _evidence_of, wanted[start : start + _PAGE])
        for batch_id, tx_id, block, stored in page:
            found[batch_id] = check(batch_id, tx_id, block, bytes(stored))
    return found


def _evidence_of(ids: Sequence[str]) -> QuerySet[Evidence, Any]:
    return Evidence.objects.filter(batch_id__in=ids).values_list("batch_id", "tx_id", "block", "attestation")


def check(batch_id: str, tx_id: str, block: int, stored: bytes) -> Answer:
    """Check one batch's evidence against the pinned trust, unless these very bytes were checked before."""
    try:
        trusted = trust.pinned()
    except (NotPinned, TrustError) as error:
        return Refused("trust", str(error))
    parts = (batch_id.encode(), tx_id.encode(), str(block).encode(), trusted.fingerprint.encode(), stored)
    key = hashlib.sha256(b"\x00".join(parts)).digest()
    known = _checked.get(key)
    if isinstance(known, Attested | Refused):
        return known
    answer = _check(batch_id, tx_id, block, stored)
    _checked.keep(key, answer)
    return answer


def _check(batch_id: str, tx_id: str, block: int, stored: bytes) -> Answer:
    try:
        anchor = evidence.check(batch_id, tx_id, stored, trust.pinned())
    except NotVerified as error:
        return Refused(error.reason.value, f"The attestations kept beside the batch do not check: {error.detail}.")
    except (ValueError, RecursionError):
        return Refused("malformed", "The attestations kept beside the batch are damaged: they cannot be read.")
    return Attested(
        batch_id=anchor.batch_id,
        kind=anchor.kind,
        root=anchor.root,
        size=anchor.size,
        organisation=anchor.organisation,
        tx_id=anchor.tx_id,
        block=block,
        recorded_at=anchor.recorded_at,
        attesting=anchor.attesting,
        custodial=anchor.custodial,
    )


def blob_gives(blob: bytes, of: Attested) -> bool:
    """Whether a blob of leaves, hashed now, is the tree that the ledger attests."""
    if len(blob) != of.size * HASH:
        return False
    key = hashlib.sha256(blob).digest()
    known = _roots.get(key)
    if known is None:
        known = root([blob[at : at + HASH] for at in range(0, len(blob), HASH)])
        _roots.keep(key, known)
    return known == of.root


def true_leaves(of: Attested, blob: bytes, rebuilt: Iterator[Mapping[int, bytes]]) -> tuple[bytes | None, bool]:
    """The leaves that the ledger attests, if anything stored still gives them; and whether the blob was damaged.

    `rebuilt` are other sources of leaves by position, tried in turn, with the blob filling their gaps.
    """
    if blob_gives(blob, of):
        return blob, False
    for leaves in rebuilt:
        candidate = _filled(of.size, blob, leaves)
        if candidate is not None and blob_gives(candidate, of):
            return candidate, True
    return None, True


def _filled(size: int, blob: bytes, leaves: Mapping[int, bytes]) -> bytes | None:
    parts: Sequence[bytes] = [leaves.get(at) or blob[at * HASH : (at + 1) * HASH] for at in range(size)]
    return b"".join(parts) if all(len(part) == HASH for part in parts) else None
