"""Whether an event is about the goods a code names. The index found it; only the verified bytes may confirm it."""

from collections.abc import Iterator
from typing import Any

from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import DigitalLink

_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


def names_of(link: DigitalLink) -> list[str]:
    """The canonical identifiers under which records of these goods may stand: the item, and the lot it is of."""
    names = [link.canonical]
    if link.gtin and link.lot and link.serial:
        names.append(identifiers.lot(link.gtin, link.lot))
    return names


def concerns(event: dict[str, Any], wanted: set[str]) -> bool:
    """True if the event itself names one of `wanted`, or an item that it says is of a lot in `wanted`."""
    ilmd = event.get("ilmd")
    lot = str(_lot_number(ilmd)) if isinstance(ilmd, dict) else ""
    for raw in _named(event):
        try:
            name = identifiers.canonical(raw)
            if raw in wanted or name in wanted or not wanted.isdisjoint(_lots_of(raw, name, lot)):
                return True
        except identifiers.IdentifierError:
            continue
    return False


def _named(event: dict[str, Any]) -> Iterator[str]:
    if isinstance(parent := event.get("parentID"), str):
        yield parent
    for name in _LISTS:
        yield from (one for one in event.get(name) or () if isinstance(one, str))
    for name in _QUANTITIES:
        yield from (str(one.get("epcClass")) for one in event.get(name) or () if isinstance(one, dict))


def _lots_of(raw: str, name: str, lot: str) -> Iterator[str]:
    """The lot an item belongs to: in the code's own path (`/01/../10/../21/..`), or in the event's master data."""
    parsed = identifiers.parse(name)
    if parsed is None or parsed.primary != "01" or "21" not in dict(parsed.qualifiers):
        return
    _, found, rest = raw.partition("/10/")
    if found:
        yield identifiers.canonical(f"{identifiers.product(parsed.value)}/10/{rest.split('/')[0]}")
    if lot:
        yield identifiers.lot(parsed.value, lot)


def _lot_number(ilmd: dict[str, Any]) -> Any:
    """`cbvmda:lotNumber`, with whatever prefix the document gave the CBV master data vocabulary."""
    return next((value for name, value in ilmd.items() if name.rpartition(":")[2] == "lotNumber"), "")
