"""What pages and the API ask about the ledger: states, queue, blocks, batches, findings. Nothing here waits for a peer.

States are what a person sees of the way in; whether a record is verified only `verified` can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from traceapp.accounts.visibility import Viewer, readable
from traceapp.ledger.models import Batch, Block, Checkpoint, Finding, Heartbeat, Record, Scrub
from traceapp.ledger.port import VALID, code_name
from traceapp.ledger.projection import NAME as PROJECTION
from traceapp.ledger.waiting import Reasons, is_alive

_PAGE: Final = 900


@dataclass(frozen=True)
class State:
    """How far a record has come: `value` is `queued`, `sent`, `on_ledger` or `rejected`."""

    value: str
    label: str
    reason: str = ""

    QUEUED: ClassVar["State"]
    SENT: ClassVar["State"]
    ON_LEDGER: ClassVar["State"]

    @property
    def name(self) -> str:
        return self.value.upper()

    @classmethod
    def rejected(cls, reason: str) -> "State":
        return cls("rejected", "Rejected", reason)


State.QUEUED = State("queued", "Queued")
State.SENT = State("sent", "Sent")
State.ON_LEDGER = State("on_ledger", "On ledger")


def state_of(record: Record) -> State:
    """The state of one record."""
    return states([record.pk]).get(record.pk, State.QUEUED)


IN_STATE: Final = {
    "queued": Q(batch=None) | Q(batch__state__in=(Batch.State.CLAIMED, Batch.State.ENDORSED)),
    "sent": Q(batch__evidenced=None) & Q(batch__state__in=(Batch.State.SENT, Batch.State.VALID)),
    "on_ledger": Q(batch__evidenced__isnull=False),
    "rejected": Q(batch__state=Batch.State.INVALID),
}
"""The records in each state, as conditions."""


def records(
    viewer: Viewer,
    *,
    kind: str = "",
    state: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Record]:
    """What the viewer may read, newest first. `state`: a name of `IN_STATE`; `since` is included, `until` is not."""
    found = Record.objects.filter(readable(viewer))
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(IN_STATE[state])
    if since:
        found = found.filter(record_time__gte=since)
    if until:
        found = found.filter(record_time__lt=until)
    return found.order_by("-pk")


def states(pks: Sequence[int]) -> dict[int, State]:
    """The state of each record that is stored, and why it waits if it does; one that is not stored is left out."""
    found: dict[int, State] = {}
    reasons = Reasons()
    for start in range(0, len(pks), _PAGE):
        rows = Record.objects.filter(pk__in=pks[start : start + _PAGE])
        wanted = ("pk", "organisation", "batch__state", "batch__evidenced", "batch__reason", "batch__attempts")
        for pk, organisation_id, state, evidenced, reason, attempts in rows.values_list(*wanted):
            if evidenced:
                found[pk] = State.ON_LEDGER
            elif state == Batch.State.INVALID:
                found[pk] = State.rejected(reason or "")
            else:
                base = State.SENT if state in (Batch.State.SENT, Batch.State.VALID) else State.QUEUED
                why = reason if attempts else reasons.general() if state else reasons.of(organisation_id)
                found[pk] = replace(base, reason=why or "")
    return found


def queued() -> int:
    """How many records are accepted, and not yet on the ledger with their evidence."""
    waiting = Record.objects.filter(batch=None).count()
    under_way = Batch.objects.filter(~Q(state=Batch.State.INVALID), evidenced=None).aggregate(size=Sum("size"))["size"]
    return waiting + (under_way or 0)


@dataclass(frozen=True)
class LedgerStatus:
    """The ledger as this database knows it. Times are aware; ages in seconds, None where nothing is known."""

    followed: int  # blocks noted here: the number of the next one
    height: int | None  # blocks there were when ledgerd last reached the ledger
    queued: int  # records accepted and not on the ledger yet
    oldest_queued: datetime | None
    batches_under_way: int
    running: bool  # ledgerd's heart beats
    heartbeat: datetime | None
    trouble: str  # why it cannot go on, in a sentence
    scrub_finished: datetime | None  # everything was rechecked, beginning after `scrub_began`
    scrub_began: datetime | None
    open_findings: int

    @property
    def scrub_age(self) -> float | None:
        """Seconds since everything stored was last rechecked."""
        return (_now() - self.scrub_began).total_seconds() if self.scrub_began else None


def ledger_status(viewer: Viewer | None = None) -> LedgerStatus:
    """Where relay, projection and scrub stand. Findings are counted as far as `viewer` may see them."""
    checkpoint = Checkpoint.objects.filter(pk=PROJECTION).first()
    beat = Heartbeat.objects.filter(pk="ledgerd").first()
    scrub = Scrub.objects.filter(pk="scrub").first()
    oldest = Record.objects.filter(batch=None).order_by("pk").values_list("record_time", flat=True).first()
    return LedgerStatus(
        followed=checkpoint.block + 1 if checkpoint else 0,
        height=beat.height if beat else None,
        queued=queued(),
        oldest_queued=oldest,
        batches_under_way=Batch.objects.filter(~Q(state=Batch.State.INVALID), evidenced=None).count(),
        running=is_alive(beat),
        heartbeat=beat.beat if beat else None,
        trouble=beat.trouble if beat else "",
        scrub_finished=scrub.finished if scrub else None,
        scrub_began=scrub.finished_began if scrub else None,
        open_findings=findings(viewer).count() if viewer else 0,
    )


@dataclass(frozen=True)
class TransactionLine:
    """One transaction of a block. `batch_id` is empty where the viewer has nothing to see behind it."""

    tx_id: str
    code: str
    valid: bool
    msp_id: str
    time: datetime | None
    batch_id: str
    kind: str
    size: int
    event: str  # what the contract said of it, as `redemption requested`; empty for one that is not valid


def blocks() -> QuerySet[Block]:
    """All blocks noted, newest first; page it. Every member of the channel may see that there are blocks."""
    return Block.objects.order_by("-number")


def block(number: int) -> Block | None:
    """One block, if it was noted."""
    return Block.objects.filter(number=number).first()


def transactions_of(noted: Block, viewer: Viewer) -> list[TransactionLine]:
    """A block's transactions, with links to those batches that the viewer may look into."""
    named = [one["batch"]["id"] for one in noted.transactions if one["batch"]]
    visible = set(batches_page(viewer).filter(pk__in=named[:_PAGE]).values_list("pk", flat=True)) if named else set()
    return [_line(one, visible) for one in noted.transactions]


