"""An organisation's own products, lots and places. Others' are not listed: they are met in records one may read."""

from django.db.models import Count, Q, QuerySet

from traceapp.masterdata.models import Location, Lot, Product


def products(organisation_id: int, search: str = "") -> QuerySet[Product]:
    """By name, each with `lot_count`; `search` in name, brand and GTIN."""
    rows = Product.objects.filter(organisation_id=organisation_id).annotate(lot_count=Count("lots"))
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(brand__icontains=search) | Q(gtin__contains=search))
    return rows.order_by("name", "gtin")


def lots(organisation_id: int, search: str = "") -> QuerySet[Lot]:
    """Newest first; `search` in number, product name and GTIN."""
    rows = Lot.objects.filter(product__organisation_id=organisation_id).select_related("product")
    if search:
        found = Q(number__icontains=search) | Q(product__name__icontains=search) | Q(product__gtin__contains=search)
        rows = rows.filter(found)
    return rows.order_by("-created", "-id")


def locations(organisation_id: int, search: str = "") -> QuerySet[Location]:
    """By name; `search` in name, city, country and GLN."""
    rows = Location.objects.filter(organisation_id=organisation_id)
    if search:
        found = Q(name__icontains=search) | Q(city__icontains=search) | Q(country__icontains=search)
        rows = rows.filter(found | Q(gln__contains=search))
    return rows.order_by("name", "gln")
