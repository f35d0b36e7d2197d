"""The only door from the ledger to training. It reads `ledger.verified.read_kind` and no other content.

Everything that comes through the door becomes a row, or is left out and counted with its reason. An organisation learns
from what it may read in full: its own records, and those that name it as a party (`accounts.visibility`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.pairs import Leg, leg_of, pair
from forecasting.demand.sales import sale_rows
from forecasting.demand.series import SaleRow
from forecasting.events import declared_on, is_declaration, recorded_on
from forecasting.reasons import UNLISTED, LeftOut, Reason
from forecasting.rows import dataset_root, delivery_value, sale_value, sorted_deliveries, sorted_sales
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Relation, Viewer, readable, relations
from traceapp.ledger import verified
from traceapp.ledger.models import Record, RecordKind
from traceapp.ledger.verified import Unverified, VerifiedRecord

RowT = TypeVar("RowT")
Read = VerifiedRecord | LeftOut
IN_FULL = (Relation.OWNER, Relation.PARTY)
PAGE = 500
Told = Callable[[int], None]


@dataclass
class Dataset(Generic[RowT]):
    """Rows in their canonical order, their root, and what was left out. `counts` counts also what is not listed."""

    rows: list[RowT]
    root: str
    until: date
    as_of_block: int
    left_out: list[LeftOut] = field(default_factory=list)
    counts: Counter[Reason] = field(default_factory=Counter)


class Sieve:
    """Collects what is left out while records pass by, and what declarations declare wrong."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []
        self.counts: Counter[Reason] = Counter()
        self.void: dict[tuple[str, str], date] = {}
        self.seen: set[tuple[str, str]] = set()

    def drop(self, one: LeftOut) -> None:
        self.counts[one.reason] += 1
        if one.reason not in UNLISTED:
            self.left_out.append(one)

    def voided(self, key: tuple[str, str], until: date | None) -> bool:
        """Whether the event was declared wrong, as far as anybody knew by `until`."""
        return key in self.void and (until is None or self.void[key] <= until)

    def take(self, record: VerifiedRecord) -> tuple[str, str] | None:
        """The event's identity; None where it is a declaration or a repetition, which are dealt with here."""
        event = record.body["event"]
        key = (record.recorded_by, str(event.get("eventID")))
        if is_declaration(event):
            self.void[key] = min(declared_on(event), self.void.get(key, date.max))
            return None
        if key in self.seen:
            self.drop(LeftOut(Reason.DUPLICATE, str(record.uid), record.batch_id, record.position))
            return None
        self.seen.add(key)
        return key


def as_of() -> int:
    """The newest block that holds events: a run says "known up to" this one. 0 on an empty ledger."""
    return max((block for _, _, block in verified.batches(RecordKind.EPCIS)), default=0)


def demand_dataset(
    *,
    organisation: Organisation,
    until: date | None,
    measure: str = "sold",
    block: int | None = None,
    waiting: bool | None = None,
    told: Told | None = None,
) -> Dataset[SaleRow]:
    """What verified events say was sold by `until` (default: the last day of any sale), as known at `block`.

    `waiting`: whether what is on no block yet is counted as left out (by default only where no block is asked for).
    """
    top = as_of() if block is None else block
    waiting = block is None if waiting is None else waiting
    sieve = Sieve()
    found: list[tuple[tuple[str, str], LeftOut, list[SaleRow]]] = []
    for record in verified_events(organisation, top, sieve, told, waiting=waiting):
        key = sieve.take(record)
        if key is None:
            continue
        uid = str(record.uid)
        answer = sale_rows(uid, record.body, measure)
        if isinstance(answer, Reason):
            sieve.drop(LeftOut(answer, uid, record.batch_id, record.position))
            continue
        known = max(answer[0].day, recorded_on(record.body) or date.min)
        why = Reason.LATER if until and known > until else Reason.VOIDED
        found.append((key, LeftOut(why, uid, record.batch_id, record.position), answer))
    kept: list[SaleRow] = []
    for key, out, rows in found:
        if out.reason is Reason.LATER or sieve.voided(key, until):
            sieve.drop(out)
        else:
            kept += rows
    kept = sorted_sales(kept)
    last = until or max((row.day for row in kept), default=date.min)
    return Dataset(kept, dataset_root(map(sale_value, kept)), last, top, sieve.left_out, sieve.counts)


