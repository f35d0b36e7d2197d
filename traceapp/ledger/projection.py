"""Follow the ledger's blocks. A checkpoint moves, by compare-and-set, in the transaction that notes what it covers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from traceapp.ledger import blocks, documents, settle, trust
from traceapp.ledger.models import Block, Checkpoint, Envelope
from traceapp.ledger.port import VALID, BlockEvent, Ledger
from traceapp.ledger.protos import transaction as codes

NAME: Final = "projection"
_PAGE: Final = 50  # blocks a database transaction


class LedgerMismatch(Exception):
    """This ledger is not the one that was followed so far. Nothing goes on until somebody looked."""


class FollowedElsewhere(Exception):
    """Somebody else moved the checkpoint meanwhile: start again from where it is now."""


def follow(ledger: Ledger, *, timeout: float) -> int:
    """Note the blocks there are, waiting at most `timeout` seconds for a first one. Returns how many were noted.

    Raises LedgerMismatch for another genesis, a broken chain, or a checkpoint above the ledger's height.
    """
    checkpoint = _checkpoint(ledger)
    height = ledger.height()
    noted, page = 0, []
    for event in ledger.block_events(checkpoint.block + 1, timeout=timeout):
        page.append(event)
        caught_up = event.number + 1 >= height
        if caught_up or len(page) == _PAGE:
            note(ledger, checkpoint, page)
            noted, page = noted + len(page), []
        if caught_up:
            break
    return noted


def _checkpoint(ledger: Ledger) -> Checkpoint:
    """Where we stand, checked against the ledger's height and the pinned genesis."""
    genesis = trust.pinned().genesis
    checkpoint = Checkpoint.objects.filter(pk=NAME).first()
    if checkpoint is None:
        checkpoint, _ = Checkpoint.objects.get_or_create(
            name=NAME, defaults={"block": -1, "block_hash": b"", "genesis": genesis}
        )
    if bytes(checkpoint.genesis) != genesis:
        raise LedgerMismatch("the pinned trust file names another genesis block than the one that was followed so far")
    height = ledger.height()
    if checkpoint.block >= height:
        raise LedgerMismatch(
            f"this database followed the ledger to block {checkpoint.block}, but the ledger ends at block "
            f"{height - 1}: it is another one, or was put back to an older copy"
        )
    return checkpoint


def note(ledger: Ledger, checkpoint: Checkpoint, events: Sequence[BlockEvent]) -> None:
    """Note blocks and move the checkpoint over them, in one transaction."""
    with transaction.atomic():
        for event in events:
            _check(checkpoint, event)
            at_place = Checkpoint.objects.filter(pk=NAME, block=event.number - 1)
            if not at_place.update(block=event.number, block_hash=event.header_hash, moved=_now()):
                raise FollowedElsewhere(f"block {event.number} was noted by somebody else")
            checkpoint.block, checkpoint.block_hash = event.number, event.header_hash
            _note(event, list(blocks.transactions(event, ledger.chaincode)))


def _check(checkpoint: Checkpoint, event: BlockEvent) -> None:
    fault = fault_in_chain(checkpoint.block, bytes(checkpoint.block_hash), event, bytes(checkpoint.genesis))
    if fault:
        raise LedgerMismatch(fault)


def fault_in_chain(number: int, header_hash: bytes, event: BlockEvent, genesis: bytes) -> str:
    """Why a block cannot follow block `number`, in words; empty when it does."""
    if event.number != number + 1:
        return f"block {event.number} came after block {number}"
    if event.number == 0 and event.header_hash != genesis:
        return "the ledger's genesis block is not the pinned one: it is another ledger"
    if event.number and event.previous_hash != header_hash:
        return f"block {event.number} does not follow the block {number} that was noted before: it is another ledger"
    return blocks.fault_of(event)


def _note(event: BlockEvent, transactions: Sequence[blocks.Transaction]) -> None:
    now = _now()
    ours = Envelope.objects.filter(tx_id__in=[t.tx_id for t in transactions if t.tx_id]).select_related("call")
    sent = {one.tx_id: one for one in ours}
    for position, one in enumerate(transactions):
        envelope = sent.get(one.tx_id)
        documents.note(one, event.number, position)
        for written in one.batches:
            settle.valid(batch_id=written.id, root=written.root, tx_id=one.tx_id, block=event.number, now=now)
        if envelope is not None and bytes(envelope.content) == one.envelope:
            _note_code(envelope, one, event.number, now)
    _note_block(event, transactions)


def _note_code(envelope: Envelope, one: blocks.Transaction, block: int, now: datetime) -> None:
    if one.code == VALID:
        settle.noted_valid(envelope=envelope, block=block)
        if envelope.call is not None:
            answer = one.answer.decode()
            settle.call_valid(envelope.call, tx_id=one.tx_id, block=block, answer=answer, now=now)
    elif one.code != codes.DUPLICATE_TXID:  # says nothing of the first one
        settle.not_valid(envelope=envelope, code=one.code, block=block, now=now)


def _note_block(event: BlockEvent, transactions: Sequence[blocks.Transaction]) -> None:
    times = [one.time for one in transactions if one.time is not None]
    Block.objects.update_or_create(
        number=event.number,
        defaults={
            "header_hash": event.header_hash,
            "previous_hash": event.previous_hash,
            "time": max(times, default=None),
            "transactions": [_shown(one) for one in transactions],
        },
    )


def _shown(one: blocks.Transaction) -> dict[str, object]:
    batch = next(one.batches, None)
    return {
        "txId": one.tx_id,
        "code": one.code,
        "type": one.type,
        "mspId": one.msp_id,
        "time": one.time.isoformat() if one.time else None,
        "event": one.event[0] if one.event else "",
        "batch": {"id": batch.id, "kind": batch.kind, "size": batch.size, "organisation": batch.organisation}
        if batch
        else None,
    }


def _now() -> datetime:
    return datetime.now(UTC)
