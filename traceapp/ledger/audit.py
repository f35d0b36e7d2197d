"""Verify everything, both ways: what is stored against the ledger, and what is on the ledger against the store.

Walks the ledger's blocks through the port (no key is needed for that) and audits each batch in them; then what is
stored and was in no block. `scrub` does the same in small steps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from traceapp.commitments.disclosures import DisclosureError, leaf_of
from traceapp.ledger import blocks, findings, rooms, rows, trust, verified
from traceapp.ledger.audit_batch import Known, OnLedger, audit_batch
from traceapp.ledger.audit_copies import Copies, audit_projected
from traceapp.ledger.findings import Found
from traceapp.ledger.models import Batch, Block, Checkpoint, Evidence, Finding, Record
from traceapp.ledger.port import BlockEvent, Ledger
from traceapp.ledger.projection import NAME as PROJECTION
from traceapp.ledger.projection import fault_in_chain

What = Finding.What
_PAGE: Final = 200
_CATCH_UP: Final = 20  # blocks come every fraction of a second; each try walks on to the newest


@dataclass
class Result:
    """What one audit went through."""

    blocks: int = 0
    batches: int = 0
    records: int = 0
    seen: set[str] = field(default_factory=set)


def everything(ledger: Ledger, progress: Callable[[Result], None] = lambda _: None) -> Result:
    """Check all there is, and keep the findings. `progress` is called after each batch.

    Raises Unavailable when the ledger is away, and NotPinned before the first start.
    """
    result = Result()
    for _ in steps(ledger, result):
        progress(result)
    return result


def steps(ledger: Ledger, result: Result, *, audited: int = 0) -> Iterator[None]:
    """The same, one batch or block a step. Nothing is held open in the database between steps.

    `audited`: the batches in so many blocks were audited before, and are only counted as seen.
    """
    chain: list[Found] = []
    copies = Copies()
    for event in chained(ledger, chain):
        for one in blocks.transactions(event, ledger.chaincode):
            copies.met(one, event.number)
            for written in one.batches:
                result.seen.add(written.id)
                if event.number >= audited:
                    _audit(written.id, OnLedger(written, one.tx_id, event.number), result)
                    yield
        result.blocks += 1
        copies.walked = event.number + 1
        yield
    findings.keep(chain, scope=findings.OF_CHAIN)
    if not chain:
        _audit_copies(ledger, copies)
    yield from audit_projected()
    yield from rooms.audit()
    for batch_id in stored_batch_ids():
        if batch_id not in result.seen:
            result.seen.add(batch_id)
            _audit(batch_id, None, result)
            yield
    audit_queue(result)


def _audit_copies(ledger: Ledger, copies: Copies) -> None:
    """What is copied, once the walk has come as far as the projection: blocks may be added meanwhile."""
    for _ in range(_CATCH_UP):
        if copies.audit():
            return
        for event in ledger.block_events(copies.walked, timeout=0):
            for one in blocks.transactions(event, ledger.chaincode):
                copies.met(one, event.number)
            copies.walked = event.number + 1


def chained(ledger: Ledger, faults: list[Found]) -> Iterator[BlockEvent]:
    """The ledger's blocks, each checked against the one before; ends at a fault, which is added."""
    genesis = trust.pinned().genesis
    number, header_hash = -1, b""
    for event in ledger.block_events(0, timeout=0):
        fault = fault_in_chain(number, header_hash, event, genesis) or _noted_otherwise(event)
        if fault:
            faults.append(Found(What.CHAIN, f"The ledger is not the one that was followed: {fault}."))
            return
        number, header_hash = event.number, event.header_hash
        yield event
    followed = Checkpoint.objects.filter(pk=PROJECTION).values_list("block", flat=True).first()
    if followed is not None and number < followed:
        why = f"it ends at block {number}, and block {followed} was noted here"
        faults.append(Found(What.CHAIN, f"The ledger is not the one that was followed: {why}."))


def _noted_otherwise(event: BlockEvent) -> str:
    noted = Block.objects.filter(number=event.number).values_list("header_hash", flat=True).first()
    if noted is not None and bytes(noted) != event.header_hash:
        return f"block {event.number} has another hash than was noted here"
    return ""


def stored_batch_ids() -> Iterator[str]:
    """Every batch id that anything stored names, and those with open findings; some may come twice."""
    for ids in (Batch.objects.values_list("pk", flat=True), Evidence.objects.values_list("pk", flat=True)):
        yield from _paged(ids)
    yield from verified.unknown_batches()
    named = Finding.objects.filter(resolved=None).exclude(batch_id="").values_list("batch_id", flat=True)
    yield from sorted(set(named))


def _paged(ids: "QuerySet[Any, str]") -> Iterator[str]:
    last = ""
    while page := list(ids.filter(pk__gt=last).order_by("pk")[:_PAGE]):
        yield from page
        last = page[-1]


def _audit(batch_id: str, on_ledger: OnLedger | None, result: Result) -> None:
    # Known anew each time: organisations may join while a slow walk goes on.
    records = audit_batch(batch_id, on_ledger, Known.now(), walked=result.blocks)
    if records is not None:
        result.batches += 1
        result.records += records


def audit_queue(result: Result) -> None:
    """Records that wait: do their fields still give the leaf they were accepted with?"""
    found: list[Found] = []
    last = 0
    while page := rows.fetch(Record.objects.filter(batch=None, pk__gt=last).order_by("pk")[:_PAGE]):
        last = page[-1].pk
        result.records += len(page)
        found += [_changed_in_queue(row) for row in page if not _as_accepted(row)]
    findings.keep(found, scope=findings.OF_QUEUE)


def _as_accepted(row: rows.Row) -> bool:
    try:
        return leaf_of(row.disclosures, row.hidden) == row.leaf and rows.same_uid(row.uid, row.leaf)
    except DisclosureError:
        return False


def _changed_in_queue(row: rows.Row) -> Found:
    why = "Changed while it waited for the ledger: the stored fields are not those that were accepted."
    one = rows.unverified(row, rows.MISMATCH, What.CHANGED, why)
    return Found(What.CHANGED, why, "", None, one.pk, one.uid, one.organisation_id)
