"""Which records a query has to look at: by the index, for this viewer, in the order of the answer.

What is found holds every look-up of every criterion, and the viewer may see the fields that the query asks for. The
criteria themselves are tested later, on the verified event. Where some look-up finds few records, those are fetched
and the rest is asked of them; else the database goes through its indexes, all of which end with the record, in order.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Q, QuerySet

from traceapp.accounts.visibility import Viewer, readable_as, sight
from traceapp.capture.index import LENGTH
from traceapp.capture.models import Event, EventKey, KeyRole
from traceapp.query.criteria import Column, Keys, LookUp, Span
from traceapp.query.parse import Query

FEW = 2000
"""A look-up with no more records than this is fetched whole."""
AHEAD = 2
"""Of a single look-up, so many times the records of a page are read at first: most often its viewer may read enough."""
MOST_PAIRS = 8
"""A look-up of more pairs of key and role than this is left to the database."""

Sort: TypeAlias = datetime | None


class Place(NamedTuple):
    """Where a record stands in the order of an answer."""

    sort: Sort
    pk: int


@dataclass(frozen=True)
class Finder:
    """The candidates of a query for a viewer, of records up to `bound`: what comes in later is no part of it."""

    query: Query
    viewer: Viewer
    bound: int

    @property
    def column(self) -> str:
        """What the answer is ordered by besides the record; empty for the order of records alone.

        A query for a span of time is answered in the order of that time, whose index leads to its beginning at once.
        """
        if self.query.order_by:
            return {"eventTime": "time", "recordTime": "record_time"}.get(self.query.order_by, "")
        spans = self._spans()
        return next((name for name in ("record_time", "time") if name in spans), "")

    def _look_ups(self) -> Iterator[LookUp]:
        for criterion in self.query.criteria:
            yield from criterion.look_ups

    def _spans(self) -> dict[str, Span]:
        """One span a column, from both its ends."""
        found: dict[str, Span] = {}
        for one in self._look_ups():
            if isinstance(one, Span):
                known = found.get(one.name, Span(one.name))
                found[one.name] = Span(one.name, one.least or known.least, one.most or known.most)
        return found

    @property
    def descending(self) -> bool:
        """An answer without an order of its own begins with what was recorded first."""
        return bool(self.query.order_by) and self.query.descending

    def after(self, place: Place | None, size: int) -> list[Place]:
        """The next candidates, at most `size`."""
        spans = self._spans()
        others = [one for one in self._look_ups() if not isinstance(one, Span)]
        if len(others) == 1 and isinstance(others[0], Keys) and not spans and not self.column:
            begun = self._along(others[0], place, size)
            if begun is not None:
                return begun
        few, rest = _few([*others, *spans.values()])
        rows = self._rows() if few is None else self._rows().filter(pk__in=few)
        for one in rest:
            rows = rows.filter(_valued(one) if isinstance(one, Span) else Q(pk__in=_records(one)))
        if place is not None:
            rows = rows.filter(self._follows(place))
        return self._ordered(rows, size)

    def among(self, pks: Iterable[int]) -> set[int]:
        """Of these records (a few hundred) those that the index holds for candidates."""
        found = set(pks)
        for one in [*self._look_ups(), None]:
            rows = self._rows() if one is None else _records(one)
            name = "record_id" if isinstance(one, Keys) else "pk"
            found = set(rows.filter(**{f"{name}__in": found}).values_list(name, flat=True)) if found else found
        return found

    def _along(self, one: Keys, place: Place | None, size: int) -> list[Place] | None:
        """What is readable of the next records under some keys, in their order: of a much used key, the few needed.

        Nothing is told where the viewer may read too few of them.
        """
        pairs = list(itertools.product(one.keys, one.roles))
        if one.spans or len(pairs) > MOST_PAIRS:
            return None
        beyond = self._follows(place, "record") if place is not None else Q()
        order = "-record" if self.descending else "record"
        under = EventKey.objects.filter(beyond, record__lte=self.bound).order_by(order)
        ways = [
            under.filter(key=key, role=role).values_list("record_id", flat=True)[: AHEAD * size] for key, role in pairs
        ]
        in_order = dict.fromkeys(heapq.merge(*ways, reverse=self.descending))
        next_ones = list(itertools.islice(in_order, AHEAD * size))
        readable = set(self._rows().filter(pk__in=next_ones).values_list("pk", flat=True))
        found = [Place(None, pk) for pk in next_ones if pk in readable]
        return found[:size] if len(found) >= size or len(next_ones) < AHEAD * size else None

    def _rows(self) -> QuerySet[Event]:
        members = [member for criterion in self.query.criteria for member in criterion.members]
        return Event.objects.filter(readable_as(self.viewer, sight(members)), pk__lte=self.bound)

    def _ordered(self, rows: QuerySet[Event], size: int) -> list[Place]:
        sign = "-" if self.descending else ""
        if not self.column:
            return [Place(None, pk) for pk in rows.order_by(f"{sign}pk").values_list("pk", flat=True)[:size]]
        ordered = rows.order_by(f"{sign}{self.column}", f"{sign}pk").values_list(self.column, "pk")
        return [Place(sort, pk) for sort, pk in ordered[:size]]

    def _follows(self, place: Place, record: str = "pk") -> Q:
        way = "lt" if self.descending else "gt"
        if not self.column:
            return Q(**{f"{record}__{way}": place.pk})
        further = Q(**{f"{self.column}__{way}": place.sort})
        beside = Q(**{self.column: place.sort, f"pk__{way}": place.pk})
        return Q(**{f"{self.column}__{way}e": place.sort}) & (further | beside)


def bound_now() -> int:
    """The last record there is."""
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _few(look_ups: Sequence[LookUp]) -> tuple[set[int] | None, list[LookUp]]:
    """The records of the first look-up that finds few, and the look-ups that are still to be asked."""
    promising = sorted(look_ups, key=_breadth)
    for one in promising:
        found = list(_records(one)[: FEW + 1])
        if len(found) <= FEW:
            return set(found), [other for other in look_ups if other is not one]
    return None, list(look_ups)


def _breadth(one: LookUp) -> int:
    """Identifiers and words first, then spans of numbers, of time, and what most events have one of few of."""
    if isinstance(one, Keys):
        return 1 if one.spans else 0
    return 2 if isinstance(one, Span) else 3


def _records(one: LookUp) -> "QuerySet[Any, int]":
    """A look-up by itself, which its index answers alone, in the order of records: so that several can be merged."""
    if isinstance(one, Keys):
        return EventKey.objects.filter(_keyed(one)).values_list("record_id", flat=True)
    return Event.objects.filter(_valued(one)).values_list("pk", flat=True)


def _keyed(one: Keys) -> Q:
    keys, roles = sorted(one.keys), sorted(one.roles)
    found = Q()
    if keys:
        condition = Q(key=keys[0]) if len(keys) == 1 else Q(key__in=keys)
        found = condition & (Q(role=roles[0]) if len(roles) == 1 else Q(role__in=roles))
    for least, most in sorted(one.spans):
        found |= Q(key__gte=least, key__lte=most, role=KeyRole.NUMBER.value)
    return found


def _valued(one: Column | Span) -> Q:
    if isinstance(one, Column):
        wanted = sorted({value[:LENGTH] for value in one.values})
        return Q(**{one.name: wanted[0]}) if len(wanted) == 1 else Q(**{f"{one.name}__in": wanted})
    condition = Q()
    if one.least is not None:
        condition &= Q(**{f"{one.name}__gte": one.least})
    if one.most is not None:
        condition &= Q(**{f"{one.name}__lt": one.most})
    return condition
