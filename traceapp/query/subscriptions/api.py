"""`/queries/{name}/subscriptions`: webhooks of one's organisation, and what was sent to them."""

import uuid
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.permissions import require
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.commitments.canonical import StrictJsonError
from traceapp.query import tokens
from traceapp.query.answers import next_headers, problem_of
from traceapp.query.api import PAGED
from traceapp.query.asked import Asked, asked_for
from traceapp.query.errors import QueryError
from traceapp.query.models import Delivery, NamedQuery, Subscription
from traceapp.query.named_api import json_body, one_query
from traceapp.query.paths import subscription_path
from traceapp.query.subscriptions import service
from traceapp.query.subscriptions.service import SubscriptionError
from traceapp.query.tokens import PageToken
from traceapp.web.epcis_rest import headers as gs1
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView

_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="Of the query, percent-encoded.")
_UID = OpenApiParameter("uid", str, OpenApiParameter.PATH, description="Of the subscription.")
_IDS = [_NAME, _UID]
_SEEN = {200: OpenApiTypes.OBJECT, 404: OpenApiTypes.OBJECT}


def _problem(error: SubscriptionError) -> EpcisProblem:
    places = [(error.member, error.why)] if error.member else []
    return EpcisProblem(400, f"{error}.", exception=error.exception, title="Subscription error", errors=places)


def _query(request: Request) -> NamedQuery:
    return one_query(request, subscription_path(request._request).name)


def _query_to_change(request: Request) -> NamedQuery:
    """The query, for whoever may say where the organisation's events go. PermissionDenied."""
    require(viewer_of(request), *RECORDERS)
    return _query(request)


def _uuid(text: str) -> uuid.UUID:
    """Nothing has the null id, which stands for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _subscription(request: Request) -> Subscription:
    query, given = _query(request), subscription_path(request._request).subscription
    held = service.subscriptions_of(viewer_of(request))
    found: Subscription | None = held.filter(query=query, uid=_uuid(given)).first()
    if found is None:
        why = f"The query {query.name!r} has no subscription {given[:60]!r}."
        raise EpcisProblem(404, why, exception="NoSuchSubscriptionException")
    return found


def _delivery(request: Request) -> Delivery:
    given = subscription_path(request._request).delivery
    found: Delivery | None = _subscription(request).deliveries.filter(uid=_uuid(given)).first()
    if found is None:
        raise EpcisProblem(404, f"The subscription has no delivery {given[:60]!r}.")
    return found


def _paged(request: Request, resource: str) -> Asked:
    try:
        asked = asked_for(request, viewer_of(request), resource)
        other = sorted(set(asked.parameters) - {"@context"})
        if other:
            raise QueryError(other[0], "is not a parameter of this resource")
    except QueryError as error:
        raise problem_of(error) from error
    return asked


def _page(request: Request, asked: Asked, found: list[Any], members: list[dict[str, Any]]) -> Response:
    """Members of a page; `found` are their rows and, if there are more, one beyond."""
    if len(found) <= asked.size:
        return Response(members)
    state = [asked.bound, None, found[asked.size - 1].pk, None]
    issued = tokens.issue(PageToken(asked.resource, asked.caller, asked.parameters, state))
    return Response(members, headers=next_headers(request, asked.size, issued))


class Subscriptions(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(
        parameters=[_NAME],
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT},
        operation_id="epcis_subscribe",
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Send the query's events to a webhook: `{"dest": "https://..", "signatureToken": "..", "stream": true}`, or
        with a `schedule` such as `{"hour": "1", "minute": "5"}` in UTC instead of `stream`."""
        query = _query_to_change(request)
        user: Any = request.user
        try:
            given = json_body(request)
            made = service.subscribe(query=query, user=user, given=given, epc_format=gs1.epc_format(request))
        except StrictJsonError as error:
            raise _problem(SubscriptionError(error.path, error.why)) from None
        except SubscriptionError as error:
            raise _problem(error) from error
        where = f"/epcis/queries/{quote(query.name, safe='')}/subscriptions/{made.uid}"
        headers = {"Location": request.build_absolute_uri(where)}
        return Response(service.as_epcis(made), status=201, headers=headers)

    @extend_schema(parameters=[_NAME, *PAGED], responses=_SEEN, operation_id="epcis_subscriptions")
    def get(self, request: Request, **_: Any) -> Response:
        """The subscriptions to the query, oldest first."""
        query = _query(request)
        asked = _paged(request, f"subscriptions {query.pk}")
        rows = service.subscriptions_of(viewer_of(request)).filter(query=query).order_by("pk")
        found = list(rows.filter(pk__gt=asked.after.pk if asked.after else 0)[: asked.size + 1])
        return _page(request, asked, found, [service.as_epcis(one) for one in found[: asked.size]])


class OneSubscription(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(parameters=_IDS, responses=_SEEN, operation_id="epcis_subscription")
    def get(self, request: Request, **_: Any) -> Response:
        """One subscription, without its token."""
        return Response(service.as_epcis(_subscription(request)))

    @extend_schema(parameters=_IDS, responses={204: None, 404: OpenApiTypes.OBJECT}, operation_id="epcis_unsubscribe")
    def delete(self, request: Request, **_: Any) -> Response:
        """Send nothing more, also nothing that waits."""
        require(viewer_of(request), *RECORDERS)
        _subscription(request).delete()
        return Response(status=204)


class Deliveries(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(parameters=[*_IDS, *PAGED], responses=_SEEN, operation_id="epcis_deliveries")
    def get(self, request: Request, **_: Any) -> Response:
        """What was sent, newest first, with each attempt."""
        one = _subscription(request)
        asked = _paged(request, f"deliveries {one.pk}")
        rows = one.deliveries.select_related("replay_of").order_by("-pk")
        if asked.after:
            rows = rows.filter(pk__lt=asked.after.pk)
        found = list(rows[: asked.size + 1])
        return _page(request, asked, found, [service.as_log(each) for each in found[: asked.size]])


class Replay(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(
        parameters=[*_IDS, OpenApiParameter("delivery", str, OpenApiParameter.PATH)],
        request=None,
        responses={202: OpenApiTypes.OBJECT, 404: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
        operation_id="epcis_delivery_replay",
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Send a delivery once more, within a week; one that was given up makes its subscription go on."""
        require(viewer_of(request), *RECORDERS)
        delivery = _delivery(request)
        if delivery.state == Delivery.State.WAITING:
            raise EpcisProblem(409, "The delivery waits to be sent already.")
        try:
            return Response(service.as_log(service.replay(delivery)), status=202)
        except SubscriptionError as error:
            raise EpcisProblem(409, f"The delivery cannot be sent again: {error}.") from error


SUBSCRIPTIONS, ONE, DELIVERIES, REPLAY = (
    view.as_view() for view in (Subscriptions, OneSubscription, Deliveries, Replay)
)


def view_of(request: HttpRequest) -> Any:
    """The view for an address below `/queries/{name}/subscriptions`."""
    path = subscription_path(request)
    if path.replay:
        return REPLAY
    if path.deliveries:
        return DELIVERIES
    return ONE if path.subscription else SUBSCRIPTIONS
