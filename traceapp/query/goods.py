"""MATCH_ parameters: identifiers, patterns and classes against the goods of an event, all in canonical form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from traceapp.capture import numbers
from traceapp.capture.index import ITEM_LISTS, lots_of_items
from traceapp.capture.models import KeyRole
from traceapp.capture.terms import cached_key
from traceapp.epcis import patterns
from traceapp.epcis.identifiers import IdentifierError, canonical, is_instance, parse
from traceapp.epcis.patterns import PREFIX_STARTS
from traceapp.epcis.sensor_fields import any_form
from traceapp.query.criteria import Criterion, Keys, LookUp
from traceapp.query.errors import QueryError

Ids = Callable[[Mapping[str, Any]], Iterable[str]]

EPCS = {
    "epcList": KeyRole.EPC,
    "childEPCs": KeyRole.CHILD,
    "parentID": KeyRole.PARENT,
    "inputEPCList": KeyRole.INPUT,
    "outputEPCList": KeyRole.OUTPUT,
}
CLASSES = {
    "quantityList": KeyRole.CLASS,
    "childQuantityList": KeyRole.CHILD,
    "inputQuantityList": KeyRole.INPUT,
    "outputQuantityList": KeyRole.OUTPUT,
}
MATCHES: dict[str, tuple[str, ...]] = {
    "MATCH_epc": ("epcList", "childEPCs"),
    "MATCH_parentID": ("parentID",),
    "MATCH_inputEPC": ("inputEPCList",),
    "MATCH_outputEPC": ("outputEPCList",),
    "MATCH_anyEPC": ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID"),
    "MATCH_epcClass": ("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": ("inputQuantityList",),
    "MATCH_outputEPCClass": ("outputQuantityList",),
    "MATCH_anyEPCClass": ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
}
"""Each parameter with the members that it looks at (EPCIS 2.0.1, section 8.2.7.1)."""


@dataclass(frozen=True)
class Wanted:
    """What one value of the parameter stands for: an identifier itself, or all that are like it."""

    matches: Callable[[str], bool]
    key: int | None = None  # of an index entry that every match has
    derived: int | None = None  # the role of that entry, where it is not the identifier's own
    span: tuple[int, int] | None = None  # or of such entries; with neither, rows have to be looked at
    lot: str = ""  # whose items are wanted


def matching(name: str, values: list[str]) -> Criterion:
    """The criterion of a MATCH_ parameter. QueryError for a value that is no identifier."""
    members = MATCHES[name]
    of_class = members[0] in CLASSES
    wanted = [_wanted(name, value, of_class) for value in values]
    lots = {one.lot for one in wanted if one.lot}
    listed = [member for member in members if member in ITEM_LISTS]

    def test(seen: Any) -> bool:
        return any(
            one.matches(identifier)
            for member in members
            for identifier in identifiers(seen.event, member)
            for one in wanted
        ) or (bool(lots) and not lots.isdisjoint(lots_of_items(seen.event, listed)))

    return Criterion(name, frozenset(members), test, _look_ups(members, wanted))


def identifiers(event: Mapping[str, Any], member: str) -> Iterable[str]:
    """The canonical identifiers in one member of an event."""
    value = event.get(member)
    if not value:
        return ()
    if isinstance(value, str):
        return (any_form(value),)
    if isinstance(value, dict):
        return (any_form(value["id"]),)
    return [any_form(one["epcClass"] if isinstance(one, dict) else one) for one in value]


def _wanted(name: str, value: str, of_class: bool) -> Wanted:
    try:
        pattern = patterns.read(value)
        if pattern is None:
            return _same_or_of_class(canonical(value), of_class)
    except IdentifierError as error:
        raise QueryError(name, str(error)) from None
    if pattern.class_id is not None and of_class and pattern.scheme != "lgtin":
        return _same(pattern.class_id)  # as a class, a pattern of serial numbers is the product itself
    if pattern.class_id is not None and pattern.primary == "01":
        return Wanted(pattern.matches, cached_key(pattern.class_id), KeyRole.PRODUCT.value)
    # Schemes without a GS1 key are in no order of numbers.
    span = numbers.span_of_prefix(pattern.primary, pattern.begins) if pattern.primary else None
    return Wanted(pattern.matches, span=span)


def _same(identifier: str) -> Wanted:
    return Wanted(lambda other: other == identifier, cached_key(identifier))


def _same_or_of_class(identifier: str, of_class: bool) -> Wanted:
    """A class where instances are asked for means every instance of it: a product's Digital Link is its pattern, and a
    lot's means the items that the event says are of that lot."""
    gs1 = None if of_class else parse(identifier)
    if gs1 is None or is_instance(identifier):
        return _same(identifier)
    codes = [code for code, _ in gs1.qualifiers]
    if gs1.primary == "01" and codes == ["10"]:
        of_lot = KeyRole.LOT_OF_ITEM.value
        return Wanted(lambda other: False, cached_key(identifier), of_lot, lot=identifier)
    inside = identifier if gs1.primary in ("8003", "253", "255") else f"{identifier}/"
    if gs1.primary == "01" and not codes:
        return Wanted(lambda other: other.startswith(inside), cached_key(identifier), KeyRole.PRODUCT.value)
    span = numbers.span_of_prefix(gs1.primary, gs1.value[PREFIX_STARTS.get(gs1.primary, 0) :])
    return Wanted(lambda other: other.startswith(inside), span=span if gs1.primary in PREFIX_STARTS else None)


def _look_ups(members: tuple[str, ...], wanted: list[Wanted]) -> tuple[LookUp, ...]:
    if any(one.key is None and one.span is None for one in wanted):
        return ()
    roles = {(EPCS | CLASSES)[member].value for member in members}
    roles.update(one.derived for one in wanted if one.derived is not None)
    keys = frozenset(one.key for one in wanted if one.key is not None)
    return (Keys(keys, frozenset(roles), frozenset(one.span for one in wanted if one.span is not None)),)
