"""An organisation's own links."""

from django.db.models import Q, QuerySet

from traceapp.provenance.models import Link


def links_of(organisation_id: int, search: str = "") -> QuerySet[Link]:
    """By entity; `search` in the code, title and address."""
    rows = Link.objects.filter(organisation_id=organisation_id)
    if search:
        rows = rows.filter(Q(path__icontains=search) | Q(title__icontains=search) | Q(href__icontains=search))
    return rows.order_by("path", "link_type", "pk")
