"""Lots to print labels for."""

from django.db.models import Q, QuerySet

from traceapp.accounts.visibility import Viewer
from traceapp.masterdata.models import Lot

MOST_LOTS = 100


def lots_to_label(viewer: Viewer, search: str = "") -> QuerySet[Lot]:
    """The newest lots of the viewer's own products, or those whose number, name or GTIN holds `search`."""
    lots = Lot.objects.select_related("product").filter(product__organisation=viewer.organisation_id)
    if search:
        lots = lots.filter(
            Q(number__icontains=search) | Q(product__name__icontains=search) | Q(product__gtin__contains=search)
        )
    return lots.order_by("-created", "-pk")[:MOST_LOTS]


def lot_to_label(viewer: Viewer, pk: str) -> Lot | None:
    """One of the viewer's own lots; None for anything else."""
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return None
    return (
        Lot.objects.select_related("product").filter(product__organisation=viewer.organisation_id, pk=int(pk)).first()
    )
