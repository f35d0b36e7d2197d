"""What is known of a delivery when it is planned for: its own plan, and how its lane and vendor did until then. Pure.

No leak: the history of a row holds only what was *known* by the row's reference day, and that day is half a horizon
before the planned day (for what is forecast: the day of the forecast). Whatever happened, or was written down, later
cannot change a feature; a test shuffles those outcomes and compares.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.history import GROUPS, HALF_LIVES, History, group_of

PRIOR = 6.0  # deliveries that a group must have before its own record outweighs everybody's
BASE = 0.05  # the share that is late where nothing is known at all
LEVEL = f"rate{HALF_LIVES[0]:.0f}:"  # of all deliveries lately: what the trees start from
AMOUNTS = ("quantity", "value", "packPrice", "unitsPerPack")
# Lines planned together, as the plan says: a full truck or a busy day.
TOGETHER: tuple[tuple[str, ...], ...] = ((), ("order",), ("country",), ("vendor",), ("project",))
SAME_KIND = 60  # earlier orders of the same kind of number


def reference_day(row: DeliveryRow, horizon: int, until: date | None) -> date:
    """The last day whose records may speak for this row: the day of the forecast, or, to learn from, half a horizon

    before its plan, which is how old history is on average when forecasts are made for a horizon.
    """
    day = row.scheduled - timedelta(days=-(-horizon // 2))
    return day if until is None else min(until, row.scheduled)


def logit(rate: float) -> float:
    rate = min(max(rate, 1e-3), 1 - 1e-3)
    return math.log(rate / (1 - rate))


def rates(history: History, row: DeliveryRow, day: date) -> dict[str, float]:
    """Log odds of being late by group and half-life, each pulled towards everybody's where the group knows little;

    how much it knows, its mean days, and how many of its deliveries are overdue.
    """
    found: dict[str, float] = {}
    everybody = [BASE] * len(HALF_LIVES)
    for names in GROUPS:
        tally = history.tallies.get((names, group_of(row, names)))
        late, total, days = tally.seen(day.toordinal()) if tally else ([0.0] * 3, [0.0] * 3, 0.0)
        about = "+".join(names)
        shares = [(a + base * PRIOR) / (n + PRIOR) for a, n, base in zip(late, total, everybody, strict=True)]
        if not names:
            everybody = shares
        for half, share in zip(HALF_LIVES, shares, strict=True):
            found[f"rate{half:.0f}:{about}"] = logit(share)
        found[f"known:{about}"] = math.log1p(total[1])
        found[f"days:{about}"] = days / (total[1] + PRIOR)
        found[f"overdue:{about}"] = math.log1p(max(0, tally.overdue if tally else 0))
    return found


def plan_features(row: DeliveryRow) -> dict[str, float]:
    """What the plan itself says: amounts, lead time, and the time of year, month and week."""
    angle = 2 * math.pi * row.scheduled.timetuple().tm_yday / 365.25
    found = {"season:sin": math.sin(angle), "season:cos": math.cos(angle), "season:month": float(row.scheduled.month)}
    found["weekday"], found["day"] = float(row.scheduled.weekday()), float(row.scheduled.day)
    for name in AMOUNTS:
        found[f"log:{name}"] = math.log1p(max(0.0, row.amounts.get(name, 0.0)))
    lead = (row.scheduled - row.ordered).days if row.ordered else None
    found["lead"] = math.log1p(max(0, lead)) if lead is not None else 0.0
    found["lead:unknown"] = float(lead is None)
    return found


class Plans:
    """All plans together: how many lines share a day, and how old an order's number is among those of its kind."""

    def __init__(self, rows: Sequence[DeliveryRow]) -> None:
        self._together: dict[tuple[tuple[str, ...], str, date], list[date]] = defaultdict(list)
        self._values: dict[tuple[str, date], list[tuple[date, float]]] = defaultdict(list)
        self._numbers: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for row in rows:
            known = row.ordered or date.min
            for names in TOGETHER:
                self._together[names, group_of(row, names), row.scheduled].append(known)
            self._values[_order(row), row.scheduled].append((known, row.amounts.get("value", 0.0)))
            if (order := _number(row)) is not None:
                self._numbers[order[0]].append((row.scheduled, order[1]))
        for ordered in (*self._together.values(), *self._values.values(), *self._numbers.values()):
            ordered.sort()  # type: ignore[attr-defined]

    def features(self, row: DeliveryRow, day: date) -> dict[str, float]:
        """Only plans that were known by `day` count, and the row's own."""
        found = {}
        for names in TOGETHER:
            known = self._together[names, group_of(row, names), row.scheduled]
            found["together:" + "+".join(names)] = math.log1p(max(1, bisect_right(known, day)))
        value = math.fsum(value for known, value in self._values[_order(row), row.scheduled] if known <= day)
        found["log:order"] = math.log1p(max(0.0, value, row.amounts.get("value", 0.0)))
        found["rank"] = self._rank(row, day)
        return found

    def _rank(self, row: DeliveryRow, day: date) -> float:
        """The share of recently planned orders with a lower number: a low one was placed long ago. 0.5 if unknown."""
        order = _number(row)
        if order is None:
            return 0.5
        numbers = self._numbers.get(order[0], [])
        end = bisect_right(numbers, (day, 1 << 62))
        recent = numbers[max(0, end - SAME_KIND) : end]
        return sum(number < order[1] for _, number in recent) / len(recent) if len(recent) >= 10 else 0.5


def _order(row: DeliveryRow) -> str:
    return row.attributes.get("order") or row.delivery


def _number(row: DeliveryRow) -> tuple[str, int] | None:
    """An order's number as its words and its running number: "SO-45230" is ("SO-", 45230)."""
    text = row.attributes.get("order", "")
    words = text.rstrip("0123456789")
    digits = text[len(words) :]
    return (words, int(digits)) if digits and len(digits) < 18 else None


def features(
    rows: Sequence[DeliveryRow], outcomes: Sequence[DeliveryRow], *, horizon: int, until: date | None = None
) -> list[Mapping[str, float]]:
    """Features of `rows`, in their order, from the plans and from what `outcomes` said by each row's reference day."""
    days = [reference_day(row, horizon, until) for row in rows]
    history = History(outcomes)
    plans = Plans(list({row.uid: row for row in [*outcomes, *rows]}.values()))
    found: list[Mapping[str, float]] = [{}] * len(rows)
    for position in sorted(range(len(rows)), key=lambda each: (days[each], rows[each].delivery)):
        row, day = rows[position], days[position]
        history.advance(day)
        found[position] = plan_features(row) | plans.features(row, day) | rates(history, row, day)
    return found
