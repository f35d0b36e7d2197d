"""How a batch or a call ends. Called inside the transaction that moves the projection's checkpoint, or by the relay."""

from datetime import datetime, timedelta
from typing import Any, Final

from traceapp.ledger.copies import Attested
from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.outgoing import Call, Outgoing
from traceapp.ledger.port import VALID, code_name

State = Outgoing.State
OPEN: Final = (State.CLAIMED, State.ENDORSED, State.SENT)
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


def call_valid(call: Call, *, tx_id: str, block: int | None, answer: str, now: datetime) -> None:
    """The ledger holds what this call wants; those who attest it are asked. `tx_id` is empty where nobody knows it."""
    ours = Call.objects.filter(pk=call.pk, state__in=OPEN)
    ended = {"settled": now, "claimed_until": None, "attempts": 0, "reason": ""}
    done = ours.update(state=State.VALID, tx_id=tx_id, block=block, result=answer, **ended)
    if done and block is not None:
        Attested.objects.get_or_create(tx_id=tx_id, defaults={"block": block, "next_try": now})


def invalid(one: Outgoing, *, code: str, sentence: str, now: datetime) -> None:
    """The contract refuses this for good. A batch's records read Rejected, with the reason."""
    if isinstance(one, Call):
        Call.objects.filter(pk=one.pk, state__in=OPEN).update(
            state=State.INVALID, code=code, reason=sentence, settled=now, claimed_until=None
        )
    else:
        Batch.objects.filter(pk=one.pk, state__in=OPEN).update(
            state=State.INVALID, reason=f"{sentence} ({code})", settled=now, claimed_until=None
        )
    one.state = State.INVALID


def not_valid(*, envelope: Envelope, code: int, block: int, now: datetime) -> None:
    """A block holds this envelope with a code other than VALID, which is final: a new envelope is needed."""
    if not Envelope.objects.filter(pk=envelope.pk, code=None).update(code=code, block=block):
        return  # the first code stands
    of: dict[str, Any] = {"call": envelope.call_id} if envelope.call_id else {"batch": envelope.batch_id}
    kind: type[Outgoing] = Call if envelope.call_id else Batch
    one = kind._default_manager.filter(pk=envelope.call_id or envelope.batch_id, state__in=OPEN).first()
    if one is None or Envelope.objects.filter(**of, code=None).exists():
        return
    attempts = one.attempts + 1
    kind._default_manager.filter(pk=one.pk).update(
        state=State.CLAIMED,
        attempts=attempts,
        claimed_until=now + wait_after(attempts),
        reason=f"Block {block} holds it as {code_name(code)}; it is sent again.",
    )


def noted_valid(*, envelope: Envelope, block: int) -> None:
    """Note the code VALID at an envelope."""
    Envelope.objects.filter(pk=envelope.pk, code=None).update(code=VALID, block=block)
