"""One event as the rows that find it again. Pure: the same event gives the same rows, now and at every rebuild."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from traceapp.capture.models import KeyRole, LinkAction
from traceapp.capture.numbers import prefixes_of
from traceapp.capture.terms import cached_key, terms_of
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.digital_link import parse_path
from traceapp.epcis.extensions import full_name
from traceapp.epcis.identifiers import IdentifierError, canonical, lot, parse
from traceapp.epcis.parse import Goods, ParsedEvent, goods
from traceapp.epcis.sensor_fields import any_form
from traceapp.epcis.vocabulary import bare

EVERYTHING_INSIDE = 0
LENGTH = 200
# Canonical identifiers of trade items, taken apart by position: half a million a minute are indexed here.
TRADE_ITEM = "https://id.gs1.org/01/"
GTIN_ENDS = len(TRADE_ITEM) + 14

cached_parse = lru_cache(maxsize=65536)(parse)


@dataclass(frozen=True)
class EventIndex:
    """What the index holds about one event. `keys` are (key, role); `links` are (source, target, action)."""

    event_id: str
    is_error_declaration: bool
    type: str
    time: datetime
    offset: str
    action: str
    biz_step: str
    disposition: str
    biz_location: int | None
    read_point: int | None
    keys: frozenset[tuple[int, int]]
    links: frozenset[tuple[int, int, int]]
    # Copies of the record's columns, which outlive it; None where no record is known yet.
    organisation: int | None = None
    visibility: int | None = None
    record_time: datetime | None = None
    # Of use when a record is taken in, and no part of what is stored: numbers of parties and places it names; and of
    # lots, items and units the key with the GTIN, where there is one.
    glns: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    traced: frozenset[tuple[int, str]] = field(default=frozenset(), compare=False, repr=False)


def index_of(parsed: ParsedEvent) -> EventIndex:
    """The rows of an event that has its eventID."""
    raw = parsed.raw
    things = goods(parsed)
    roles = _roles(things)
    declared = bool(raw.get("errorDeclaration"))
    place, read_point = _id_key(raw.get("bizLocation")), _id_key(raw.get("readPoint"))
    return EventIndex(
        event_id=raw["eventID"],
        is_error_declaration=declared,
        type=full_name(raw["type"], parsed.context)[:LENGTH],
        time=parse_rfc3339(raw["eventTime"]),
        offset=raw["eventTimeZoneOffset"],
        action=raw.get("action", ""),
        biz_step=_word("bizStep", raw.get("bizStep")),
        disposition=_word("disposition", raw.get("disposition")),
        biz_location=place,
        read_point=read_point,
        keys=frozenset((*_keys(raw, roles), *terms_of(raw, parsed.context))),
        links=frozenset(() if declared else _links(raw, roles)),
        glns=frozenset(_glns(raw)),
        traced=frozenset((cached_key(name), gtin_in(name)) for name in roles if not is_product_only(name)),
    )


def _word(vocabulary: str, value: str | None) -> str:
    return bare(vocabulary, value)[:LENGTH] if value else ""


ITEM_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")

_ROLES = {
    "epc": KeyRole.EPC,
    "class": KeyRole.CLASS,
    "parent": KeyRole.PARENT,
    "child": KeyRole.CHILD,
    "input": KeyRole.INPUT,
    "output": KeyRole.OUTPUT,
}


def _roles(things: Goods) -> dict[str, set[int]]:
    """Each identifier of goods with what it is to the event."""
    found: dict[str, set[int]] = {}
    for role, identifier in things.by_role():
        found.setdefault(identifier, set()).add(_ROLES[role].value)
    return found


def _keys(raw: Mapping[str, Any], roles: Mapping[str, set[int]]) -> Iterator[tuple[int, int]]:
    for identifier, its_roles in roles.items():
        for role in its_roles:
            yield cached_key(identifier), role
        if identifier.startswith(TRADE_ITEM) and len(identifier) > GTIN_ENDS:
            yield cached_key(identifier[:GTIN_ENDS]), KeyRole.PRODUCT.value
    yield from prefixes_of(roles)
    for identifier in lots_of_items(raw):
        yield cached_key(identifier), KeyRole.LOT_OF_ITEM.value
    yield from _place_keys(raw)
    for _, identifier in _sources_and_destinations(raw):
        yield cached_key(canonical(identifier)), KeyRole.PARTY.value
    for entry in raw.get("bizTransactionList") or ():
        yield cached_key(any_form(entry["bizTransaction"])), KeyRole.TRANSACTION.value


def _place_keys(raw: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """A place, and the whole place that it is a part of."""
    for member, role in (("bizLocation", KeyRole.PLACE.value), ("readPoint", KeyRole.READ_POINT.value)):
        entry = raw.get(member)
        if entry:
            name = canonical(entry["id"])
            yield cached_key(name), role
            yield cached_key(name.partition("/254/")[0]), role


def _id_key(entry: Mapping[str, Any] | None) -> int | None:
    return cached_key(canonical(entry["id"])) if entry else None


def _sources_and_destinations(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for member, name in (("sourceList", "source"), ("destinationList", "destination")):
        for entry in raw.get(member) or ():
            yield entry["type"], entry[name]


def _glns(raw: Mapping[str, Any]) -> Iterator[str]:
    """Global location numbers of whoever and wherever the event names."""
    names = [identifier for _, identifier in _sources_and_destinations(raw)]
    names += [raw[member]["id"] for member in ("bizLocation", "readPoint") if raw.get(member)]
    for name in names:
        gs1 = cached_parse(canonical(name))
        if gs1 is not None and gs1.primary in ("414", "417"):
            yield gs1.value


def lots_of_items(raw: Mapping[str, Any], members: Iterable[str] = ITEM_LISTS) -> Iterator[str]:
    """The lot of items: from the code itself (`/01/../10/LOT/21/SERIAL`), else from the ILMD of the same event, which
    speaks of what was made.

    A lot's own page shows the lot's events; those of its single items are found by this role only, on purpose: a
    pallet of a thousand items would bury the lot's journey, and a shopper must not read other shoppers' purchases.
    """
    number = (raw.get("ilmd") or {}).get("cbvmda:lotNumber")
    for member in members:
        for identifier in raw.get(member) or ():
            if "/10/" in identifier and "/21/" in identifier:
                yield from _lot_in_code(identifier)
            elif isinstance(number, str) and member in ("epcList", "outputEPCList"):
                yield from _lot_by_master_data(identifier, number)


def _lot_by_master_data(identifier: str, number: str) -> Iterator[str]:
    name = canonical(identifier)
    if _is_item(name):
        yield from _lot_or_nothing(gtin_in(name), number)


def _lot_in_code(identifier: str) -> Iterator[str]:
    try:
        link = parse_path(identifier[identifier.index("/01/") :].partition("?")[0])
    except (ValueError, IdentifierError):
        return
    if link.gtin and link.lot and link.serial:
        yield lot(link.gtin, link.lot)


def _lot_or_nothing(gtin: str, number: str) -> Iterator[str]:
    try:
        yield lot(gtin, number)
    except IdentifierError:
        return  # master data may hold any text; one that is no lot number leads to no lot


def gtin_in(identifier: str) -> str:
    """The GTIN that a canonical identifier begins with; empty for any other key."""
    return identifier[len(TRADE_ITEM) : GTIN_ENDS] if identifier.startswith(TRADE_ITEM) else ""


def is_product_only(identifier: str) -> bool:
    """Whether this names a kind of goods and no goods in particular: a GTIN alone. Such names make no chain."""
    return len(identifier) == GTIN_ENDS and identifier.startswith(TRADE_ITEM)


def _is_item(identifier: str) -> bool:
    return identifier.startswith("/21/", GTIN_ENDS) and identifier.startswith(TRADE_ITEM)


_PACKING = {"ADD": LinkAction.PACK.value, "DELETE": LinkAction.UNPACK.value, "OBSERVE": LinkAction.SEEN.value}


def _links(raw: Mapping[str, Any], roles: Mapping[str, set[int]]) -> Iterator[tuple[int, int, int]]:
    """What went into what. An AssociationEvent ties equipment to goods and moves none, so it makes no link."""
    if raw["type"] == "AggregationEvent" and raw.get("parentID"):
        yield from _packing(_PACKING[raw["action"]], canonical(raw["parentID"]), _particular(roles, KeyRole.CHILD))
    elif raw["type"] == "TransformationEvent":
        node = cached_key(f"transformation:{raw.get('transformationID') or raw['eventID']}")
        for identifier in _particular(roles, KeyRole.INPUT):
            yield cached_key(identifier), node, LinkAction.INTO.value
        for identifier in _particular(roles, KeyRole.OUTPUT):
            yield node, cached_key(identifier), LinkAction.INTO.value


def _particular(roles: Mapping[str, set[int]], role: int) -> list[str]:
    """Goods in this role that are goods in particular."""
    return [identifier for identifier, its in roles.items() if role in its and not is_product_only(identifier)]


def _packing(action: int, parent: str, children: list[str]) -> Iterator[tuple[int, int, int]]:
    inside = cached_key(parent)
    for child in children:
        yield cached_key(child), inside, action
    if action == LinkAction.UNPACK and not children:
        yield EVERYTHING_INSIDE, inside, action
