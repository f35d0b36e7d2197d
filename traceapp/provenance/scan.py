"""What a scanned code stands for: product, journey and verdict, all of it checked for this one answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from traceapp.accounts.visibility import Viewer, Visibility
from traceapp.capture.models import Event
from traceapp.capture.selectors import records_for_key
from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import DigitalLink
from traceapp.ledger import verified
from traceapp.ledger.verified import Unverified, VerifiedRecord
from traceapp.provenance import goods, journey, names
from traceapp.provenance.facts import ProductFacts, product_facts
from traceapp.provenance.journey import Step, Told
from traceapp.provenance.public import public_event
from traceapp.provenance.trails import Trail, trails
from traceapp.provenance.verdict import Signs, Verdict, judge

MOST_STEPS = 200  # of one scan: a page is read by a person, and every step is hashed again for it
LONGEST_STRIP = 24  # links drawn beside the verdict


@dataclass(frozen=True)
class Scan:
    """All of it are plain values: two scans that are equal read the same, whenever they were made."""

    link: DigitalLink
    product: ProductFacts | None
    steps: tuple[Step, ...]
    left_out: int = 0  # records beyond MOST_STEPS, neither shown nor counted

    @property
    def level(self) -> str:
        """What the code names: item, lot, product, pallet (any logistic unit) or other."""
        if self.link.gtin:
            return "item" if self.link.serial else "lot" if self.link.lot else "product"
        return "pallet" if self.link.primary == "00" else "other"

    @cached_property
    def signs(self) -> Signs:
        states = [step.state for step in self.steps]
        return Signs(
            verified=states.count("verified"),
            pending=states.count("pending"),
            broken=len(self.broken),
            refused=states.count("rejected"),
            recalled_by=next((step.by for step in self.steps if step.is_recall), ""),
            times_sold=sum(step.is_sale for step in self.steps) if self.level == "item" else 0,
            expired=bool(self.product and self.product.is_past_date),
            names_product_only=self.level == "product" and self.product is not None,
        )

    @cached_property
    def verdict(self) -> Verdict:
        return judge(self.signs)

    @property
    def strip(self) -> Sequence[Step]:
        """The chain beside the verdict. A long one is cut, but for its broken links."""
        if len(self.steps) <= LONGEST_STRIP:
            return self.steps
        return [step for _number, step in self.broken][:LONGEST_STRIP] or self.steps[:LONGEST_STRIP]

    @cached_property
    def broken(self) -> list[tuple[int, Step]]:
        return [(number, step) for number, step in enumerate(self.steps, 1) if step.is_broken]

    @property
    def places(self) -> int:
        return len({step.place.full for step in self.steps if step.place})

    @property
    def recorders(self) -> list[str]:
        """The organisations behind verified steps, in the order of their first one."""
        return list(dict.fromkeys(step.by for step in self.steps if step.state == "verified"))


def scan(link: DigitalLink) -> Scan:
    """Everything the public page of a code says. A dozen queries at the most, whatever the number of records."""
    product = product_facts(link.gtin, link.lot) if link.gtin else None
    if link.gtin and not link.lot and not link.serial:
        return Scan(link, product, ())
    steps, left_out = _steps(link)
    return Scan(link, product, tuple(steps), left_out)


def _steps(link: DigitalLink) -> tuple[list[Step], int]:
    wanted = goods.names_of(link)
    nobody = Viewer.nobody()
    pks = list(dict.fromkeys(pk for name in wanted for pk in records_for_key(identifiers.key(name), nobody)))
    answer = verified.read(pks[:MOST_STEPS])
    found = journey.steps_of(_told(answer.verified, set(wanted))) + _untold(answer.unverified + answer.rivals)
    return journey.in_order(found), max(0, len(pks) - MOST_STEPS)


def _told(records: Iterable[VerifiedRecord], wanted: set[str]) -> list[Told]:
    """The index is not believed: what a record is about is read from its verified bytes."""
    return [
        Told(record, public_event(record.body))
        for record in records
        if record.visibility == Visibility.PUBLIC and goods.concerns(record.body.get("event") or {}, wanted)
    ]


def _untold(rows: list[Unverified]) -> list[Step]:
    """Steps that do not verify. Nothing they say is shown: only that they are there, at their place, and by whom."""
    if not rows:
        return []
    events = Event.objects.select_related("organisation").in_bulk([row.pk for row in rows if row.pk is not None])
    broken = trails([row for row in rows if row.state == "mismatch"])
    firms = names.organisations(trail.recorded_by for trail in broken.values() if trail.recorded_by)
    return [_untold_step(row, events.get(row.pk or 0), broken.get(row.pk or 0, Trail()), firms) for row in rows]


def _untold_step(row: Unverified, event: Event | None, trail: Trail, firms: dict[str, str]) -> Step:
    return Step(
        state=row.state,
        moment=event.time if event else timezone.now(),
        title=_title_of(row.state),
        by=firms.get(trail.recorded_by) or (event.organisation.name if event else ""),
        fingerprint=trail.expected,
        stored=trail.stored,
        since=trail.recorded_at,
        batch=row.batch_id or "",
        block=trail.block,
        position=row.position,
        uid=str(row.uid or ""),
    )


def _title_of(state: str) -> str:
    return {
        "pending": _("A step on its way to the ledger"),
        "rejected": _("A step that the ledger refused"),
        "missing": _("A step whose record is missing"),
    }.get(state, _("A step whose record was changed"))
