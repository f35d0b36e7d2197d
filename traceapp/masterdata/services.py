"""Master data that came with a document: taken where the key is the organisation's own, and never where it is not."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.masterdata import rules
from traceapp.masterdata.models import Location, Lot, Product

Told = Mapping[str, str]
"""Attributes by the CBV's names, such as `descriptionShort`."""


class NotTaken(ValueError):
    """Why an entry is not taken over; a sentence."""


_PRODUCT = {
    "name": ("functionalName", "regulatedProductName", "tradeItemDescription", "descriptionShort"),
    "brand": ("brandName", "labelDescription", "manufacturerOfTradeItemPartyName"),
    "description": ("tradeItemDescription", "descriptionShort"),
    "origin": ("countryOfOrigin",),
}
_PLACE = {
    "name": ("name",),
    "city": ("city",),
    "country": ("countryCode", "country"),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
}


def take_product(organisation: Organisation, gtin: str, told: Told) -> Product:
    """Add a product or change what was told of it. NotTaken."""
    product = Product.objects.filter(gtin=gtin).first() or Product(organisation=organisation, gtin=gtin, name=gtin)
    _check_owner(organisation, f"GTIN {gtin}", gtin[1:], product)
    _fill(product, _PRODUCT, told)
    product.registered_by_name = False
    product.save()
    return product


def take_lot(organisation: Organisation, gtin: str, number: str, told: Told) -> Lot:
    """Add a lot of one's own product, or change its date. NotTaken."""
    product = Product.objects.filter(gtin=gtin).first()
    if product is None:
        raise NotTaken(f"There is no product with GTIN {gtin} yet; add it first.")
    _check_owner(organisation, f"GTIN {gtin}", gtin[1:], product)
    errors = rules.lot_errors(gtin, number)
    if errors:
        raise NotTaken(" ".join(errors.values()))
    best_before = _date(told.get("bestBeforeDate") or told.get("itemExpirationDate"))
    lot, _ = Lot.objects.get_or_create(product=product, number=number)
    if best_before is not None:
        lot.best_before = best_before
        lot.save()
    return lot


def take_location(organisation: Organisation, gln: str, told: Told) -> Location:
    """Add a place or change what was told of it. NotTaken."""
    place = Location.objects.filter(gln=gln).first() or Location(organisation=organisation, gln=gln, name=gln)
    _check_owner(organisation, f"GLN {gln}", gln, place)
    _fill(place, _PLACE, told)
    values = {name: getattr(place, name) for name in ("latitude", "longitude", "timezone")}
    errors = rules.location_errors(values)
    if errors:
        raise NotTaken(" ".join(errors.values()))
    place.registered_by_name = False
    place.save()
    return place


def _check_owner(organisation: Organisation, key: str, digits: str, held: Product | Location) -> None:
    if held.organisation_id != organisation.pk:
        raise NotTaken(f"{key} is another organisation's; only its owner may change what is said about it.")
    prefix = organisation.company_prefix
    if held.pk is None and not (prefix and digits.startswith(prefix)):
        raise NotTaken(f"{key} is under no company prefix of {organisation}; whoever owns it may add it.")


def _fill(held: Product | Location, names: Mapping[str, tuple[str, ...]], told: Told) -> None:
    for field, attributes in names.items():
        text = next((told[name].strip() for name in attributes if told.get(name, "").strip()), "")
        if text:
            setattr(held, field, _value(field, text, held))


def _value(field: str, text: str, held: Product | Location) -> Any:
    if field in ("latitude", "longitude"):
        try:
            return Decimal(text).quantize(Decimal("0.00001"))
        except InvalidOperation as error:
            raise NotTaken(f"{text[:40]!r} is no {field} in degrees.") from error
    length = held._meta.get_field(field).max_length  # type: ignore[union-attr]
    return text[:length] if length else text


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise NotTaken(f"{text[:40]!r} is no date like 2026-05-14.") from error
