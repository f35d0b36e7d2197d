"""Sales rows to regular series: one for a product and a place, a value a period, gaps kept as gaps. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forecasting.demand.calendar import Every, dated, infer, number
from forecasting.reasons import LeftOut, Reason

LONGEST = timedelta(days=7305)  # twenty years: one row with a mistyped year must not make a series of centuries
Plan = Mapping[date, float]
"""Offers that are planned, by day: 1, or how much of one from 0 to 1."""
LEAST = 1  # periods: what has fewer than a model needs is forecast by analogy, with the others' spread


@dataclass(frozen=True, slots=True)
class SaleRow:
    """What one verified event says was sold of one product. `uid` is its record's random public id."""

    uid: str
    item: int
    product: str
    place: str
    day: date
    quantity: float
    unit: str
    promotion: float
    period: str = ""  # "day" or "month" where the sender said which


@dataclass(frozen=True)
class Series:
    """Values and promotions by period from `start`; None where nothing was recorded, which is not zero.

    `planned`: offers of the periods after the last value. Without a plan it is empty, and nothing is known of them.
    `country`: ISO code of where the place is, whose holidays are kept; empty where that is not known.
    """

    product: str
    place: str
    every: Every
    start: date
    unit: str
    values: tuple[float | None, ...]
    promotions: tuple[float, ...]
    planned: tuple[float, ...] = ()
    country: str = ""

    def day(self, position: int) -> date:
        return dated(position, self.every, self.start)

    @property
    def known(self) -> int:
        return sum(value is not None for value in self.values)


def one_unit(rows: Sequence[SaleRow]) -> tuple[list[SaleRow], list[LeftOut]]:
    """Rows in the unit that most of a product's rows have, ties by name; the others are left out, never added up."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        votes[row.product][row.unit] += 1
    chosen = {product: min(count, key=lambda unit: (-count[unit], unit)) for product, count in votes.items()}
    kept = [row for row in rows if row.unit == chosen[row.product]]
    dropped = [
        LeftOut(Reason.UNIT, row.uid, detail=f"{row.unit or 'pieces'}, not {chosen[row.product] or 'pieces'}")
        for row in rows
        if row.unit != chosen[row.product]
    ]
    return kept, dropped


def series_of(rows: Iterable[SaleRow], *, until: date) -> tuple[list[Series], list[LeftOut]]:
    """All series in order of product and place, up to the period that holds `until`; the too short ones left out."""
    groups: dict[tuple[str, str], list[SaleRow]] = defaultdict(list)
    open_days: dict[str, set[date]] = defaultdict(set)
    rows, short = _recent(list(rows))
    for row in rows:
        groups[row.product, row.place].append(row)
        open_days[row.place].add(row.day)
    zeros = {row.place for group in groups.values() for row in group if row.quantity == 0}
    found: list[Series] = []
    for key in sorted(groups):
        # A place that writes zeros down means something by a gap; one that does not sold nothing on its open days.
        implied = set() if key[1] in zeros else open_days[key[1]]
        series = _series(groups[key], implied)
        if series.known >= LEAST:
            found.append(series)
        else:
            short.extend(LeftOut(Reason.SHORT, row.uid) for row in groups[key])
    return found, short


def with_plan(series: Series, plan: Plan, length: int) -> Series:
    """The same with the offers of the next `length` periods; a plan is complete: what it does not name is no offer."""
    planned = [0.0] * length
    for day, share in plan.items():
        step = number(day, series.every, series.start) - len(series.values)
        if 0 <= step < length:
            planned[step] = max(planned[step], share)
    return replace(series, planned=tuple(planned))


def _recent(rows: list[SaleRow]) -> tuple[list[SaleRow], list[LeftOut]]:
    latest = max((row.day for row in rows), default=date.min)
    old = [LeftOut(Reason.OLD, row.uid) for row in rows if latest - row.day > LONGEST]
    return [row for row in rows if latest - row.day <= LONGEST], old


def _series(rows: list[SaleRow], implied: set[date]) -> Series:
    days = {row.day for row in rows}
    said = {row.period for row in rows} - {""}
    every: Every = "month" if said == {"month"} else "day" if said == {"day"} else infer(days)
    start = min(days)
    sold: dict[int, float] = defaultdict(float)
    promoted: dict[int, float] = defaultdict(float)
    for row in rows:
        position = number(row.day, every, start)
        sold[position] += row.quantity
        promoted[position] = max(promoted[position], row.promotion)
    zeros = {number(day, every, start) for day in implied if day >= start}
    length = max(sold | dict.fromkeys(zeros, 0)) + 1
    values = tuple(sold.get(p, 0.0 if p in zeros else None) for p in range(length))
    promotions = tuple(promoted.get(p, 0.0) for p in range(length))
    return Series(rows[0].product, rows[0].place, every, start, rows[0].unit, values, promotions)
