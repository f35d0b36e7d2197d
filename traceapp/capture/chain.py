"""Who held the same goods before or after, through packing and transformation: the readers of chain events.

Two rules keep a stranger out:
- Recording an event about goods lets nobody into their chain. An organisation belongs to the chain of a lot, item or
  unit if it is a root of it (owner of the GTIN where we know it, else the first to record the goods), was named as a
  party or place by one that belongs, or belongs to a container while the goods are inside. Private events name nobody.
- Goods are linked (packed, transformed) only by an organisation that belongs to both ends.

Packed goods share what happens to their container while they are inside, and no longer: totes are used again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from traceapp.accounts.visibility import Relation, Visibility
from traceapp.capture.chunks import chunks
from traceapp.capture.graph import Graph, Tie
from traceapp.capture.models import GOODS_ROLES, Event, EventKey, Link, Naming
from traceapp.ledger.models import Reader
from traceapp.web.bulk import insert

Named = tuple[int, int, bool]
MOST_EVENTS = 20_000  # earlier events looked at for new readers in one go


@dataclass(frozen=True)
class Seen:
    """An event as the chain sees it: whose, when, about which goods, and the parties that it names."""

    record_id: int
    organisation_id: int
    visibility: int
    time: datetime
    goods: frozenset[int]
    parties: frozenset[int]


def extend(events: Collection[Seen], *, owners: Mapping[int, int], linked: Collection[int]) -> None:
    """Take new events into the chain: note who names whom, then give chain readers to them and to earlier events.

    `owners` are the owners of GTINs by the key of their goods; `linked` the keys that new links touch.
    """
    keys = {key for event in events for key in event.goods}
    if not keys:
        return
    known = _namings(keys)
    added = _new_namings(events, owners, known)
    insert(Naming, ("key", "by", "organisation", "root"), added, new_only=True)
    changed = {key for key, *_ in added} | set(linked)
    fresh = [event for event in events if event.visibility >= Visibility.CHAIN]
    graph = load_graph(keys)
    earlier = changed & (known.keys() | graph.linked)
    others = _affected(graph, earlier, {event.record_id for event in events}) if earlier else []
    _grant([*fresh, *others], graph)


def _namings(keys: Iterable[int]) -> dict[int, list[Named]]:
    """(by, organisation, is a root) by key, first named first."""
    found: dict[int, list[Named]] = {}
    for chunk in chunks(keys):
        rows = Naming.objects.filter(key__in=chunk).order_by("pk")
        for key, by, organisation, root in rows.values_list("key", "by_id", "organisation_id", "root"):
            found.setdefault(key, []).append((by, organisation, root))
    return found


def _new_namings(
    events: Iterable[Seen], owners: Mapping[int, int], known: Mapping[int, list[Named]]
) -> list[tuple[int, int, int, bool]]:
    """(key, by, organisation, is a root), in the order of the events.

    Who records goods first becomes their root where no owner is known.
    """
    have = {(key, by, organisation) for key, rows in known.items() for by, organisation, _ in rows}
    started = set(known)
    added: list[tuple[int, int, int, bool]] = []
    for event in events:
        named = event.parties if event.visibility >= Visibility.PARTIES else frozenset()
        for key in sorted(event.goods):
            if key not in started:
                started.add(key)
                first = owners.get(key, event.organisation_id)
                have.add((key, first, first))
                added.append((key, first, first, key in owners))
            for party in sorted(named):
                if (key, event.organisation_id, party) not in have:
                    have.add((key, event.organisation_id, party))
                    added.append((key, event.organisation_id, party, False))
    return added


def load_graph(keys: Collection[int]) -> Graph:
    """Everything linked with the goods, near to far, and who belongs to which of them."""
    graph = Graph()
    frontier = set(keys)
    while frontier and graph.may_grow():
        rows: dict[int, Link] = {}
        for chunk in chunks(frontier):
            for end in ("source__in", "target__in"):
                rows |= {row.pk: row for row in Link.objects.filter(**{end: chunk})}
        for row in rows.values():
            graph.add_link(row.pk, Tie(row.source, row.target, row.time, row.action, row.organisation_id))
        for key, namings in _namings(frontier).items():
            graph.add_namings(key, namings)
        frontier = graph.unexplored(frontier)
    containers = graph.containers()
    happened: dict[int, list[Seen]] = {}
    for event in _events_on(containers):
        for container in event.goods & containers:
            happened.setdefault(container, []).append(event)
    for container, those in happened.items():
        graph.add_events(container, those)
    graph.settle()
    return graph


def _events_on(keys: Iterable[int]) -> list[Seen]:
    """Events about goods, oldest first, with the parties that may know of them."""
    pks: set[int] = set()
    for chunk in chunks(keys):
        rows = EventKey.objects.filter(key__in=chunk, role__in=GOODS_ROLES)
        pks.update(rows.values_list("record_id", flat=True).order_by("-record_id")[:MOST_EVENTS])
    return _seen(pks)


def _seen(pks: Collection[int]) -> list[Seen]:
    goods: dict[int, set[int]] = {}
    parties: dict[int, set[int]] = {}
    events: list[tuple[int, int, int, datetime]] = []
    for chunk in chunks(pks):
        keys = EventKey.objects.filter(record_id__in=chunk, role__in=GOODS_ROLES)
        for pk, key in keys.values_list("record_id", "key"):
            goods.setdefault(pk, set()).add(key)
        readers = Reader.objects.filter(record_id__in=chunk, relation=Relation.PARTY)
        for pk, organisation in readers.values_list("record_id", "organisation_id"):
            parties.setdefault(pk, set()).add(organisation)
        events += Event.objects.filter(pk__in=chunk).values_list("pk", "organisation_id", "visibility", "time")
    return [
        Seen(pk, organisation, visibility, time, frozenset(goods.get(pk, ())), frozenset(parties.get(pk, ())))
        for pk, organisation, visibility, time in sorted(events)
    ]


def _affected(graph: Graph, changed: Collection[int], known: Collection[int]) -> list[Seen]:
    """Earlier chain events about the changed goods and whatever they are linked with."""
    related = graph.related(changed)
    found = _events_on(related)
    return [event for event in found if event.visibility >= Visibility.CHAIN and event.record_id not in known]


def _grant(events: Iterable[Seen], graph: Graph) -> None:
    rows: list[tuple[int, int, str]] = []
    remembered: dict[tuple[int, datetime | None], frozenset[int]] = {}
    for event in events:
        readers: set[int] = set()
        for key in event.goods:
            # Without links the moment does not matter, which makes one answer serve all events of a lot.
            asked = (key, event.time if graph.is_linked(key) else None)
            if asked not in remembered:
                remembered[asked] = graph.holders(key, event.time)
            readers |= remembered[asked]
        others = readers - event.parties - {event.organisation_id}
        rows += [(event.record_id, reader, Relation.CHAIN.value) for reader in others]
    insert(Reader, ("record", "organisation", "relation"), rows, new_only=True)
