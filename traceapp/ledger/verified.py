"""The only door to verified rows. Nothing is remembered of a record: its stored bytes are hashed for each answer.

`read` is for pages (some pks), `read_kind` for training sets (everything of a kind). Every record asked for comes back
either verified or, with the reason, unverified.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from traceapp.accounts.models import Organisation
from traceapp.ledger import matching, roots, rows
from traceapp.ledger.matching import Leaves
from traceapp.ledger.models import Batch, Evidence, Finding, Record
from traceapp.ledger.roots import Attested, Refused
from traceapp.ledger.rows import MISMATCH, MISSING, PENDING, REJECTED, Row, Unverified, VerifiedRecord
from traceapp.web import prepared

__all__ = ["Answer", "Unverified", "VerifiedRecord", "batches", "read", "read_kind"]

_PAGE = 500  # below SQLite's limit on parameters
_BATCHES_A_PAGE = 200


@dataclass
class Answer:
    """Every pk asked for is in exactly one of the two, in the order asked."""

    verified: list[VerifiedRecord] = field(default_factory=list)
    unverified: list[Unverified] = field(default_factory=list)
    rivals: list[Unverified] = field(default_factory=list)  # not asked for: rows added at the places of those that were

    def add(self, one: VerifiedRecord | Unverified) -> None:
        """Put one where it belongs."""
        if isinstance(one, VerifiedRecord):
            self.verified.append(one)
        else:
            self.unverified.append(one)


def read(pks: Sequence[int]) -> Answer:
    """Read records by pk, hashed now. A pk without a row comes back `missing`."""
    answer = Answer()
    wanted = list(dict.fromkeys(pks))
    beside: set[int] = set()
    for start in range(0, len(wanted), _PAGE):
        page = wanted[start : start + _PAGE]
        found = {one.pk: one for one in _judge(rows.fetch_pks(page), beside)}
        for pk in page:
            answer.add(found.get(pk) or _vanished(pk))
    beside.difference_update(wanted)
    if beside:
        others = _judge(rows.fetch(Record.objects.filter(pk__in=sorted(beside)[:_PAGE]).order_by("pk")))
        answer.rivals = [one for one in others if isinstance(one, Unverified)]
    return answer


def read_kind(
    kind: str,
    *,
    organisations: Collection[int] | None = None,
    up_to_block: int | None = None,
    passing_by: Collection[str] = (),
    chunk: int = 1000,
) -> Iterator[VerifiedRecord | Unverified]:
    """Everything of a kind: what the ledger attests in (block, batch, position) order, then what it does not.

    Positions without a row yield `missing`. With `up_to_block` later batches and the queue are left out altogether;
    without it, waiting and rejected records come last as `pending` and `rejected`. `organisations`: only records by
    these. `passing_by`: attested batches of which the caller has the rows already. `chunk`: about how many rows are
    held at once.
    """
    refused: list[str] = []
    for page in _anchored_pages(up_to_block, refused):
        pglns = _pglns()  # organisations may join while a long read goes on
        wanted = None if organisations is None else {pglns[one] for one in organisations if one in pglns}
        ours = [of for of in page if of.kind == kind and (wanted is None or of.organisation in wanted)]
        yield from _read_batches([of for of in ours if of.batch_id not in passing_by], pglns, chunk)
    for records in _not_attested(kind, organisations, up_to_block, refused):
        for start in _chunks(records, chunk):
            yield from _judge(start)


def batches(
    kind: str, up_to_block: int | None = None, organisations: Collection[int] | None = None
) -> list[tuple[str, bytes, int]]:
    """(batch id, root, block) of every attested batch of a kind, in (block, id) order: what a training set rests on."""
    pglns = _pglns()
    wanted = None if organisations is None else {pglns[one] for one in organisations if one in pglns}
    attested = (of for page in _anchored_pages(up_to_block, []) for of in page if of.kind == kind)
    return [(of.batch_id, of.root, of.block) for of in attested if wanted is None or of.organisation in wanted]


def _pglns() -> dict[int, str]:
    return dict(prepared.rows("pglns", lambda: Organisation.objects.values_list("pk", "pgln")))


def _vanished(pk: int) -> Unverified:
    return Unverified(pk, None, None, None, MISSING, "Missing: this record is no longer stored.", Finding.What.DROPPED)


# --- some rows --------------------------------------------------------------------------------------------------------


def _judge(stored: Sequence[Row], beside: set[int] | None = None) -> list[VerifiedRecord | Unverified]:
    """Any rows, of any batches. `beside` gets the pks of all rows that share a place with another."""
    ids = {row.batch_id for row in stored if row.batch_id is not None}
    attested = roots.attested(ids)
    blobs = _blobs([one for one in attested if isinstance(attested[one], Attested)])
    known = Batch.objects.defer("leaves").in_bulk(ids - attested.keys())
    claimed = _claimed_twice(stored, attested)
    rivals = set(claimed)
    if beside is not None:
        beside.update(pk for pks in claimed.values() for pk in pks)
    pglns = _pglns() if stored else {}
    leaves: dict[str, Leaves] = {}
    judged: list[VerifiedRecord | Unverified] = []
    for row in stored:
        of = attested.get(row.batch_id or "")
        if isinstance(of, Attested):
            if of.batch_id not in leaves:
                leaves[of.batch_id] = matching.leaves_of(of, blobs.get(of.batch_id, b""))
            judged.append(_placed(row, of, leaves[of.batch_id], pglns, rivals))
        elif isinstance(of, Refused):
            judged.append(rows.unverified(row, MISMATCH, Finding.What.EVIDENCE, of.message))
        else:
            judged.append(judge_unanchored(row, known.get(row.batch_id or "")))
    return judged


def _placed(
    row: Row, of: Attested, leaves: Leaves, pglns: dict[int, str], rivals: set[tuple[str, int]]
) -> VerifiedRecord | Unverified:
    if leaves.blob is None:
        return matching.nothing_to_compare(row)
    if row.position is None or not 0 <= row.position < of.size:
        return matching.added(row)
    if (of.batch_id, row.position) in rivals and not matching.rightful(row, leaves):
        return matching.added(row)
    return matching.place(row, of, leaves, pglns)


def _claimed_twice(stored: Sequence[Row], attested: dict[str, roots.Answer]) -> dict[tuple[str, int], list[int]]:
    """Positions that more than one row claims, of the positions of these rows, with the pks of all that do."""
    here = [row for row in stored if row.batch_id in attested]
    places = {(row.batch_id, row.position) for row in here if row.position is not None}
    if not places:
        return {}
    batch_ids, positions = (sorted(set(one)) for one in zip(*places, strict=True))
    claims: dict[tuple[str, int], list[int]] = {}
    for pk, batch_id, position in prepared.rows("claims", _claims_on, batch_ids, positions):
        claims.setdefault((str(batch_id), int(position or 0)), []).append(pk)
    return {place: pks for place, pks in claims.items() if len(pks) > 1}


def _claims_on(batch_ids: Sequence[str], positions: Sequence[int]) -> QuerySet[Record, Any]:
    claims = Record.objects.filter(batch_id__in=batch_ids, position__in=positions)
    return claims.values_list("pk", "batch_id", "position")


def _blobs(batch_ids: Sequence[str]) -> dict[str, bytes]:
    """The stored leaves of batches."""
    if not batch_ids:
        return {}
    stored = prepared.rows(
        "leaves", lambda ids: Batch.objects.filter(pk__in=ids).values_list("pk", "leaves"), batch_ids
    )
    return {batch_id: bytes(leaves) for batch_id, leaves in stored}


def judge_unanchored(row: Row, batch: Batch | None) -> Unverified:
    """Why there is no evidence for a row."""
    if row.batch_id is None:
        return rows.unverified(row, PENDING, "", "Queued: not yet sent to the ledger.")
    if batch is None:
        return rows.mismatch(
            row, Finding.What.ADDED, f"the row names batch {row.batch_id[:8]}, which is not known here"
        )
    if batch.state == Batch.State.INVALID:
        return rows.unverified(row, REJECTED, "", f"Rejected by the ledger's contract: {batch.reason}")
    if batch.evidenced is not None:
        why = "Cannot be confirmed: the attestations that were kept beside its batch are gone."
        return rows.unverified(row, MISMATCH, Finding.What.EVIDENCE, why)
    if row.position is None or not 0 <= row.position < batch.size:
        return matching.added(row)
    return rows.unverified(row, PENDING, "", "Sent to the ledger; not yet confirmed by its organisations.")


# --- everything of a kind ---------------------------------------------------------------------------------------------


def _anchored_pages(up_to_block: int | None, refused: list[str]) -> Iterator[list[Attested]]:
    """All evidence that checks, in (block, batch id) order; the batches of that which does not go to `refused`.

    Batch rows are not asked: they prove nothing.
    """
    after = Q()
    while True:
        page = Evidence.objects.filter(after).order_by("block", "batch_id")
        if up_to_block is not None:
            page = page.filter(block__lte=up_to_block)
        stored = list(page.values_list("batch_id", "tx_id", "block", "attestation")[:_BATCHES_A_PAGE])
        if not stored:
            return
        checked = [roots.check(batch_id, tx_id, block, bytes(a)) for batch_id, tx_id, block, a in stored]
        refused += [one[0] for one, answer in zip(stored, checked, strict=True) if isinstance(answer, Refused)]
        yield [one for one in checked if isinstance(one, Attested)]
        last_id, _, last_block, _ = stored[-1]
        after = Q(block__gt=last_block) | Q(block=last_block, batch_id__gt=last_id)


def _read_batches(
    anchored: Iterable[Attested], pglns: dict[int, str], chunk: int
) -> Iterator[VerifiedRecord | Unverified]:
    """Small batches are read together, so that a query brings about `chunk` rows."""
    waiting = deque(anchored)
    while waiting:
        together = [waiting.popleft()]
        size = together[0].size
        while waiting and len(together) < _PAGE and size + waiting[0].size <= chunk:
            size += waiting[0].size
            together.append(waiting.popleft())
        yield from _read_together(together, pglns)


def _read_together(together: Sequence[Attested], pglns: dict[int, str]) -> Iterator[VerifiedRecord | Unverified]:
    ids = [of.batch_id for of in together]
    blobs = dict(Batch.objects.filter(pk__in=ids).values_list("pk", "leaves"))
    stored: dict[str | None, list[Row]] = {batch_id: [] for batch_id in ids}
    for row in rows.fetch(Record.objects.filter(batch_id__in=ids).order_by("batch_id", "position", "pk")):
        stored[row.batch_id].append(row)
    for of in together:
        mine = stored.pop(of.batch_id)
        leaves = matching.leaves_of(of, bytes(blobs.get(of.batch_id, b"")), mine)
        yield from matching.match(of, leaves, mine, pglns)


def _not_attested(
    kind: str, organisations: Collection[int] | None, up_to_block: int | None, refused: Sequence[str]
) -> Iterator[QuerySet[Record]]:
    """Records of a kind in batches without good evidence, in no batch, and in batches that nobody knows."""
    ours = Record.objects.filter(kind=kind)
    if organisations is not None:
        ours = ours.filter(organisation__in=organisations)
    unproven = ~Exists(Evidence.objects.filter(batch_id=OuterRef("pk")))
    without = Batch.objects.filter(unproven, **_up_to(up_to_block)).order_by("created", "pk")
    for batch_id in [*without.values_list("pk", flat=True), *refused, *unknown_batches()]:
        yield ours.filter(batch_id=batch_id)
    if up_to_block is None:
        yield ours.filter(batch=None)


def _up_to(block: int | None) -> dict[str, int]:
    return {} if block is None else {"block__lte": block}


def unknown_batches() -> list[str]:
    """Batch ids that records name, but of which neither a batch nor evidence is stored."""
    named = Record.objects.exclude(batch=None).order_by("batch_id").values_list("batch_id", flat=True).distinct()
    known = set(Batch.objects.values_list("pk", flat=True)) | set(Evidence.objects.values_list("batch_id", flat=True))
    return [batch_id for batch_id in named if batch_id not in known]


def _chunks(records: QuerySet[Record], size: int) -> Iterator[list[Row]]:
    """The rows of a query in pages by pk."""
    last = 0
    while page := rows.fetch(records.filter(pk__gt=last).order_by("pk")[:size]):
        yield page
        last = page[-1].pk
