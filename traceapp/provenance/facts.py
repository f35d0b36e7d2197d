"""What the maker says of a product and its lot, and phrases of the page that need counting or a unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.masterdata.models import Lot, Product


@dataclass(frozen=True)
class ProductFacts:
    """Master data: told by the maker, not on the ledger."""

    name: str
    brand: str
    owner: str
    origin: str
    allergens: str
    storage_min_c: Decimal | None
    storage_max_c: Decimal | None
    best_before: date | None
    is_past_date: bool


def product_facts(gtin: str, lot: str | None) -> ProductFacts | None:
    """What is known of a product, and of that lot of it. One query, two for a lot that nobody registered."""
    known = None
    if lot:
        known = Lot.objects.select_related("product__organisation").filter(product__gtin=gtin, number=lot).first()
    product = known.product if known else Product.objects.select_related("organisation").filter(gtin=gtin).first()
    if product is None:
        return None
    dated = known.best_before if known else None
    return ProductFacts(
        name=product.name,
        brand=product.brand,
        owner=product.organisation.name,
        origin=product.origin,
        allergens=product.allergens,
        storage_min_c=product.storage_min_c,
        storage_max_c=product.storage_max_c,
        best_before=dated,
        is_past_date=dated is not None and dated < timezone.now().date(),
    )


def keep_at(product: ProductFacts | None) -> str:
    """`0 to 4 °C`, or one bound alone; empty when neither is known."""
    if product is None:
        return ""
    low, high = (_degrees(bound) for bound in (product.storage_min_c, product.storage_max_c))
    if low and high:
        return _("%(low)s to %(high)s °C") % {"low": low, "high": high}
    if high:
        return _("%(high)s °C or colder") % {"high": high}
    return _("%(low)s °C or warmer") % {"low": low} if low else ""


def journey_note(steps: int, places: int) -> str:
    """`9 steps, 4 places`."""
    said = ngettext("%(n)s step", "%(n)s steps", steps) % {"n": steps}
    if not places:
        return said
    where = ngettext("%(n)s place", "%(n)s places", places) % {"n": places}
    return f"{said}, {where}"


def _degrees(bound: Decimal | None) -> str:
    if bound is None:
        return ""
    return str(formats.number_format(bound.normalize() if bound % 1 else int(bound)))
