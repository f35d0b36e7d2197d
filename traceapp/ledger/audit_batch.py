"""One batch against the ledger, in every way there is: row, evidence, leaves, records, indexes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from traceapp.accounts.models import Organisation
from traceapp.ledger import findings, indexes, matching, roots, rows, verified
from traceapp.ledger.blocks import WrittenBatch
from traceapp.ledger.findings import Found
from traceapp.ledger.members import Identity
from traceapp.ledger.models import Batch, Checkpoint, Evidence, Finding
from traceapp.ledger.projection import NAME as PROJECTION
from traceapp.ledger.roots import Attested, Refused
from traceapp.ledger.rows import VerifiedRecord

What = Finding.What
PATIENCE: Final = timedelta(minutes=10)
"""How long attestations may take after the commit before their absence is a finding."""


@dataclass(frozen=True)
class OnLedger:
    """A batch as a block holds it."""

    batch: WrittenBatch
    tx_id: str
    block: int


@dataclass(frozen=True)
class Known:
    """Organisations by their PGLN and back, and whose batches must be stored here."""

    pglns: dict[int, str]
    ids: dict[str, int]
    hosted: frozenset[str]

    @classmethod
    def now(cls) -> "Known":
        pglns = dict(Organisation.objects.values_list("pk", "pgln"))
        hosted = frozenset(Identity.objects.values_list("organisation__pgln", flat=True))
        return cls(pglns, {pgln: pk for pk, pgln in pglns.items()}, hosted)


@dataclass(frozen=True)
class _Case:
    """All there is of one batch."""

    batch_id: str
    on_ledger: OnLedger | None
    batch: Batch | None
    evidence: Evidence | None
    stored: list[rows.Row]
    known: Known

    @property
    def is_stored(self) -> bool:
        return self.batch is not None or self.evidence is not None or bool(self.stored)

    @property
    def answer(self) -> roots.Answer | None:
        """What the stored evidence says, checked."""
        one = self.evidence
        return roots.check(one.pk, one.tx_id, one.block, bytes(one.attestation)) if one else None

    @property
    def owner(self) -> int | None:
        if self.on_ledger is not None:
            return self.known.ids.get(self.on_ledger.batch.organisation)
        return self.batch.organisation_id if self.batch else None


def audit_batch(batch_id: str, on_ledger: OnLedger | None, known: Known, *, walked: int) -> int | None:
    """Check one batch in every way there is, and keep what was found. `on_ledger`: None if no block holds it.

    `walked`: how many blocks were looked at. Returns how many rows were checked; None if the batch is no concern of
    ours, or came on to the ledger meanwhile.
    """
    before = _followed()
    batch = Batch.objects.filter(pk=batch_id).first()
    settled = batch is not None and batch.state == Batch.State.VALID
    if on_ledger is not None and not settled and on_ledger.block > before:
        return None  # the projection has not come so far
    if on_ledger is None and batch is not None and batch.block is not None and walked <= batch.block <= _followed():
        return None  # its block came after the walk
    evidence = Evidence.objects.filter(pk=batch_id).first()
    case = _Case(batch_id, on_ledger, batch, evidence, matching.fetch_batch(batch_id), known)
    if on_ledger is not None and not case.is_stored and on_ledger.batch.organisation not in known.hosted:
        return None  # kept by another instance on the same channel
    found = [*_about_batch(case), *_about_rows(case)]
    findings.keep(found, scope=findings.of_batch(batch_id))
    return len(case.stored)


def _followed() -> int:
    return Checkpoint.objects.filter(pk=PROJECTION).values_list("block", flat=True).first() or 0


def _about_batch(case: _Case) -> Iterator[Found]:
    """Batch row and evidence against the ledger."""
    batch_id, batch, evidence, on_ledger = case.batch_id, case.batch, case.evidence, case.on_ledger

    def found(what: str, message: str) -> Found:
        return Found(what, message, batch_id, organisation_id=case.owner)

    if on_ledger is not None and not case.is_stored:
        lost = f"{on_ledger.batch.size} records of batch {batch_id}, in block {on_ledger.block}"
        yield found(What.NOT_STORED, f"The ledger holds {lost}, of which nothing is stored any more.")
        return
    if on_ledger is None and (evidence is not None or (batch is not None and batch.state == Batch.State.VALID)):
        yield found(What.NOT_ON_LEDGER, f"Batch {batch_id} is stored as anchored, but no block of the ledger holds it.")
    if on_ledger is not None and batch is None:
        yield found(What.BATCH, f"The row of batch {batch_id} is gone; the ledger holds it in block {on_ledger.block}.")
    if on_ledger is not None and batch is not None and (wrong := _altered(batch, on_ledger, case.known)):
        yield found(What.BATCH, f"The row of batch {batch_id} tells otherwise than the ledger: {', '.join(wrong)}.")
    if on_ledger is not None:
        yield from (found(What.EVIDENCE, message) for message in _about_evidence(case, on_ledger))


def _altered(batch: Batch, on_ledger: OnLedger, known: Known) -> list[str]:
    written = on_ledger.batch
    checks = {
        "state": batch.state == Batch.State.VALID,
        "root": bytes(batch.root) == written.root,
        "size": batch.size == written.size,
        "kind": batch.kind == written.kind,
        "organisation": known.pglns.get(batch.organisation_id) == written.organisation,
        "transaction": batch.tx_id == on_ledger.tx_id,
        "block": batch.block == on_ledger.block,
    }
    return [name for name, right in checks.items() if not right]


def _about_evidence(case: _Case, on_ledger: OnLedger) -> Iterator[str]:
    name, batch, answer = f"batch {case.batch_id}", case.batch, case.answer
    if case.evidence is None or answer is None:
        waited = batch is not None and batch.settled is not None and datetime.now(UTC) - batch.settled > PATIENCE
        if batch is None or batch.evidenced is not None:
            yield f"The attestations kept for {name} are gone: nothing in it can be confirmed."
        elif waited:
            yield f"The ledger's organisations have not attested {name} yet: {batch.reason or 'ledgerd has not asked'}."
        return
    if isinstance(answer, Refused):
        yield f"The attestations kept for {name} do not check ({answer.reason}): {answer.message}"
    elif answer.root != on_ledger.batch.root or case.evidence.block != on_ledger.block:
        yield f"The attestations kept for {name} are of another root or block than the ledger holds."


def _reference(case: _Case) -> Attested | None:
    """What rows are held against: the ledger's own batch, else good evidence, else what the batch was claimed with."""
    if case.on_ledger is not None:
        return _as_attested(case.on_ledger)
    if case.evidence is not None:
        return case.answer if isinstance(case.answer, Attested) else None
    batch = case.batch
    if batch is None or batch.state == Batch.State.VALID:
        return None
    owner = case.known.pglns.get(batch.organisation_id, "")
    return _as_attested(OnLedger(WrittenBatch(batch.pk, batch.kind, bytes(batch.root), batch.size, owner), "", -1))


