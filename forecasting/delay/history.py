"""How deliveries went until a day, by whom and where: late ones and all, fading with age. Pure.

A delivery counts from the day its outcome was *recorded*. One that is overdue and has no outcome yet counts as late
from a few days after its plan on: to wait for its record would tell of every wave of delays only when it is over. It
counts so for a limited time, and only where outcomes are recorded at all, so that a place that never writes receipts
down does not look late.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from forecasting.delay.deliveries import DeliveryRow

HALF_LIVES = (30.0, 120.0, 500.0)  # days after which an outcome counts half: what is new, what is usual, what lasts
GRACE = timedelta(days=3)  # receipts are written down a little later
EXPIRES = timedelta(days=120)  # an overdue delivery of which nothing was heard since says nothing more
MOST_EARLY, MOST_LATE = -30.0, 60.0  # days: what is further out counts as this
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    *((name,) for name in ("vendor", "country", "mode", "site", "productGroup", "project", "fulfillVia")),
    *((name,) for name in ("subClassification", "molecule", "product", "order", "managedBy", "incoterm", "brand")),
    *((name,) for name in ("dosageForm",)),
    ("vendor", "country"),
    ("country", "mode"),
    ("country", "fulfillVia"),
    ("country", "productGroup"),
    ("country", "incoterm"),
    ("project", "site"),
    ("mode", "site"),
)
ANSWERS = ("country",)  # where outcomes are recorded, or not


@dataclass(frozen=True)
class Change:
    """What one delivery adds to its groups; `weights`: what is left of it by then, for each half-life."""

    late: float = 0.0
    total: float = 0.0
    days: float = 0.0
    overdue: int = 0
    weights: Sequence[float] = (1.0,) * len(HALF_LIVES)


@dataclass
class Tally:
    """Late and all deliveries of a group and their days, for each half-life; and how many are overdue now."""

    late: list[float] = field(default_factory=lambda: [0.0] * len(HALF_LIVES))
    total: list[float] = field(default_factory=lambda: [0.0] * len(HALF_LIVES))
    days: float = 0.0
    overdue: int = 0
    at: int = 0

    def add(self, day: int, change: Change) -> None:
        self._fade(day)
        for place, weight in enumerate(change.weights):
            self.late[place] += change.late * weight
            self.total[place] += change.total * weight
        self.days += change.days
        self.overdue += change.overdue

    def _fade(self, day: int) -> None:
        if day <= self.at:
            return
        weights = faded(day - self.at)
        self.late = [value * weight for value, weight in zip(self.late, weights, strict=True)]
        self.total = [value * weight for value, weight in zip(self.total, weights, strict=True)]
        self.days *= weights[1]
        self.at = day

    def seen(self, day: int) -> tuple[list[float], list[float], float]:
        """Late, all and days as they weigh on `day`; looking changes nothing, not even the last bit."""
        weights = faded(max(0, day - self.at))
        late = [max(0.0, value * weight) for value, weight in zip(self.late, weights, strict=True)]
        total = [max(0.0, value * weight) for value, weight in zip(self.total, weights, strict=True)]
        return late, total, self.days * weights[1]


def faded(days: int) -> list[float]:
    return [float(0.5 ** (days / half)) for half in HALF_LIVES]


def group_of(row: DeliveryRow, names: tuple[str, ...]) -> str:
    return " / ".join(row.attributes.get(name, "") for name in names)


class History:
    """Tallies moved forward in time only."""

    def __init__(self, rows: Sequence[DeliveryRow]) -> None:
        self.tallies: dict[tuple[tuple[str, ...], str], Tally] = defaultdict(Tally)
        self._order = count()
        self._answered: set[str] = set()
        self._overdue: dict[str, date] = {}
        self._coming: list[tuple[date, int, str, DeliveryRow]] = []
        for row in sorted(rows, key=lambda each: (each.scheduled, each.delivery, each.uid)):
            if not row.known_by(row.scheduled + GRACE):
                self._coming.append((row.scheduled + GRACE, next(self._order), "overdue", row))
            if row.recorded is not None and row.delay is not None:
                self._coming.append((row.recorded, next(self._order), "recorded", row))
        heapify(self._coming)

    def advance(self, day: date) -> None:
        """Take in everything that was known by the end of `day`."""
        while self._coming and self._coming[0][0] <= day:
            at, _, what, row = heappop(self._coming)
            if what == "recorded":
                self._recorded(at, row)
            elif what == "overdue":
                self._became_overdue(at, row)
            elif row.uid in self._overdue:
                self._no_longer(at, row, late=False)

    def _recorded(self, at: date, row: DeliveryRow) -> None:
        assert row.delay is not None
        if row.uid in self._overdue:
            self._no_longer(at, row, late=bool(row.late))
            if row.late:
                return
        self._answered.add(group_of(row, ANSWERS))
        self._add(at, row, Change(float(bool(row.late)), 1.0, _cut(row.delay)))

    def _became_overdue(self, at: date, row: DeliveryRow) -> None:
        if group_of(row, ANSWERS) in self._answered:
            self._overdue[row.uid] = at
            self._add(at, row, Change(1.0, 1.0, overdue=1))
            heappush(self._coming, (at + EXPIRES, next(self._order), "expired", row))

    def _no_longer(self, at: date, row: DeliveryRow, *, late: bool) -> None:
        """What counted as late turns out to be (then only its days are new), or is taken back with its weight."""
        since = faded((at - self._overdue.pop(row.uid)).days)
        if late:
            self._add(at, row, Change(days=_cut(row.delay or 0.0), overdue=-1))
        else:
            self._add(at, row, Change(-1.0, -1.0, overdue=-1, weights=since))

    def _add(self, at: date, row: DeliveryRow, change: Change) -> None:
        for names in GROUPS:
            self.tallies[names, group_of(row, names)].add(at.toordinal(), change)


def _cut(days: float) -> float:
    return min(max(days, MOST_EARLY), MOST_LATE)
