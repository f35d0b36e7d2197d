"""How a batch ends. Called inside the transaction that moves the projection's checkpoint, or by the relay."""

from datetime import datetime, timedelta
from typing import Final

from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.port import VALID, code_name

OPEN: Final = (Batch.State.CLAIMED, Batch.State.ENDORSED, Batch.State.SENT)
_FIRST_WAIT: Final = 0.5  # seconds
_LONGEST_WAIT: Final = 60.0
_WHILE_AWAY: Final = 8.0  # longer than the daemon's own pause: a batch that nobody answers must not keep others back


def wait_after(attempts: int, *, away: bool = False) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, a minute at the most.

    `away`: only the ledger was away. Seconds at the most, since they add to how long an outage is felt.
    """
    longest = _WHILE_AWAY if away else _LONGEST_WAIT
    return timedelta(seconds=min(longest, _FIRST_WAIT * 2 ** min(attempts, 16)))


def valid(*, batch_id: str, root: bytes, tx_id: str, block: int, now: datetime) -> bool:
    """The ledger holds this batch. The first transaction that a block calls valid stands.

    False if the batch is not one of ours, or was settled before.
    """
    ours = Batch.objects.filter(pk=batch_id, root=root, state__in=OPEN)
    return bool(
        ours.update(
            state=Batch.State.VALID, tx_id=tx_id, block=block, settled=now, claimed_until=now, attempts=0, reason=""
        )
    )


def invalid(*, batch_id: str, reason: str, now: datetime) -> None:
    """The contract refuses this batch for good. Its records read Rejected, with the reason."""
    Batch.objects.filter(pk=batch_id, state__in=OPEN).update(
        state=Batch.State.INVALID, reason=reason, settled=now, claimed_until=None
    )


def not_valid(*, envelope: Envelope, code: int, block: int, now: datetime) -> None:
    """A block holds this envelope with a code other than VALID, which is final: the batch needs a new envelope."""
    if not Envelope.objects.filter(pk=envelope.pk, code=None).update(code=code, block=block):
        return  # the first code stands
    batch = Batch.objects.filter(pk=envelope.batch_id, state__in=OPEN).first()
    if batch is None or Envelope.objects.filter(batch=batch, code=None).exists():
        return
    attempts = batch.attempts + 1
    Batch.objects.filter(pk=batch.pk).update(
        state=Batch.State.CLAIMED,
        attempts=attempts,
        claimed_until=now + wait_after(attempts),
        reason=f"Block {block} holds it as {code_name(code)}; it is sent again.",
    )


def noted_valid(*, envelope: Envelope, block: int) -> None:
    """Note the code VALID at an envelope."""
    Envelope.objects.filter(pk=envelope.pk, code=None).update(code=VALID, block=block)
