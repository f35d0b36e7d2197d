"""The query side of `/epcis/`. Views read ids from the path as it was sent; patterns only tell resources apart."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema, extend_schema_view

from traceapp.query import api, masters_api, named_api
from traceapp.query.collections import COLLECTIONS
from traceapp.query.paths import is_below, is_subscription
from traceapp.query.subscriptions import api as subscriptions

View = Callable[..., HttpResponseBase]
ONE_QUERY, QUERY_EVENTS = named_api.OneQuery.as_view(), named_api.QueryEvents.as_view()


def _both(start: str, member: View, events: View) -> Iterator[URLPattern]:
    """A member and its events. Django has decoded the path by now, so an id may look as if it went on."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponseBase:
        return (events if is_below(request) else member)(request)

    for pattern, shown in ((rf"^{start}/(?P<value>.+)/events/?$", events), (rf"^{start}/(?P<value>.+)$", member)):
        yield re_path(pattern, _like(view, shown))


def _like(view: View, shown: Any) -> View:
    """For the description of the API: whose methods these are."""

    @csrf_exempt
    def same(request: HttpRequest, **_: Any) -> HttpResponseBase:
        return view(request)

    same.cls, same.initkwargs = shown.cls, shown.initkwargs  # type: ignore[attr-defined]
    return same


def _collections() -> Iterator[URLPattern]:
    for of in COLLECTIONS:
        # Both a collection and its members are retrieved, so the description of the API needs a name for each.
        named = extend_schema_view(get=extend_schema(operation_id=f"epcis_{of}_list"))
        own = type(of, (api.CollectionView,), {"__doc__": api.CollectionView.__doc__})
        listing: type[api.CollectionView] = named(own)
        yield re_path(rf"^{of}/?$", listing.as_view(of=of), name=f"epcis-{of}")
        yield from _both(of, api.Member.as_view(of=of), api.MemberEvents.as_view(of=of))


def _subscriptions() -> Iterator[URLPattern]:
    """Below a query. An address that only looks like it is a query's own."""
    one = r"^queries/(?P<name>.+)/subscriptions"
    of_one = rf"{one}/(?P<uid>[^/]+)"
    for pattern, shown in (
        (rf"{one}/?$", subscriptions.Subscriptions),
        (rf"{of_one}/?$", subscriptions.OneSubscription),
        (rf"{of_one}/deliveries/?$", subscriptions.Deliveries),
        (rf"{of_one}/deliveries/(?P<delivery>[^/]+)/replay/?$", subscriptions.Replay),
    ):
        yield re_path(pattern, _like(_subscription, shown.as_view()))


@csrf_exempt
def _subscription(request: HttpRequest) -> HttpResponseBase:
    """A query's name may look as if it went on, decoded as it is by now."""
    below = QUERY_EVENTS if is_below(request) else ONE_QUERY
    answer: HttpResponseBase = (subscriptions.view_of(request) if is_subscription(request) else below)(request)
    return answer


urlpatterns = [
    re_path(r"^$", api.TopLevel.as_view(), name="epcis"),
    re_path(r"^events/?$", api.Events.as_view(), name="epcis-events"),
    re_path(r"^events/(?P<value>.+)$", api.OneEvent.as_view(), name="epcis-event"),
    *_collections(),
    re_path(r"^vocabularies/?$", masters_api.Vocabularies.as_view(), name="epcis-vocabularies"),
    re_path(r"^queries/?$", named_api.Queries.as_view(), name="epcis-queries"),
    *_subscriptions(),
    *_both("queries", ONE_QUERY, QUERY_EVENTS),
    re_path(r"^nextPageToken/(?P<token>[^/]+)/?$", api.OneToken.as_view()),
]
