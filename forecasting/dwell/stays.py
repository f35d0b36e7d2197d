"""Sightings to stays: how long goods were at a place between coming and leaving. Pure.

Goods inside a pallet come and leave with it. However many items an event is about, what came with one event and left
with one event is one stay: a hundred crates on a pallet are no hundred waits.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forecasting.dwell.sightings import Sighting, Way
from forecasting.reasons import LeftOut, Reason

LONGEST = timedelta(days=3 * 365)  # longer is a lost departure, not a wait
ORDER = {Way.UNPACKED: 0, Way.IN: 1, Way.PACKED: 2, Way.OUT: 3}  # of the same moment


@dataclass(frozen=True, slots=True)
class Stay:
    """`arrival`, `departure`: uids of the records that say so."""

    place: str
    start: datetime
    end: datetime
    arrival: str
    departure: str

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


@dataclass
class Stays:
    """Ended stays; arrivals that nothing followed, as (place, since); and what could not be used."""

    ended: list[Stay] = field(default_factory=list)
    open: list[tuple[str, datetime]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass
class _Goods:
    """Where things are now, since when by which record, and what they hold."""

    here: dict[str, Sighting] = field(default_factory=dict)
    holds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def with_contents(self, things: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        waiting = list(things)
        while waiting:
            if (thing := waiting.pop()) not in found:
                found[thing] = None
                waiting += self.holds.get(thing, ())
        return list(found)


def stays_of(sightings: Iterable[Sighting]) -> Stays:
    """All stays, oldest departure first. Where goods are next seen elsewhere, with no departure, there is none."""
    goods, found = _Goods(), Stays()
    pairs: dict[tuple[str, str], Stay] = {}
    unrecorded: dict[str, str] = {}
    for one in sorted(sightings, key=lambda each: (each.at, ORDER[each.way], each.uid)):
        if one.way in (Way.PACKED, Way.UNPACKED):
            _pack(goods, one)
            continue
        for thing in goods.with_contents(one.things):
            before = goods.here.get(thing)
            if one.way is Way.IN:
                if before is None or before.place != one.place:
                    goods.here[thing] = one
                    if before is not None:
                        unrecorded[before.uid] = f"seen at {one.place} next, with no departure recorded"
            elif before is not None and before.place == one.place:
                del goods.here[thing]
                pairs[before.uid, one.uid] = Stay(one.place, before.at, one.at, before.uid, one.uid)
    measured = {stay.arrival for stay in pairs.values()}
    found.ended = sorted(
        (stay for stay in pairs.values() if stay.end - stay.start <= LONGEST),
        key=lambda stay: (stay.end, stay.place, stay.arrival, stay.departure),
    )
    found.open = sorted({(one.place, one.at) for one in goods.here.values() if one.uid not in measured})
    found.left_out = [
        LeftOut(Reason.INCOMPLETE, uid, detail=why) for uid, why in sorted(unrecorded.items()) if uid not in measured
    ]
    return found


def _pack(goods: _Goods, one: Sighting) -> None:
    if one.way is Way.PACKED:
        goods.holds[one.parent].update(thing for thing in one.things if thing != one.parent)
        return
    # EPCIS: a DELETE without children takes everything out.
    goods.holds[one.parent].difference_update(one.things or list(goods.holds[one.parent]))


__all__ = ["Stay", "Stays", "stays_of"]
