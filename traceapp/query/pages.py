"""One page of an answer: candidates are hashed, tested on what the viewer sees, and counted off in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from traceapp.accounts.visibility import Viewer
from traceapp.query import values
from traceapp.query.errors import QueryError, QueryTooComplex, QueryTooLarge
from traceapp.query.find import Finder, Place
from traceapp.query.parse import ORDERS, Query
from traceapp.query.records import Shown, show

LOOKED_AT = 5000
"""So many records are hashed for one page at most: a page may come out short, never late."""
CHUNK = 500
MOST_COUNTED = 10_000
"""Answers with `maxEventCount`, and those ordered by an extension, have no more events than this."""


@dataclass
class Page:
    """Events in order, records among them that cannot be shown, and the place after which the next page begins."""

    shown: list[Shown] = field(default_factory=list)
    withheld: list[Shown] = field(default_factory=list)
    last: Place | None = None
    more: bool = False


def page(query: Query, viewer: Viewer, *, bound: int, after: Place | None, size: int) -> Page:
    """The next events after a place, at most `size`. QueryTooComplex for an order that takes too much sorting."""
    if query.order_by and query.order_by not in ORDERS:
        return _sorted_page(query, viewer, bound, after, size)
    made = Page(last=after)
    for looked_at, (place, one) in enumerate(_candidates(Finder(query, viewer, bound), after, size + 1)):
        if looked_at == LOOKED_AT or (len(made.shown) == size and matches(query, one)):
            made.more = True
            break
        made.last = place
        if one is not None and one.seen is None:
            made.withheld.append(one)
        elif one is not None and matches(query, one):
            (made.withheld if one.incomplete else made.shown).append(one)
    return made


def matches(query: Query, one: Shown | None) -> bool:
    """Whether an event, as its viewer sees it, holds every criterion."""
    if one is None or one.seen is None:
        return False
    seen = one.seen
    return all(criterion.test(seen) for criterion in query.criteria)


def check_count(query: Query, viewer: Viewer, bound: int) -> None:
    """QueryTooLarge if more events match than `maxEventCount` allows, QueryTooComplex if telling takes too long."""
    if query.most is None:
        return
    allowed = min(query.most, MOST_COUNTED)
    count = 0
    for looked_at, (_, one) in enumerate(_candidates(Finder(query, viewer, bound), None, CHUNK)):
        if looked_at > MOST_COUNTED:
            raise QueryTooComplex("maxEventCount", f"more than {MOST_COUNTED:,} events would have to be looked at")
        count += matches(query, one)
        if count > allowed:
            raise QueryTooLarge("maxEventCount", f"more than {allowed:,} events match")


def _candidates(finder: Finder, after: Place | None, size: int) -> Iterator[tuple[Place, Shown | None]]:
    """Each candidate's place, and what is shown of it; nothing where the viewer may not know of it after all."""
    while True:
        places = finder.after(after, size)
        shown = {one.pk: one for one in show([place.pk for place in places], finder.viewer)}
        for place in places:
            yield place, shown.get(place.pk)
        if len(places) < size:
            return
        after, size = places[-1], CHUNK


# --- in the order of an extension field -------------------------------------------------------------------------------


def _sorted_page(query: Query, viewer: Viewer, bound: int, after: Place | None, size: int) -> Page:
    """All events of the answer, sorted for each page anew: the index does not know this order."""
    found: list[Shown] = []
    made = Page()
    for looked_at, (_, one) in enumerate(_candidates(Finder(query, viewer, bound), None, CHUNK)):
        if looked_at >= MOST_COUNTED:
            why = f"can put at most {MOST_COUNTED:,} events in order; ask for fewer, or order by {' or '.join(ORDERS)}"
            raise QueryTooComplex("orderBy", why)
        if one is not None and one.seen is None:
            made.withheld.append(one)
        elif one is not None and matches(query, one):
            (made.withheld if one.incomplete else found).append(one)
    found.sort(key=lambda one: one.pk)
    found.sort(key=lambda one: _sort_key(one, query.order_by), reverse=query.descending)
    start = _start(found, after)
    made.shown = found[start : start + size]
    made.more = len(found) > start + size
    made.last = Place(None, made.shown[-1].pk) if made.shown else after
    if start:
        made.withheld = []  # told on the first page
    return made


def _start(found: list[Shown], after: Place | None) -> int:
    """Where the next page begins. QueryError if the last event of the page before is not there any more."""
    if after is None:
        return 0
    start = next((at + 1 for at, one in enumerate(found) if one.pk == after.pk), None)
    if start is None:
        raise QueryError("nextPageToken", "the event that it goes on from cannot be seen any more; ask again")
    return start


def _sort_key(one: Shown, name: str) -> tuple[int, Any]:
    """Numbers, then moments, then texts; last, or first when descending, whatever lacks the field."""
    fields = one.seen.fields if one.seen is not None else []
    found = [at.value for at in fields if name in (at.name, at.written) and not at.inner and not at.scope]
    value = next((at for at in found if at is not None), None)
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 3, str(value)
    number = value if isinstance(value, int | float) else values.as_number(value)  # XML has no numbers, only texts
    if number is not None:
        return 1, number
    moment = values.as_time(str(value))
    return (2, moment) if moment is not None else (3, str(value))