def _as_attested(on_ledger: OnLedger) -> Attested:
    written = on_ledger.batch
    return Attested(
        batch_id=written.id,
        kind=written.kind,
        root=written.root,
        size=written.size,
        organisation=written.organisation,
        tx_id=on_ledger.tx_id,
        block=on_ledger.block,
        recorded_at="",
        attesting=(),
        custodial=False,
    )


def _about_rows(case: _Case) -> Iterator[Found]:
    of = _reference(case)
    if of is None:
        judged = [verified.judge_unanchored(row, case.batch) for row in case.stored]
        yield from (_row_finding(one, one.organisation_id) for one in judged if one.what)
        return
    if not case.is_stored:
        return  # one finding for all of it
    leaves = matching.leaves_of(of, bytes(case.batch.leaves) if case.batch else b"", case.stored)
    if leaves.damaged and case.batch is not None:
        cure = "they could be restored from the rows" if leaves.blob else "they cannot be restored from the rows either"
        message = f"The leaves stored for batch {of.batch_id} do not give its root; {cure}."
        yield Found(What.LEAVES, message, of.batch_id, organisation_id=case.owner)
    good: list[VerifiedRecord] = []
    for one in matching.match(of, leaves, case.stored, case.known.pglns):
        if isinstance(one, VerifiedRecord):
            good.append(one)
        else:
            yield _row_finding(one, case.owner)
    yield from indexes.compare(good)


def _row_finding(one: rows.Unverified, owner: int | None) -> Found:
    return Found(
        what=one.what,
        message=one.reason,
        batch_id=one.batch_id or "",
        position=one.position,
        record_pk=one.pk,
        record_uid=one.uid,
        organisation_id=owner,
    )
