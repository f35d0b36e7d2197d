"""What the maker says of a product and its lot, and phrases of the page that need counting or a unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.masterdata.models import Lot, Product
from traceapp.web.prepared import rows


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


_TOLD = ("name", "brand", "organisation__name", "origin", "allergens", "storage_min_c", "storage_max_c")
"""What is told of a product, in the order of `ProductFacts`. Only that is asked for: no page is opened more often."""


def product_facts(gtin: str, lot: str | None) -> ProductFacts | None:
    """What is known of a product, and of that lot of it. One query, two for a lot that nobody registered."""
    known = rows("provenance.lot", _lots, [gtin], [lot]) if lot else []
    known = known or rows("provenance.product", _products, [gtin])
    if not known:
        return None
    name, brand, owner, origin, allergens, low, high, *dated = known[0]
    best_before = _day(dated[0]) if dated else None
    past = best_before is not None and best_before < timezone.now().date()
    return ProductFacts(name, brand, owner, origin, allergens, _number(low), _number(high), best_before, past)


def _lots(gtins: list[str], numbers: list[str]) -> QuerySet[Any, Any]:
    wanted = Lot.objects.filter(product__gtin__in=gtins, number__in=numbers).order_by()
    return wanted.values_list(*(f"product__{name}" for name in _TOLD), "best_before")


def _products(gtins: list[str]) -> QuerySet[Any, Any]:
    return Product.objects.filter(gtin__in=gtins).order_by().values_list(*_TOLD)


def _number(told: Any) -> Decimal | None:
    """As a database's driver gives it: SQLite has no decimals."""
    return None if told is None else Decimal(str(told))


def _day(told: Any) -> date | None:
    """SQLite has no dates, either."""
    return date.fromisoformat(told) if isinstance(told, str) else told


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
