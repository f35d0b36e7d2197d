"""The only door from the ledger to training. It reads `ledger.verified.read_kind` and no other content.

Everything that comes through the door becomes a row, or is left out and counted with its reason. An organisation learns
from what it may read in full: its own records, and those that name it as a party (`accounts.visibility`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.pairs import pair
from forecasting.demand.series import SaleRow
from forecasting.facts import Fact, Key, declaration_of, delivery_fact, key_of, sales_fact
from forecasting.reasons import UNLISTED, LeftOut, Reason
from forecasting.rows import dataset_root, delivery_value, sales_root, sorted_deliveries
from forecasting.sifting import sifted
from forecasting.snapshots import keeping as snapshots
from forecasting.snapshots.parts import Damaged
from forecasting.table import Table
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Relation, Viewer, readable, relations
from traceapp.ledger import verified
from traceapp.ledger.models import Record, RecordKind
from traceapp.ledger.verified import Unverified, VerifiedRecord

RowT = TypeVar("RowT")
T = TypeVar("T")
Read = VerifiedRecord | LeftOut
IN_FULL = (Relation.OWNER, Relation.PARTY)
PAGE = 500
Told = Callable[[int], None]


@dataclass
class Dataset(Generic[RowT]):
    """Rows in their canonical order, their root, and what was left out. `counts` counts also what is not listed.

    `snapshot`: hash of the manifest of the snapshot that some of the rows came from; empty where all were read anew.
    """

    rows: Sequence[RowT]
    root: str
    until: date
    as_of_block: int
    left_out: list[LeftOut] = field(default_factory=list)
    counts: Counter[Reason] = field(default_factory=Counter)
    snapshot: str = ""


class Sieve:
    """Collects what is left out while records pass by, and what declarations declare wrong."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []
        self.counts: Counter[Reason] = Counter()
        self.void: dict[Key, date] = {}
        self.seen: set[Key] = set()

    def drop(self, one: LeftOut) -> None:
        self.counts[one.reason] += 1
        if one.reason not in UNLISTED:
            self.left_out.append(one)

    def count(self, reason: Reason, many: int) -> None:
        if many:
            self.counts[reason] += many

    def voided(self, key: Key, until: date | None) -> bool:
        """Whether the event was declared wrong, as far as anybody knew by `until`."""
        return key in self.void and (until is None or self.void[key] <= until)

    def take(self, record: VerifiedRecord) -> Key | None:
        """The event's identity; None where it is a declaration or a repetition, which are dealt with here."""
        key = key_of(record)
        fact = declaration_of(record) or Fact(key, str(record.uid), record.batch_id, record.position, Reason.OTHER)
        return key if self._first(fact) else None

    def _first(self, fact: Fact[Any]) -> bool:
        if fact.declared is not None:
            self.void[fact.event] = min(fact.declared, self.void.get(fact.event, date.max))
            return False
        if fact.event in self.seen:
            self.drop(fact.out(Reason.DUPLICATE))
            return False
        self.seen.add(fact.event)
        return True

    def answers(self, facts: Iterable[Fact[T]], until: date | None) -> Iterator[T]:
        """What facts say that count: of all of them, those known by `until` and not declared wrong by then."""
        waiting: list[tuple[Fact[T], T]] = []
        for fact in facts:
            if not self._first(fact):
                continue
            if isinstance(fact.answer, Reason):
                self.drop(fact.out(fact.answer))
            else:
                waiting.append((fact, fact.answer))
        for fact, answer in waiting:
            if until is not None and fact.known is not None and fact.known > until:
                self.drop(fact.out(Reason.LATER))
            elif self.voided(fact.event, until):
                self.drop(fact.out(Reason.VOIDED))
            else:
                yield answer


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

    def read(held: snapshots.Usable | None) -> Dataset[SaleRow]:
        sieve = Sieve()
        batches = held.batches if held else ()
        events = verified_events(organisation, top, sieve, told, waiting=waiting, passing_by=batches)
        table = Table()
        if held is not None:
            held.into(table, told)
        for record in events:
            table.add(sales_fact(record, measure))
        kept = sifted(table, until, sieve.drop, sieve.count)
        last = until or kept.last or date.min
        return Dataset(
            kept, sales_root(kept), last, top, sieve.left_out, sieve.counts, held.manifest.sha256 if held else ""
        )

    try:
        return read(snapshots.usable(organisation, measure, top))
    except Damaged as error:
        snapshots.drop(organisation, measure, str(error))
        return read(None)


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
    events = verified_events(organisation, top, sieve, told, waiting=waiting)
    legs = list(sieve.answers(map(delivery_fact, events), until))
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
    passing_by: Collection[str] = (),
) -> Iterator[VerifiedRecord]:
    """Verified records to which the organisation stands so near (default: it may read them in full); everything else

    goes into the sieve. Of what is not read in full the caller looks only at members that may be seen from there.
    `passing_by`: batches of its own of which it has the rows already.
    """
    for count, one in enumerate(_readable(organisation, None if waiting else top, near, passing_by), 1):
        if told is not None and count % 5000 == 0:
            told(count)
        if isinstance(one, LeftOut):
            sieve.drop(one)
        elif one.block > top:  # came on the ledger while we were reading
            sieve.drop(LeftOut(Reason.PENDING, str(one.uid), one.batch_id, one.position))
        else:
            yield one


def _readable(
    organisation: Organisation, block: int | None, near: Collection[Relation], passing_by: Collection[str]
) -> Iterator[Read]:
    own = verified.read_kind(
        RecordKind.EPCIS, organisations=[organisation.pk], up_to_block=block, passing_by=passing_by
    )
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
