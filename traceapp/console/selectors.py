"""Codes to try on the first page of a demo."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef

from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import EventKey
from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import build
from traceapp.ledger.models import Record
from traceapp.masterdata.models import Lot

LOOKED_AT = 200


@dataclass(frozen=True)
class DemoCode:
    """A code to try: what it is of, how it reads, where it leads."""

    name: str
    text: str
    path: str


def demo_codes(count: int = 3) -> list[DemoCode]:
    """Lots with a public record, one a product, newest first. Only where the data are made up anyway."""
    if not settings.DEMO:
        return []
    found: dict[int, DemoCode] = {}
    for lot in Lot.objects.select_related("product").order_by("-created", "-pk")[:LOOKED_AT]:
        if lot.product_id not in found and _has_public_record(lot):
            found[lot.product_id] = _demo_code(lot)
        if len(found) == count:
            break
    return list(found.values())


def _has_public_record(lot: Lot) -> bool:
    key = identifiers.key(identifiers.lot(lot.product.gtin, lot.number))
    public = Record.objects.filter(pk=OuterRef("record_id"), visibility=Visibility.PUBLIC)
    return EventKey.objects.filter(Exists(public), key=key).exists()


def _demo_code(lot: Lot) -> DemoCode:
    path = build("", identifiers.lot(lot.product.gtin, lot.number))
    return DemoCode(lot.product.name, f"(01){lot.product.gtin} (10){lot.number}", path)
