"""Which goods a device travelled with, and when: from what events say, in whatever order they came in. Pure.

An AssociationEvent ties a device to the goods it names. To be tied to others splits the leg at that moment: a device is
with one holder at a time. Taking it off ends the leg, and so does unpacking everything that was inside. An asset (a
lorry, a cold room) is still there when it was unloaded: there one leg ends and the next one begins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum


class What(IntEnum):
    """In the order in which they count at one moment: what ends comes before what begins."""

    UNTIED = 1
    UNPACKED = 2
    TIED = 3


@dataclass(frozen=True)
class Fact:
    """Something that an event says. `goods` is a canonical identifier; empty for UNTIED from whatever it was on."""

    time: datetime
    what: What
    goods: str
    record: int


@dataclass(frozen=True)
class Span:
    """A leg: with `goods` from `began` until `ended` (None: still). `why` is a value of `models.Leg.Ended`."""

    goods: str
    began: datetime
    began_by: int
    ended: datetime | None = None
    why: str = ""
    ended_by: int | None = None


def cut(facts: Iterable[Fact]) -> list[Span]:
    """The legs of one device, in order of time. One that would last no time is none."""
    spans: list[Span] = []
    current: Span | None = None
    for fact in sorted(facts, key=lambda fact: (fact.time, fact.what, fact.record)):
        if current is not None and (why := _ends(current, fact)):
            spans.append(replace(current, ended=fact.time, why=why, ended_by=fact.record))
            stays = fact.what is What.UNPACKED and is_asset(current.goods)
            current = Span(current.goods, fact.time, fact.record) if stays else None
        if current is None and fact.what is What.TIED:
            current = Span(fact.goods, fact.time, fact.record)
    if current is not None:
        spans.append(current)
    return [span for span in spans if span.ended is None or span.ended > span.began]


def _ends(current: Span, fact: Fact) -> str:
    same = current.goods == fact.goods
    if fact.what is What.UNTIED:
        return "removed" if same or not fact.goods else ""
    if fact.what is What.UNPACKED:
        return "unpacked" if same else ""
    return "" if same else "moved"


def is_asset(goods: str) -> bool:
    """Whether this is equipment that outlives its load: an individual asset (GIAI), no returnable one, no SSCC."""
    return "/8004/" in goods


def emptied(packings: Iterable[tuple[datetime, bool, frozenset[str], int]]) -> list[tuple[datetime, int]]:
    """When a container was emptied, and by which record.

    `packings`: (time, whether something was put in, what, record). Taking out nothing by name takes out everything.
    """
    inside: set[str] = set()
    found: list[tuple[datetime, int]] = []
    for time, put_in, things, record in sorted(packings, key=lambda one: (one[0], one[3])):
        if put_in:
            inside |= things
            continue
        inside = inside - things if things else set()
        if not inside:
            found.append((time, record))
    return found
