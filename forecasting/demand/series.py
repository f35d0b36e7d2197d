"""Sales rows to regular series: one for a product and a place, a value a period, gaps kept as gaps. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise

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


@dataclass(frozen=True)
class Some(Iterable[SaleRow]):
    """Those of some rows that are wanted; picked anew each time, since ten million may not fit into memory."""

    rows: Iterable[SaleRow]
    wanted: Callable[[SaleRow], bool]

    def __iter__(self) -> Iterator[SaleRow]:
        return filter(self.wanted, self.rows)


def one_unit(rows: Sequence[SaleRow]) -> tuple[Iterable[SaleRow], list[LeftOut]]:
    """Rows in the unit that most of a product's rows have, ties by name; the others are left out, never added up."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        votes[row.product][row.unit] += 1
    chosen = {product: unit_of(count) for product, count in votes.items()}
    if all(len(count) == 1 for count in votes.values()):
        return rows, []
    dropped = [
        LeftOut(Reason.UNIT, row.uid, detail=f"{row.unit or 'pieces'}, not {chosen[row.product] or 'pieces'}")
        for row in rows
        if row.unit != chosen[row.product]
    ]
    return Some(rows, lambda row: row.unit == chosen[row.product]), dropped


def unit_of(count: Mapping[str, int]) -> str:
    """The one that most rows have, of several the first by name."""
    return min(count, key=lambda unit: (-count[unit], unit))


def series_of(rows: Iterable[SaleRow], *, until: date) -> tuple[list[Series], list[LeftOut]]:
    """All series in order of product and place, up to the period that holds `until`; the too short ones left out.

    Rows in order of product and place are gone through, one series at a time; others are put into that order first.
    """
    open_days: dict[str, set[date]] = defaultdict(set)
    rows, short = _recent(rows)
    zeros: set[str] = set()
    for row in rows:
        open_days[row.place].add(row.day)
        if row.quantity == 0:
            zeros.add(row.place)
    found: list[Series] = []
    for (_, place), some in groupby(_in_order(rows), key=_key):
        group = list(some)
        # A place that writes zeros down means something by a gap; one that does not sold nothing on its open days.
        implied = set() if place in zeros else open_days[place]
        series = _series(group, implied)
        if series.known >= LEAST:
            found.append(series)
        else:
            short.extend(LeftOut(Reason.SHORT, row.uid) for row in group)
    return found, short


def _key(row: SaleRow) -> tuple[str, str]:
    return row.product, row.place


def _in_order(rows: Iterable[SaleRow]) -> Iterable[SaleRow]:
    return rows if all(one <= other for one, other in pairwise(map(_key, rows))) else sorted(rows, key=_key)


def with_plan(series: Series, plan: Plan, length: int) -> Series:
    """The same with the offers of the next `length` periods; a plan is complete: what it does not name is no offer."""
    planned = [0.0] * length
    for day, share in plan.items():
        step = number(day, series.every, series.start) - len(series.values)
        if 0 <= step < length:
            planned[step] = max(planned[step], share)
    return replace(series, planned=tuple(planned))


def _recent(rows: Iterable[SaleRow]) -> tuple[Iterable[SaleRow], list[LeftOut]]:
    days = {row.day for row in rows}
    latest = max(days, default=date.min)
    if latest - min(days, default=latest) <= LONGEST:
        return rows, []
    old = [LeftOut(Reason.OLD, row.uid) for row in rows if latest - row.day > LONGEST]
    return Some(rows, lambda row: latest - row.day <= LONGEST), old


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
