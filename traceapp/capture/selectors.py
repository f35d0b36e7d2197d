"""Reading: which records are about what, for whom, and what became of them."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet

from traceapp.accounts.visibility import Relation, Viewer, Visibility, readable
from traceapp.capture.chunks import chunks
from traceapp.capture.models import GOODS_ROLES, CaptureJob, Event, EventKey, KeyRole
from traceapp.epcis.identifiers import key, product
from traceapp.ledger.models import Reader, Record, RecordKind
from traceapp.ledger.selectors import IN_STATE
from traceapp.masterdata.models import Lot, Product
from traceapp.web import prepared

MOST_CHOICES = 300  # in one select or list of suggestions
MOST_RECORDS = 50_000  # of one identifier looked at for one answer


def jobs_of(viewer: Viewer) -> QuerySet[CaptureJob]:
    """The capture jobs of the viewer's organisation, newest first."""
    if viewer.organisation_id is None:
        return CaptureJob.objects.none()
    return CaptureJob.objects.filter(organisation_id=viewer.organisation_id)


def products_for(viewer: Viewer) -> list[Product]:
    """Products one can log a step of: our own, then others' that appear in records we may read. By name."""
    if viewer.organisation_id is None:
        return []
    own = list(Product.objects.filter(organisation_id=viewer.organisation_id)[:MOST_CHOICES])
    others = Product.objects.exclude(organisation_id=viewer.organisation_id).filter(registered_by_name=False)
    rows = EventKey.objects.filter(readable(viewer, "record__"), role__in=(KeyRole.PRODUCT, KeyRole.CLASS))
    met = [one for one in others[:MOST_CHOICES] if rows.filter(key=key(product(one.gtin))).exists()]
    return sorted(own + met, key=lambda one: (one.organisation_id != viewer.organisation_id, one.name))


def lots_for(products: Collection[Product]) -> list[Lot]:
    """The newest lots of these products, to choose from while typing."""
    return list(Lot.objects.filter(product__in=products).select_related("product").order_by("-created")[:MOST_CHOICES])


def own_records(viewer: Viewer, *, step: str = "", state: str = "") -> QuerySet[Record]:
    """Events that the viewer's organisation recorded, newest first, by step and by how far they have come."""
    rows = Record.objects.filter(kind=RecordKind.EPCIS, organisation_id=viewer.acting_for)
    if step:
        rows = rows.filter(event__biz_step=step)
    if state in IN_STATE:
        rows = rows.filter(IN_STATE[state])
    return rows.order_by("-record_time", "-pk")


def records_for_key(key: int, viewer: Viewer, *, roles: Collection[int] = GOODS_ROLES) -> list[int]:
    """Records about an identifier that the viewer may read, in order of event time, as primary keys.

    A record whose row has vanished is among them if its index says that the viewer could have read it: so that a page
    shows it as missing. One that stands, but whose index names a narrower audience, is left out: one of the two columns
    was changed, and the audit says so.
    """
    pks = {pk for (pk,) in prepared.rows("about", _about, [key], sorted(roles))}
    times: dict[int, Any] = {}
    for chunk in chunks(pks):
        times.update(prepared.rows(("open", viewer), lambda ids: _open_to(viewer, ids), chunk))
    vanished: set[int] = set()
    for chunk in chunks(pks - times.keys()):
        there = Record.objects.filter(pk__in=chunk).values_list("pk", flat=True)
        vanished |= _vanished(set(chunk).difference(there), viewer)
    for chunk in chunks(vanished):
        times.update(
            prepared.rows("times", lambda ids: Event.objects.filter(pk__in=ids).values_list("pk", "time"), chunk)
        )
    return sorted(times, key=lambda pk: (times[pk] is None, times[pk] or 0, pk))


def _about(keys: Collection[int], roles: Collection[int]) -> "QuerySet[EventKey, Any]":
    rows = EventKey.objects.filter(key__in=keys, role__in=roles)
    return rows.values_list("record_id").distinct()[:MOST_RECORDS]


def _open_to(viewer: Viewer, pks: Collection[int]) -> "QuerySet[Record, Any]":
    """(pk, time by the index if it has one) of those that the viewer may read."""
    rows = Record.objects.filter(readable(viewer), pk__in=pks).exclude(event__visibility__lt=F("visibility"))
    return rows.values_list("pk", "event__time")


def _vanished(pks: Collection[int], viewer: Viewer) -> set[int]:
    """Of records without a row, those the viewer could read by what the index kept of them."""
    found: set[int] = set()
    for chunk in chunks(pks):
        may = Q(visibility=Visibility.PUBLIC)
        if viewer.organisation_id is not None:
            rights = Reader.objects.filter(record_id__in=chunk, organisation_id=viewer.organisation_id)
            by_relation = dict(rights.values_list("record_id", "relation"))
            parties = [pk for pk, relation in by_relation.items() if relation == Relation.PARTY]
            may |= Q(organisation_id=viewer.organisation_id)
            may |= Q(visibility=Visibility.PARTIES, pk__in=parties) | Q(visibility=Visibility.CHAIN, pk__in=by_relation)
        found.update(Event.objects.filter(may, pk__in=chunk).values_list("pk", flat=True))
    return found
