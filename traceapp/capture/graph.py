"""Links between goods, held in memory for one capture: who belongs to which goods, and what was inside what, when.

Pure. Two walks answer for an event about goods at a time: outwards (what they were packed in or became) and inwards
(what was inside them at that time, or went into them). A walk never turns round, or goods that only shared a lorry
would share their history. The walks grow no longer than `MOST_NODES`: beyond it fewer organisations read, never more.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from traceapp.capture.models import LinkAction

MOST_NODES = 5_000
MOST_ROUNDS = 10
BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """From a moment up to, and without, another. A moment by itself begins and ends together."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until or self.since == moment == self.until

    def within(self, other: "Span") -> "Span | None":
        since, until = max(self.since, other.since), min(self.until, other.until)
        return Span(since, until) if since <= until else None


ALWAYS = Span(BEGINNING, END)


class HappenedTo(Protocol):
    """An event on a container."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def visibility(self) -> int: ...
    @property
    def time(self) -> datetime: ...
    @property
    def parties(self) -> frozenset[int]: ...


@dataclass(frozen=True)
class Tie:
    """One link row; `source` 0 on an unpacking means everything."""

    source: int
    target: int
    time: datetime
    action: int
    organisation_id: int


class Graph:
    """Filled by `chain.load_graph`, then asked."""

    def __init__(self) -> None:
        self._ties: dict[int, Tie] = {}
        self._out: dict[int, list[Tie]] = {}
        self._in: dict[int, list[Tie]] = {}
        self._namings: dict[int, Sequence[tuple[int, int, bool]]] = {}
        self._members: dict[int, frozenset[int]] = {}
        self._events: dict[int, Sequence[HappenedTo]] = {}
        self._explored: set[int] = set()

    # --- filling ---

    def add_link(self, pk: int, tie: Tie) -> None:
        if pk not in self._ties:
            self._ties[pk] = tie
            self._out.setdefault(tie.source, []).append(tie)
            self._in.setdefault(tie.target, []).append(tie)

    def add_namings(self, key: int, rows: Sequence[tuple[int, int, bool]]) -> None:
        """(by, organisation, is a root), first named first."""
        self._namings[key] = rows
        self._members[key] = members(rows)

    def add_events(self, key: int, events: Sequence[HappenedTo]) -> None:
        self._events[key] = events

    def settle(self) -> None:
        """Whoever belongs to a container while goods are inside belongs to the goods, and may name others for them.

        That may make more links count, which is why it is repeated; organisations are only ever added.
        """
        packed = {tie.source for tie in self._ties.values() if tie.action in (LinkAction.PACK, LinkAction.SEEN)}
        for _ in range(MOST_ROUNDS):
            grew = False
            for key in packed:
                carriers = self._members.get(key, frozenset()) | self._carriers(key)
                grown = members(self._namings.get(key, ()), carriers)
                grew = grew or grown != self._members.get(key)
                self._members[key] = grown
            if not grew:
                return

    def _carriers(self, key: int) -> set[int]:
        targets = {tie.target for tie in self._out.get(key, ()) if tie.action != LinkAction.INTO}
        spans = ((target, span) for target in targets for span in self._inside(key, target))
        return {one for target, span in spans for one in self._members_during(target, span)}

    def unexplored(self, explored: Iterable[int]) -> set[int]:
        """The ends of links that were not looked at yet; 0 is nothing of its own."""
        self._explored.update(explored)
        return (self.linked - self._explored) - {0}

    def may_grow(self) -> bool:
        return len(self._explored) < MOST_NODES

    @property
    def linked(self) -> set[int]:
        return (self._out.keys() | self._in.keys()) - {0}

    def is_linked(self, key: int) -> bool:
        return key in self._out or key in self._in

    def containers(self) -> set[int]:
        return {tie.target for tie in self._ties.values() if tie.action != LinkAction.INTO}

    # --- asking ---

    def holders(self, key: int, moment: datetime) -> frozenset[int]:
        """Organisations that held these goods, or what they came from or went into, for an event at `moment`."""
        found = set(self._members.get(key, ()))
        if self.is_linked(key):
            for other, span in self._outwards(key):
                found |= self._members_during(other, span)
            for other in self._inwards(key, moment):
                found |= self._members.get(other, frozenset())
        return frozenset(found)

    def containers_during(self, key: int) -> dict[int, list[tuple[datetime, datetime]]]:
        """These goods and whatever they were packed in, however deep, each with the times."""
        found: dict[int, list[tuple[datetime, datetime]]] = {key: [(BEGINNING, END)]}
        waiting, seen = [(key, ALWAYS)], {(key, ALWAYS)}
        while waiting and len(seen) < MOST_NODES:
            inner, span = waiting.pop()
            for target in {tie.target for tie in self._out.get(inner, ()) if tie.action != LinkAction.INTO}:
                for during in self._inside(inner, target):
                    both = span.within(during)
                    if both is not None and (target, both) not in seen:
                        seen.add((target, both))
                        waiting.append((target, both))
                        found.setdefault(target, []).append((both.since, both.until))
        return found

    def related(self, keys: Collection[int]) -> set[int]:
        """The keys, and all that they are linked with in either direction at any time."""
        found = set(keys)
        for key in keys:
            found.update(other for other, _ in self._outwards(key))
            found.update(self._inwards(key, None))
        return found

    def _members_during(self, key: int, span: Span) -> set[int]:
        known = self._members.get(key, frozenset())
        if span == ALWAYS:
            return set(known)
        there: set[int] = set()
        for event in self._events.get(key, ()):
            if event.visibility and span.holds(event.time):
                there |= event.parties | {event.organisation_id}
        return there & known

    def _outwards(self, start: int) -> Iterator[tuple[int, Span]]:
        seen, waiting = {(start, ALWAYS)}, [(start, ALWAYS)]
        while waiting and len(seen) < MOST_NODES:
            key, span = waiting.pop()
            for other, during in self._steps_out(key):
                both = span.within(during)
                if both is not None and (other, both) not in seen:
                    seen.add((other, both))
                    waiting.append((other, both))
                    yield other, both

    def _steps_out(self, key: int) -> Iterator[tuple[int, Span]]:
        targets = {tie.target for tie in self._out.get(key, ()) if tie.action != LinkAction.INTO}
        for target in targets:
            for span in self._inside(key, target):
                yield target, span
        for tie in self._out.get(key, ()):
            if tie.action == LinkAction.INTO and self._counts(tie):
                yield tie.target, ALWAYS

    def _inwards(self, start: int, moment: datetime | None) -> Iterator[int]:
        """`moment` None: at any time."""
        seen, waiting = {start}, [(start, moment)]
        while waiting and len(seen) < MOST_NODES:
            key, when = waiting.pop()
            for other, then in self._steps_in(key, when):
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, then))
                    yield other

    def _steps_in(self, key: int, when: datetime | None) -> Iterator[tuple[int, datetime | None]]:
        sources = {tie.source for tie in self._in.get(key, ()) if tie.action != LinkAction.INTO} - {0}
        for source in sources:
            if any(when is None or span.holds(when) for span in self._inside(source, key)):
                yield source, when
        for tie in self._in.get(key, ()):
            if tie.action == LinkAction.INTO and self._counts(tie):
                yield tie.source, None if when is None else tie.time

    def _inside(self, source: int, target: int) -> list[Span]:
        """When `source` was inside `target`: packed until unpacked, and each moment at which it was seen inside."""
        ties = [tie for tie in self._in.get(target, ()) if tie.source in (source, 0) and self._counts(tie)]
        spans: list[Span] = []
        since: datetime | None = None
        for tie in sorted(ties, key=lambda tie: (tie.time, tie.action)):
            if tie.action == LinkAction.PACK and since is None:
                since = tie.time
            elif tie.action == LinkAction.UNPACK and since is not None:
                # The unpacking itself still belongs to the time inside.
                spans += [Span(since, tie.time), Span(tie.time, tie.time)]
                since = None
            elif tie.action == LinkAction.SEEN and since is None:
                spans.append(Span(tie.time, tie.time))
        return spans if since is None else [*spans, Span(since, END)]

    def _counts(self, tie: Tie) -> bool:
        """Goods are tied together only by somebody who belongs to both; the node of a transformation has no members.

        Who holds the container may unpack it: that takes reading rights away and gives none.
        """
        ends = (tie.target,) if tie.action == LinkAction.UNPACK else (tie.source, tie.target)
        return all(tie.organisation_id in self._members[end] for end in ends if end in self._members)


def members(rows: Sequence[tuple[int, int, bool]], others: Collection[int] = ()) -> frozenset[int]:
    """Roots, `others`, and whoever was named by a member. The first row's namer is the root where none is marked."""
    if not rows:
        return frozenset(others)
    found = {organisation for _, organisation, root in rows if root} or {rows[0][0]}
    found |= set(others)
    grew = True
    while grew:
        named = {organisation for by, organisation, _ in rows if by in found}
        grew = not named <= found
        found |= named
    return frozenset(found)
