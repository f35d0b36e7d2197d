"""What there is to ask for: event types, identifiers, steps, places and dispositions in events that the viewer may see.

Identifiers come in the order of their index keys, which is none that anybody would expect, but the same on every page.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from traceapp.accounts.visibility import Viewer, readable
from traceapp.capture.models import Event, EventKey, KeyRole
from traceapp.capture.terms import cached_key
from traceapp.epcis.cbv import BIZ_STEPS, DISPOSITIONS
from traceapp.epcis.identifiers import IdentifierError, canonical
from traceapp.epcis.models import TYPES
from traceapp.epcis.vocabulary import VocabularyError, bare
from traceapp.query.goods import EPCS, identifiers
from traceapp.query.records import show

LOOKED_AT = 2000
"""So many identifiers are looked at for one page at most."""


@dataclass(frozen=True)
class Listed:
    """Members of a collection, and after what the next page begins (None at the end)."""

    members: list[str]
    last: Any = None


@dataclass(frozen=True)
class Collection:
    """A top-level resource. `parameter` is what its events are asked for by; `read` gives an id its one form."""

    name: str
    parameter: str
    read: Callable[[str], str]
    roles: frozenset[int] = frozenset()
    members: tuple[str, ...] = ()
    place: str = ""
    column: str = ""
    words: tuple[str, ...] = ()

    def page(self, viewer: Viewer, *, bound: int, after: Any, size: int) -> Listed:
        """The next members for this viewer."""
        if self.roles:
            return _identifiers(self, viewer, bound, after, size)
        everything = [*self.words, *(_own_words(self.column, viewer) if self.column else ())]
        start = after or 0
        ends = start + size
        return Listed(everything[start:ends], ends if ends < len(everything) else None)

    def has(self, value: str, viewer: Viewer) -> bool:
        """Whether it is a word of the standard, or met in an event that the viewer may see."""
        if value in self.words:
            return True
        if self.column:
            return Event.objects.filter(readable(viewer), **{self.column: value[:200]}).exists()
        if not self.roles:
            return False
        rows = EventKey.objects.filter(self.met(viewer), key=cached_key(value), role__in=self.roles)
        return rows.exists()

    def met(self, viewer: Viewer) -> Q:
        """That the viewer may see the event of an index key. Of places, keys of the whole are in the index as well."""
        events = Event.objects.filter(readable(viewer), pk=OuterRef("record_id"))
        return Q(Exists(events.filter(**{self.place: OuterRef("key")}) if self.place else events))


def _own_words(column: str, viewer: Viewer) -> Iterator[str]:
    """Values of the viewer's sight that are no words of the standard, each once: from one to the next by the index."""
    last = ""
    while True:
        following = (
            Event.objects.filter(**{f"{column}__gt": last, f"{column}__contains": ":"})
            .order_by(column)
            .values_list(column, flat=True)
            .first()
        )
        if following is None:
            return
        last = following
        if Event.objects.filter(readable(viewer), **{column: last}).exists():
            yield last


def _identifiers(of: Collection, viewer: Viewer, bound: int, after: Any, size: int) -> Listed:
    """The identifiers behind index keys, read from an event that holds them: keys themselves tell no names."""
    found: list[str] = []
    looked_at = 0
    last = after
    while looked_at < LOOKED_AT:
        rows = EventKey.objects.filter(of.met(viewer), role__in=of.roles, record_id__lte=bound)
        if last is not None:
            rows = rows.filter(key__gt=last)
        pairs = list(rows.order_by("key", "record_id").values_list("key", "record_id")[: size + 1])
        if not pairs:
            return Listed(found)
        first: dict[int, int] = {}
        for key, pk in pairs:
            first.setdefault(key, pk)
        names = _names(of.members, first, viewer)
        for key in first:
            if len(found) == size:
                return Listed(found, last)
            last = key
            looked_at += 1
            if key in names:
                found.append(names[key])
        if len(pairs) <= size:
            return Listed(found)
    return Listed(found, last)


def _names(members: Iterable[str], records: Mapping[int, int], viewer: Viewer) -> dict[int, str]:
    names: dict[int, str] = {}
    for one in show(sorted(set(records.values())), viewer):
        if one.seen is None:
            continue
        for member in members:
            for identifier in identifiers(one.seen.event, member):
                key = cached_key(identifier)
                if records.get(key) == one.pk:
                    names[key] = identifier
    return names


def _word(vocabulary: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        try:
            return bare(vocabulary, value)
        except VocabularyError as error:
            raise IdentifierError(str(error)) from None

    return read


def _places(name: str, member: str, role: KeyRole, column: str) -> Collection:
    return Collection(name, f"EQ_{member}", canonical, frozenset({role.value}), (member,), place=column)


_EPC_ROLES = frozenset(role.value for role in EPCS.values())
COLLECTIONS = {
    one.name: one
    for one in (
        Collection("eventTypes", "eventType", str, column="type", words=tuple(sorted(TYPES))),
        Collection("epcs", "MATCH_anyEPC", canonical, _EPC_ROLES, tuple(EPCS)),
        Collection("bizSteps", "EQ_bizStep", _word("bizStep"), column="biz_step", words=tuple(BIZ_STEPS)),
        _places("bizLocations", "bizLocation", KeyRole.PLACE, "biz_location"),
        _places("readPoints", "readPoint", KeyRole.READ_POINT, "read_point"),
        Collection(
            "dispositions", "EQ_disposition", _word("disposition"), column="disposition", words=tuple(DISPOSITIONS)
        ),
    )
}
