"""Which organisations an event names, and who owns the products in it, as far as our master data knows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.capture.chunks import chunks
from traceapp.capture.errors import SHOWN, Place
from traceapp.epcis.identifiers import canonical, parse
from traceapp.epcis.parse import ParsedEvent
from traceapp.masterdata.models import Location, Product


def organisations_by_gln(glns: Collection[str]) -> dict[str, int]:
    """Organisation ids by party GLN, or by the GLN of a place of theirs. Unknown numbers are left out."""
    found: dict[str, int] = {}
    for chunk in chunks(glns):
        found.update(Location.objects.filter(gln__in=chunk).values_list("gln", "organisation_id"))
        found.update(Organisation.objects.filter(pgln__in=chunk).values_list("pgln", "pk"))
    return found


def owners_of(traced: Iterable[tuple[int, str]]) -> dict[int, int]:
    """Organisation ids of the products' owners by the key of the goods; (key, GTIN or nothing) come in."""
    gtins = {key: gtin for key, gtin in traced if gtin}
    owners: dict[str, int] = {}
    for chunk in chunks(set(gtins.values())):
        owners.update(Product.objects.filter(gtin__in=chunk).values_list("gtin", "organisation_id"))
    return {key: owners[gtin] for key, gtin in gtins.items() if gtin in owners}


def unknown(numbered: Iterable[tuple[int, ParsedEvent]]) -> list[Place]:
    """Parties and places that nobody here goes by, where they stand in the document; the first `SHOWN`.

    Trading partners may well be elsewhere, so that this is no error; but one mistyped would never read the event.
    """
    named = [(f"eventList[{index}].{path}", gln) for index, event in numbered for path, gln in _glns_of(event.raw)]
    known = organisations_by_gln({gln for _, gln in named}) if named else {}
    why = "No organisation or place with GLN {} is registered here: nobody reads this event by being named so."
    return [(path, why.format(gln)) for path, gln in named if gln not in known][:SHOWN]


def _glns_of(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for member, name in (("sourceList", "source"), ("destinationList", "destination")):
        for index, entry in enumerate(raw.get(member) or ()):
            if gln := _gln(entry[name]):
                yield f"{member}[{index}].{name}", gln
    for member in ("bizLocation", "readPoint"):
        if (entry := raw.get(member)) and (gln := _gln(entry["id"])):
            yield f"{member}.id", gln


@lru_cache(maxsize=65536)
def _gln(name: str) -> str:
    gs1 = parse(canonical(name))
    return gs1.value if gs1 is not None and gs1.primary in ("414", "417") else ""
