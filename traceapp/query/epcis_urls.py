"""The query side of `/epcis/`. Views read ids from the path as it was sent; patterns only tell resources apart."""

from collections.abc import Iterator

from django.urls import URLPattern, re_path

from traceapp.query import api, named_api
from traceapp.query.collections import COLLECTIONS


def _collections() -> Iterator[URLPattern]:
    for of in COLLECTIONS:
        yield re_path(rf"^{of}/?$", api.CollectionView.as_view(of=of), name=f"epcis-{of}")
        # An id may end in /events itself, encoded; Django has decoded it by now, the view reads what was sent.
        yield re_path(rf"^{of}/.+/events/?$", api.MemberEvents.as_view(of=of))
        yield re_path(rf"^{of}/.+$", api.Member.as_view(of=of))


urlpatterns = [
    re_path(r"^$", api.TopLevel.as_view(), name="epcis"),
    re_path(r"^events/?$", api.Events.as_view(), name="epcis-events"),
    re_path(r"^events/.+$", api.OneEvent.as_view(), name="epcis-event"),
    *_collections(),
    re_path(r"^queries/?$", named_api.Queries.as_view(), name="epcis-queries"),
    re_path(r"^queries/.+/events/?$", named_api.QueryEvents.as_view()),
    re_path(r"^queries/.+$", named_api.OneQuery.as_view()),
    re_path(r"^nextPageToken/(?P<token>[^/]+)/?$", api.OneToken.as_view()),
]
