"""What is known of a delivery when it is planned for: its own plan, and how its lane and vendor did until then. Pure.

No leak: the history of a row holds only outcomes that had been *recorded* by the row's reference day, and that day is
half a horizon before the planned day (for what is forecast: the day of the forecast). Whatever happened, or was written
down, later cannot change a feature; a test shuffles those outcomes and compares.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.delay.deliveries import DeliveryRow

HALF_LIFE = 365.0  # days after which an outcome counts half
RECENT = 60.0  # the same, for the rate of all deliveries together
PRIOR = 8.0  # deliveries that a group must have before its own record outweighs everybody's
GROUPS: tuple[tuple[str, ...], ...] = (
    ("vendor",),
    ("country",),
    ("mode",),
    ("site",),
    ("productGroup",),
    ("project",),
    ("vendor", "country"),
    ("country", "mode"),
)
CATEGORIES = ("mode", "fulfillVia", "incoterm", "productGroup", "vendor", "country")
AMOUNTS = ("quantity", "value")


@dataclass
class Tally:
    """Late and all deliveries of a group, fading with age."""

    late: float = 0.0
    total: float = 0.0
    at: int = 0

    def fade(self, day: int, half_life: float) -> None:
        weight = 0.5 ** ((day - self.at) / half_life)
        self.late *= weight
        self.total *= weight
        self.at = day

    def seen(self, day: int, half_life: float) -> tuple[float, float]:
        """Late and all as they weigh on `day`; looking changes nothing, not even the last bit for who looks next."""
        weight = 0.5 ** (max(0, day - self.at) / half_life)
        return self.late * weight, self.total * weight


def group_of(row: DeliveryRow, names: tuple[str, ...]) -> str:
    return " / ".join(row.attributes.get(name, "") for name in names)


def reference_day(row: DeliveryRow, horizon: int, until: date | None) -> date:
    """The last day whose records may speak for this row: the day of the forecast, or, to learn from, half a horizon

    before its plan, which is how old history is on average when forecasts are made for a horizon.
    """
    day = row.scheduled - timedelta(days=-(-horizon // 2))
    return day if until is None else min(until, row.scheduled)


def _logit(rate: float) -> float:
    rate = min(max(rate, 1e-3), 1 - 1e-3)
    return math.log(rate / (1 - rate))


class History:
    """Tallies of recorded outcomes, moved forward in time only."""

    def __init__(self, outcomes: Sequence[DeliveryRow]) -> None:
        known = [row for row in outcomes if row.recorded is not None and row.delay is not None]
        self._coming = sorted(known, key=lambda row: (row.recorded, row.uid), reverse=True)
        self._tallies: dict[tuple[tuple[str, ...], str], Tally] = defaultdict(Tally)
        self._overall = Tally()

    def advance(self, day: date) -> None:
        """Take in every outcome recorded by the end of `day`."""
        while self._coming and self._coming[-1].known_by(day):
            row = self._coming.pop()
            assert row.recorded is not None
            number = row.recorded.toordinal()
            for names in GROUPS:
                self._add(self._tallies[names, group_of(row, names)], number, HALF_LIFE, bool(row.late))
            self._add(self._overall, number, RECENT, bool(row.late))

    @staticmethod
    def _add(tally: Tally, day: int, half_life: float, late: bool) -> None:
        tally.fade(max(day, tally.at), half_life)
        tally.late += late
        tally.total += 1

    def rates(self, row: DeliveryRow, day: date) -> dict[str, float]:
        """Log odds of being late, overall and by group, each pulled towards the overall rate where it knows little."""
        number = day.toordinal()
        late, total = self._overall.seen(number, RECENT)
        overall = (late + 0.1 * PRIOR) / (total + PRIOR)
        found = {"recent": _logit(overall)}
        for names in GROUPS:
            tally = self._tallies.get((names, group_of(row, names)))
            late, total = tally.seen(number, HALF_LIFE) if tally else (0.0, 0.0)
            found["rate:" + "+".join(names)] = _logit((late + overall * PRIOR) / (total + PRIOR))
        return found


def plan_features(row: DeliveryRow) -> dict[str, float]:
    """What the plan itself says: amounts, lead time, time of year, and its categories as 0 or 1."""
    angle = 2 * math.pi * row.scheduled.timetuple().tm_yday / 365.25
    found = {"season:sin": math.sin(angle), "season:cos": math.cos(angle)}
    found["weekend"] = float(row.scheduled.weekday() >= 5)
    for name in AMOUNTS:
        found[f"log:{name}"] = math.log1p(max(0.0, row.amounts.get(name, 0.0)))
    lead = (row.scheduled - row.ordered).days if row.ordered else None
    found["lead"] = math.log1p(max(0, lead)) if lead is not None else 0.0
    found["lead:unknown"] = float(lead is None)
    for name in CATEGORIES:
        if value := row.attributes.get(name):
            found[f"is:{name}={value}"] = 1.0
    return found


def features(
    rows: Sequence[DeliveryRow], outcomes: Sequence[DeliveryRow], *, horizon: int, until: date | None = None
) -> list[Mapping[str, float]]:
    """Features of `rows`, in their order, from the plan and from `outcomes` recorded by each row's reference day."""
    days = [reference_day(row, horizon, until) for row in rows]
    history = History(outcomes)
    found: list[Mapping[str, float]] = [{}] * len(rows)
    for position in sorted(range(len(rows)), key=lambda each: (days[each], rows[each].uid)):
        history.advance(days[position])
        found[position] = plan_features(rows[position]) | history.rates(rows[position], days[position])
    return found
