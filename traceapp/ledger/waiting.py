"""Why records wait, in a sentence: an organisation's own trouble, or the ledger's as a whole."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Min, Sum

from traceapp.ledger.models import Batch, Heartbeat, Record

ALIVE_WITHIN: Final = timedelta(seconds=15)
"""A heartbeat older than this means that ledgerd does not run."""
NOT_RUNNING: Final = "The ledger daemon does not run. Records are kept, and go on once it does."

_BEFORE_SENT: Final = (Batch.State.CLAIMED, Batch.State.ENDORSED)


@dataclass(frozen=True)
class Waiting:
    """Records of an organisation that somebody has to help: how many, since when, and why."""

    records: int
    since: datetime | None
    reason: str


class Reasons:
    """Looks each thing up once: for one page's records."""

    def __init__(self) -> None:
        self._general: str | None = None
        self._held: dict[int, str] = {}

    def general(self) -> str:
        """Why nothing goes on for anybody; empty while all is well, or nothing is known."""
        if self._general is None:
            self._general = trouble(Heartbeat.objects.filter(pk="ledgerd").first())
        return self._general

    def of(self, organisation_id: int) -> str:
        """Why an organisation's queue stands still; empty when it does not."""
        if organisation_id not in self._held:
            self._held[organisation_id] = held(organisation_id) or self.general()
        return self._held[organisation_id]


def trouble(beat: Heartbeat | None) -> str:
    """What ledgerd last said that keeps it from working; that it does not run, if it once did."""
    if beat is None:
        return ""
    return beat.trouble or ("" if is_alive(beat) else NOT_RUNNING)


def is_alive(beat: Heartbeat | None) -> bool:
    return beat is not None and datetime.now(UTC) - beat.beat < ALIVE_WITHIN


def held(organisation_id: int) -> str:
    """What its last transactions were refused for, while they are."""
    refused = Batch.objects.filter(organisation=organisation_id, state=Batch.State.CLAIMED, attempts__gt=0)
    return refused.order_by("-created").values_list("reason", flat=True).first() or ""


def waiting(organisation_id: int) -> Waiting | None:
    """An organisation's queue, if it stands still; None while it moves, or there is none."""
    reason = Reasons().of(organisation_id)
    if not reason:
        return None
    queued = Record.objects.filter(organisation=organisation_id, batch=None)
    claimed = Batch.objects.filter(organisation=organisation_id, state__in=_BEFORE_SENT)
    sizes = claimed.aggregate(size=Sum("size"), since=Min("time_from"))
    since = [one for one in (sizes["since"], queued.aggregate(since=Min("record_time"))["since"]) if one]
    records = queued.count() + (sizes["size"] or 0)
    return Waiting(records, min(since), reason) if records else None
