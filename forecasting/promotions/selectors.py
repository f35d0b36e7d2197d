"""Reads of planned offers, of the viewer's own organisation."""

from django.db.models import QuerySet

from forecasting.promotions.models import PlannedPromotion
from traceapp.accounts.visibility import Viewer


def promotions(viewer: Viewer) -> QuerySet[PlannedPromotion]:
    return PlannedPromotion.objects.filter(organisation_id=viewer.organisation_id or 0)


def standing(viewer: Viewer) -> QuerySet[PlannedPromotion]:
    """Not withdrawn, the earliest first."""
    return promotions(viewer).filter(withdrawn=None)
