"""What the relay works on: which batches and calls are due, whose they are now, and how they move on."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from traceapp.ledger import claim, settle
from traceapp.ledger.calls import FOLLOWS_REJECTED
from traceapp.ledger.holds import Holds
from traceapp.ledger.models import Batch
from traceapp.ledger.outgoing import Call, Outgoing

State = Outgoing.State

MAX_IN_FLIGHT: Final = 240
"""Batches sent and not yet in a block, and as many calls. Fabric's gateway refuses more than 500 at once."""

_CALLS_A_STEP: Final = 64


def of(one: Outgoing) -> dict[str, Outgoing]:
    """Whose an envelope is."""
    return {"call" if isinstance(one, Call) else "batch": one}


def due_batches(now: datetime, holds: Holds) -> list[Batch]:
    due = Batch.objects.filter(evidenced=None, state__in=settle.OPEN, claimed_until__lt=now)
    due = due.exclude(state=State.CLAIMED, organisation__in=list(holds))
    return list(due.defer("leaves").order_by("claimed_until")[:MAX_IN_FLIGHT])


def due_calls(now: datetime, room: int) -> list[Call]:
    """Those under way first; of the new ones no more than there is room for, and none before what it follows."""
    due = Call.objects.filter(state__in=settle.OPEN, claimed_until__lt=now).select_related("organisation")
    begun = list(due.exclude(state=State.CLAIMED).order_by("claimed_until", "pk")[:_CALLS_A_STEP])
    free = due.filter(Q(after=None) | Q(after__state=State.VALID), state=State.CLAIMED)
    return begun + list(free.order_by("claimed_until", "pk")[: max(0, min(room, _CALLS_A_STEP))])


def reject_followers() -> None:
    """What was to follow a call that is rejected can have no effect either."""
    for call in Call.objects.filter(state=State.CLAIMED, after__state=State.INVALID).select_related("after"):
        assert call.after is not None
        sentence = f"It was to follow {call.after.function}, which was rejected: {call.after.reason}"
        settle.invalid(call, code=FOLLOWS_REJECTED, sentence=sentence, now=_now())


def lease(one: Outgoing) -> bool:
    """Take over one whose lease ran out. False if somebody else was faster, or it has moved on."""
    until = _now() + claim.LEASE
    if not claim.lease(one, _now(), until=until):
        return False
    one.claimed_until = until
    return True


def _ours(one: Outgoing) -> QuerySet[Any]:
    """Its row, if the lease is still ours; its end is what tells our lease from another's."""
    return type(one)._default_manager.filter(pk=one.pk, state=one.state, claimed_until=one.claimed_until)


def move(one: Outgoing, state: State, until: datetime | None) -> bool:
    """To the next state, if the lease is still ours."""
    if not _ours(one).update(state=state, claimed_until=until, attempts=0, reason=""):
        one.refresh_from_db(fields=["state", "claimed_until"])
        return False
    one.state, one.claimed_until = state, until
    return True


def postpone(one: Outgoing, reason: str, *, at_least: timedelta = timedelta(0), away: bool = False) -> datetime:
    """Note why, and when it is tried again; returns the latter."""
    attempts = one.attempts + 1
    until = _now() + max(settle.wait_after(attempts, away=away), at_least)
    _ours(one).update(attempts=attempts, reason=reason, claimed_until=until)
    return until


def _now() -> datetime:
    return datetime.now(UTC)
