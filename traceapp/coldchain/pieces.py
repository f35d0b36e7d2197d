"""How a leg is cut into what goes on the ledger, each piece a leg there. Pure.

There a leg has one key, belongs to one shipment or none, and lasts at most 92 days. So it is cut where the key changes
or is not to be trusted any more, where goods of a shipment were handed over and where they arrived, and after 92 days.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

LONGEST: Final = timedelta(days=92)
_LEAST: Final = timedelta(milliseconds=1)  # no time on the ledger is finer

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class KeySpan:
    """When an organisation vouches for a key of the device; `until` None: still."""

    kid: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Carriage:
    """That a shipment's goods were on their way, from dispatch until arrival (None: still)."""

    shipment: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Piece:
    """`kid` empty: no key of the device counts for this time. `shipment` empty: it belongs to none."""

    began: datetime
    ended: datetime
    kid: str
    shipment: str


def pieces(
    leg: tuple[datetime, datetime | None],
    now: datetime,
    keys: Sequence[KeySpan],
    carriages: Sequence[Carriage],
    taken: Collection[Stretch] = (),
) -> list[Piece]:
    """The pieces of a leg that have ended and are not `taken` (recorded before), in order of time.

    Of two shipments at once the one that left first has the device: on the ledger it is on one leg at a time.
    """
    began, ended = _whole(leg[0]), _whole(min(leg[1] or now, now))
    if ended <= began:
        return []
    edges = {began, ended, *_inside(began, ended, keys, carriages, taken)}
    found: list[Piece] = []
    ordered = sorted(edges)
    for since, until in pairwise(ordered):
        if any(start <= since < end for start, end in taken):
            continue
        one = Piece(since, until, _key_at(keys, since), _shipment_at(carriages, since))
        last = found[-1] if found else None
        if last and last.ended == one.began and (last.kid, last.shipment) == (one.kid, one.shipment):
            found[-1] = replace(last, ended=until)
        else:
            found.append(one)
    whole = [part for one in found for part in _short(one)]
    if leg[1] is None and whole and whole[-1].ended == ended and whole[-1].ended - whole[-1].began < LONGEST:
        whole.pop()  # it goes on
    return whole


def _inside(began: datetime, ended: datetime, *told: Iterable[KeySpan | Carriage | Stretch]) -> Iterator[datetime]:
    for several in told:
        for one in several:
            for edge in one if isinstance(one, tuple) else (one.since, one.until):
                if edge is not None and began < _whole(edge) < ended:
                    yield _whole(edge)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _key_at(keys: Sequence[KeySpan], moment: datetime) -> str:
    """The newest key that counts for the time after a moment."""
    fit = [one for one in keys if _holds(one, moment)]
    return max(fit, key=lambda one: (one.since, one.kid)).kid if fit else ""


def _shipment_at(carriages: Sequence[Carriage], moment: datetime) -> str:
    fit = [one for one in carriages if _holds(one, moment)]
    return min(fit, key=lambda one: (one.since, one.shipment)).shipment if fit else ""


def _holds(one: KeySpan | Carriage, moment: datetime) -> bool:
    return _whole(one.since) <= moment and (one.until is None or moment < _whole(one.until))


def _short(one: Piece) -> Iterator[Piece]:
    while one.ended - one.began > LONGEST:
        yield replace(one, ended=one.began + LONGEST)
        one = replace(one, began=one.began + LONGEST)
    if one.ended - one.began >= _LEAST:
        yield one
