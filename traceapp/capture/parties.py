"""Which organisations an event names, and who owns the products in it, as far as our master data knows."""

from collections.abc import Collection, Iterable

from traceapp.accounts.models import Organisation
from traceapp.capture.chunks import chunks
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