def _line(one: dict[str, Any], visible: set[str]) -> TransactionLine:
    batch = one["batch"] or {}
    return TransactionLine(
        tx_id=one["txId"],
        code=code_name(one["code"]),
        valid=one["code"] == VALID,
        msp_id=one["mspId"],
        time=datetime.fromisoformat(one["time"]) if one["time"] else None,
        batch_id=batch.get("id", "") if batch.get("id") in visible else "",
        kind=batch.get("kind", ""),
        size=batch.get("size", 0),
        event=one.get("event", "").replace("_", " "),
    )


def batches_page(viewer: Viewer) -> QuerySet[Batch]:
    """Batches with a record that the viewer may read, newest first; page it. The leaves are left in the database."""
    inside = Record.objects.filter(readable(viewer), batch=OuterRef("pk"))
    mine = Q(organisation=viewer.organisation_id) if viewer.organisation_id is not None else Q(pk=None)
    return Batch.objects.filter(mine | Exists(inside)).defer("leaves").order_by("-created", "-pk")


def batch(viewer: Viewer, batch_id: str) -> Batch | None:
    """One batch, if the viewer may look into it."""
    return batches_page(viewer).select_related("organisation").filter(pk=batch_id).first()


def records_of(viewer: Viewer, batch_id: str) -> QuerySet[Record]:
    """Those records of a batch that the viewer may read, in order; page it, and give the pks to `verified.read`."""
    return Record.objects.filter(readable(viewer), batch=batch_id).order_by("position", "pk").defer("disclosures")


def findings(viewer: Viewer, *, resolved: bool = False) -> QuerySet[Finding]:
    """Findings about the viewer's organisation, and about the ledger as a whole, newest first. Nobody sees none."""
    if viewer.organisation_id is None:
        return Finding.objects.none()
    ours = Finding.objects.filter(Q(organisation=viewer.organisation_id) | Q(organisation=None))
    return ours.filter(resolved__isnull=not resolved)


def _now() -> datetime:
    return datetime.now(UTC)
