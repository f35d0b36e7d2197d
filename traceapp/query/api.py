"""EPCIS 2.0 query interface: events, and the top-level resources that lead to them (REST bindings of EPCIS 2.0.1)."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.visibility import viewer_of
from traceapp.capture.event_api import EventCapture
from traceapp.epcis.identifiers import IdentifierError
from traceapp.query import document, parse, tokens
from traceapp.query.answers import answer, next_headers, problem_of, rendered
from traceapp.query.asked import Asked, asked_for, fixed
from traceapp.query.collections import COLLECTIONS, Collection, Listed
from traceapp.query.errors import QueryError
from traceapp.query.find import bound_now
from traceapp.query.pages import page
from traceapp.query.paths import id_in
from traceapp.query.tokens import PageToken
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView

TOP_LEVEL = (
    "queries",
    "capture",
    "events",
    "eventTypes",
    "epcs",
    "readPoints",
    "bizLocations",
    "dispositions",
    "bizSteps",
)
MOST_OF_ONE_ID = 1000  # declarations and copies of other organisations that one eventID may lead to
PAGED = [
    OpenApiParameter("perPage", int, description="Members of a page, 30 unless given, 1,000 at most."),
    OpenApiParameter("nextPageToken", str, description="From the answer before: where to go on."),
]
_SEEN = {200: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT}


def collection(members: list[str]) -> dict[str, Any]:
    """Members as the standard's `Collection`."""
    return {"@context": document.CONTEXT, "type": "Collection", "member": members}


class TopLevel(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="epcis_top_level")
    def get(self, request: Request) -> Response:
        """The resources that there are."""
        return Response(collection(list(TOP_LEVEL)))


class Events(EventCapture):
    @extend_schema(
        parameters=[
            *PAGED,
            OpenApiParameter("EQ_bizStep", str, description="And every other parameter of a simple event query."),
        ],
        responses=_SEEN,
        operation_id="epcis_events",
    )
    def get(self, request: Request) -> Response:
        """Events by the standard's simple event query. Lists are written with `|`."""
        return answer(request, "events", lambda parameters: parameters)


class OneEvent(EpcisView):
    @extend_schema(
        parameters=[OpenApiParameter("value", str, OpenApiParameter.PATH, description="The eventID, percent-encoded.")],
        responses={**_SEEN, 404: OpenApiTypes.OBJECT},
        operation_id="epcis_event",
    )
    def get(self, request: Request, **_: Any) -> Response:
        """The event with an eventID, and what declares it wrong."""
        wanted = id_in(request, "events")
        query = parse.query({"EQ_eventID": [wanted]})
        found = page(query, viewer_of(request), bound=bound_now(), after=None, size=MOST_OF_ONE_ID)
        if not found.shown and not found.withheld:
            raise EpcisProblem(404, f"There is no event {wanted[:200]!r}, or it is not for you to see.")
        return rendered(request, found, document.SIMPLE)


class CollectionView(EpcisView):
    """`/epcs`, `/bizSteps` and their like."""

    renderer_classes = JSON_ONLY
    of = ""

    @extend_schema(parameters=PAGED, responses=_SEEN)
    def get(self, request: Request) -> Response:
        """Members that appear in events you may see; of the standard's words, all."""
        viewer = viewer_of(request)
        try:
            asked = asked_for(request, viewer, self.of)
            if set(asked.parameters) - {"@context"}:
                raise QueryError(min(set(asked.parameters) - {"@context"}), "is not a parameter of this resource")
            after = asked.after.pk if asked.after is not None else None
            listed = COLLECTIONS[self.of].page(viewer, bound=asked.bound, after=after, size=asked.size)
        except QueryError as error:
            raise problem_of(error) from error
        return self._answer(request, asked, listed)

    def _answer(self, request: Request, asked: Asked, listed: Listed) -> Response:
        body = collection(listed.members)
        if listed.last is None:
            return Response(body)
        state = [asked.bound, None, listed.last, None]
        issued = tokens.issue(PageToken(asked.resource, asked.caller, asked.parameters, state))
        headers = next_headers(request, asked.size, issued)
        return Response({**body, "nextPageToken": issued.text}, headers=headers)


def _value(request: Request, of: Collection) -> str:
    """The id in the address, in its one form; 400 for what cannot be one, 404 for what is not met."""
    written = id_in(request._request, of.name)
    try:
        value = of.read(written)
    except IdentifierError as error:
        raise EpcisProblem(
            400, f"{error}.", exception="QueryParameterException", errors=[(of.name, str(error))]
        ) from error
    if not of.has(value, viewer_of(request)):
        raise EpcisProblem(404, f"{written[:200]!r} is in no event that you may see.")
    return value


_ID = [OpenApiParameter("value", str, OpenApiParameter.PATH, description="Percent-encoded, also its slashes.")]


class Member(EpcisView):
    """One identifier, step, place or disposition."""

    renderer_classes = JSON_ONLY
    of = ""

    @extend_schema(parameters=_ID, responses={**_SEEN, 404: OpenApiTypes.OBJECT})
    def get(self, request: Request, **_: Any) -> Response:
        """What there is below it."""
        _value(request, COLLECTIONS[self.of])
        return Response(collection(["events"]))


class MemberEvents(EpcisView):
    """The events of one identifier, step, place or disposition."""

    of = ""

    @extend_schema(parameters=[*_ID, *PAGED], responses={**_SEEN, 404: OpenApiTypes.OBJECT})
    def get(self, request: Request, **_: Any) -> Response:
        """Its events; every other parameter of a simple event query narrows them."""
        of = COLLECTIONS[self.of]
        value = _value(request, of)
        return answer(request, f"{of.name} {value}", lambda parameters: fixed(parameters, of.parameter, value))


class OneToken(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(responses={204: None, 404: OpenApiTypes.OBJECT}, operation_id="epcis_token_delete")
    def delete(self, request: Request, token: str) -> Response:
        """Make a page token useless before it expires."""
        if not tokens.delete(token, f"{request.user.pk}:{viewer_of(request).organisation_id}"):
            raise EpcisProblem(404, "There is no such page token of yours, or it has expired.")
        return Response(status=204)
