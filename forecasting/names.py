"""Keys to the words people use: a product's or place's registered name, else its key."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from traceapp.masterdata.models import Location, Product

_KEY = re.compile(r"\b\d{13,14}\b")


@dataclass(frozen=True)
class Names:
    """Registered names by GTIN and GLN; what is not registered is called by its key."""

    products: dict[str, str]
    places: dict[str, str]
    plain_products: dict[str, str]
    plain_places: dict[str, str]


def names_of(keys: Iterable[tuple[str, str]]) -> Names:
    """`plain_*`: only what an import registered by plain name gets that name back; files speak the importer's words."""
    keys = set(keys)
    products = {product for product, _ in keys}
    places = {place for _, place in keys}
    known_products = {row.gtin: row for row in Product.objects.filter(gtin__in=_few(products))}
    known_places = {row.gln: row for row in Location.objects.filter(gln__in=_few(places))}
    return Names(
        {key: known_products[key].name if key in known_products else key for key in products},
        {key: known_places[key].name if key in known_places else key for key in places},
        {k: r.name if (r := known_products.get(k)) and r.registered_by_name else k for k in products},
        {k: p.name if (p := known_places.get(k)) and p.registered_by_name else k for k in places},
    )


def spoken(sentences: Iterable[Sequence[str]]) -> list[list[str]]:
    """The same sentences with places and products called by their registered names where GLN or GTIN stand in them."""
    found = [list(some) for some in sentences]
    keys = {key for some in found for one in some for key in _KEY.findall(one)}
    names: dict[str, str] = {}
    if keys:
        names |= dict(Location.objects.filter(gln__in=keys).values_list("gln", "name"))
        names |= dict(Product.objects.filter(gtin__in=keys).values_list("gtin", "name"))
    return [[_KEY.sub(lambda m: names.get(m.group(), m.group()), one) for one in some] for some in found]


def countries_of(places: Iterable[str]) -> dict[str, str]:
    """The country that each place is registered in; places with none are not in it."""
    glns = {place: place.partition(".")[0] for place in places}
    known = Location.objects.filter(gln__in=_few(set(glns.values()))).exclude(country="")
    countries = dict(known.values_list("gln", "country"))
    return {place: countries[gln] for place, gln in glns.items() if gln in countries}


def _few(keys: set[str]) -> set[str]:
    """GTINs and GLNs only: a URI of somebody's own has no master data."""
    return {key for key in keys if key.isdigit() and len(key) <= 14}