def delay_dataset(
    *,
    organisation: Organisation,
    until: date | None,
    block: int | None = None,
    waiting: bool | None = None,
    told: Told | None = None,
) -> Dataset[DeliveryRow]:
    """Planned deliveries and those outcomes that were recorded by `until`, as known at `block`."""
    top = as_of() if block is None else block
    waiting = block is None if waiting is None else waiting
    sieve = Sieve()
    found: list[tuple[tuple[str, str], LeftOut, Leg]] = []
    for record in verified_events(organisation, top, sieve, told, waiting=waiting):
        key = sieve.take(record)
        if key is None:
            continue
        uid = str(record.uid)
        answer = leg_of(uid, record.body)
        if isinstance(answer, Reason):
            sieve.drop(LeftOut(answer, uid, record.batch_id, record.position))
            continue
        later = until is not None and answer.known is not None and answer.known > until
        why = Reason.LATER if later else Reason.VOIDED
        found.append((key, LeftOut(why, uid, record.batch_id, record.position), answer))
    legs: list[Leg] = []
    for key, out, leg in found:
        if out.reason is Reason.LATER or sieve.voided(key, until):
            sieve.drop(out)
        else:
            legs.append(leg)
    rows, unpaired = pair(legs)
    for one in unpaired:
        sieve.drop(one)
    rows = sorted_deliveries(rows)
    last = until or max((leg.known for leg in legs if leg.known), default=date.min)
    return Dataset(rows, dataset_root(map(delivery_value, rows)), last, top, sieve.left_out, sieve.counts)


def verified_events(
    organisation: Organisation,
    top: int,
    sieve: Sieve,
    told: Told | None,
    *,
    waiting: bool,
    near: Collection[Relation] = IN_FULL,
) -> Iterator[VerifiedRecord]:
    """Verified records to which the organisation stands so near (default: it may read them in full); everything else

    goes into the sieve. Of what is not read in full the caller looks only at members that may be seen from there.
    """
    for count, one in enumerate(_readable(organisation, None if waiting else top, near), 1):
        if told is not None and count % 5000 == 0:
            told(count)
        if isinstance(one, LeftOut):
            sieve.drop(one)
        elif one.block > top:  # came on the ledger while we were reading
            sieve.drop(LeftOut(Reason.PENDING, str(one.uid), one.batch_id, one.position))
        else:
            yield one


def _readable(organisation: Organisation, block: int | None, near: Collection[Relation]) -> Iterator[Read]:
    own = verified.read_kind(RecordKind.EPCIS, organisations=[organisation.pk], up_to_block=block)
    for one in own:
        yield _unverified(one) if isinstance(one, Unverified) else one
    viewer = Viewer(organisation.pk)
    shared = Record.objects.filter(readable(viewer), kind=RecordKind.EPCIS).exclude(organisation=organisation)
    others = sorted(set(shared.order_by().values_list("organisation_id", flat=True)))
    if others:
        # Of others' rows that do not match, only those we were allowed to read are ours to count.
        visible = set(shared.values_list("pk", flat=True))
        theirs = verified.read_kind(RecordKind.EPCIS, organisations=others, up_to_block=block)
        for page in _pages(theirs):
            yield from _shared(page, viewer, visible, near)


def _shared(
    page: list[VerifiedRecord | Unverified], viewer: Viewer, visible: set[int], near: Collection[Relation]
) -> Iterator[Read]:
    records: list[Any] = [one for one in page if isinstance(one, VerifiedRecord)]
    allowed = relations(viewer, records)
    for one in page:
        if isinstance(one, Unverified):
            if one.pk in visible:
                yield _unverified(one)
        elif allowed[one.pk] in near:
            yield one
        elif allowed[one.pk] is not None:
            yield LeftOut(Reason.HIDDEN, str(one.uid), one.batch_id, one.position)


def _pages(stream: Iterable[VerifiedRecord | Unverified]) -> Iterator[list[VerifiedRecord | Unverified]]:
    page: list[VerifiedRecord | Unverified] = []
    for one in stream:
        page.append(one)
        if len(page) == PAGE:
            yield page
            page = []
    yield page


def _unverified(one: Unverified) -> LeftOut:
    uid = str(one.uid) if one.uid else None
    return LeftOut(Reason(one.state), uid, one.batch_id, one.position, one.reason)
