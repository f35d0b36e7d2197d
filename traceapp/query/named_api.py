"""`/queries`: named queries of one's organisation."""

from typing import Any
from urllib.parse import quote

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.query import named, tokens
from traceapp.query.answers import answer, next_headers, problem_of
from traceapp.query.api import PAGED
from traceapp.query.asked import asked_for
from traceapp.query.errors import QueryError, QueryInvalid
from traceapp.query.models import NamedQuery
from traceapp.query.paths import id_in
from traceapp.query.tokens import PageToken
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.negotiation import JSON_TYPES
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView

MOST_BYTES = 200_000
_NAME = [OpenApiParameter("value", str, OpenApiParameter.PATH, description="Percent-encoded.")]


def one_query(request: Request, name: str | None = None) -> NamedQuery:
    """The query that the address names, of the caller's organisation. EpcisProblem 404."""
    if name is None:
        name = id_in(request._request, "queries")
    found: NamedQuery | None = named.queries_of(viewer_of(request)).filter(name=name).first()
    if found is None:
        raise EpcisProblem(404, f"Your organisation has no query {name[:200]!r}.")
    return found


def _address(request: Request, query: NamedQuery) -> str:
    return request.build_absolute_uri(f"/epcis/queries/{quote(query.name, safe='')}")


def json_body(request: Request) -> Any:
    """The JSON that was sent. EpcisProblem 415, 413; StrictJsonError."""
    if (request.content_type or "").partition(";")[0].strip().lower() not in JSON_TYPES:
        raise EpcisProblem(415, "Send it as application/json.")
    body = request._request.body
    if len(body) > MOST_BYTES:
        raise EpcisProblem(413, f"At most {MOST_BYTES:,} bytes are taken.", exception="QueryTooComplexException")
    return parse_strict(body)


def _definition(request: Request) -> dict[str, Any]:
    try:
        given = json_body(request)
    except StrictJsonError as error:
        raise QueryInvalid(error.path, error.why) from None
    if not isinstance(given, dict) or not given.keys() <= {"name", "query", "@context"}:
        raise QueryInvalid("", "an object with `name` and `query` is expected")
    return given


class Queries(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT},
        operation_id="epcis_query_create",
    )
    def post(self, request: Request) -> Response:
        """Keep a query under a name: `{"name": "..", "query": {"EQ_bizStep": ["shipping"]}}`."""
        viewer = viewer_of(request)
        user: Any = request.user
        try:
            given = _definition(request)
            definition = given.get("query")
            if "@context" in given and isinstance(definition, dict):
                definition = {"@context": given["@context"], **definition}
            query = named.create(
                organisation=Organisation.objects.get(pk=viewer.acting_for),
                user=user,
                name=given.get("name"),
                definition=definition,
            )
        except QueryError as error:
            raise problem_of(error) from error
        except named.NameTaken as error:
            raise EpcisProblem(409, str(error)) from error
        return Response(named.as_epcis(query), status=201, headers={"Location": _address(request, query)})

    @extend_schema(parameters=PAGED, responses={200: OpenApiTypes.OBJECT}, operation_id="epcis_queries")
    def get(self, request: Request) -> Response:
        """The named queries of your organisation, oldest first."""
        viewer = viewer_of(request)
        try:
            asked = asked_for(request, viewer, "queries")
            if set(asked.parameters) - {"@context"}:
                raise QueryError(min(set(asked.parameters) - {"@context"}), "is not a parameter of this resource")
        except QueryError as error:
            raise problem_of(error) from error
        rows = named.queries_of(viewer).filter(pk__gt=asked.after.pk if asked.after else 0)
        found = list(rows.order_by("pk")[: asked.size + 1])
        shown = found[: asked.size]
        if len(found) == len(shown):
            return Response([named.as_epcis(one) for one in shown])
        state = [asked.bound, None, shown[-1].pk, None]
        issued = tokens.issue(PageToken(asked.resource, asked.caller, asked.parameters, state))
        return Response([named.as_epcis(one) for one in shown], headers=next_headers(request, asked.size, issued))


class OneQuery(EpcisView):
    renderer_classes = JSON_ONLY

    @extend_schema(parameters=_NAME, responses={200: OpenApiTypes.OBJECT}, operation_id="epcis_query")
    def get(self, request: Request) -> Response:
        """The definition, as it was given."""
        return Response(named.as_epcis(one_query(request)))

    @extend_schema(parameters=_NAME, responses={204: None}, operation_id="epcis_query_delete")
    def delete(self, request: Request) -> Response:
        """Forget the query."""
        named.delete(one_query(request))
        return Response(status=204)


class QueryEvents(EpcisView):
    @extend_schema(parameters=[*_NAME, *PAGED], responses={200: OpenApiTypes.OBJECT}, operation_id="epcis_query_events")
    def get(self, request: Request) -> Response:
        """The events that the query asks for, now."""
        query = one_query(request)
        if request.headers.get("Upgrade", "").strip().lower() == "websocket":
            why = "Events are not sent by WebSocket here. Subscribe with a webhook: POST to the query's subscriptions."
            raise EpcisProblem(501, why)

        def only_the_definition(parameters: dict[str, Any]) -> dict[str, Any]:
            added = sorted(set(parameters) - {"@context"})
            if added:
                raise QueryError(added[0], "cannot be added to a named query; define another one")
            return dict(query.definition)

        return answer(request, f"queries {query.pk}", only_the_definition, query.name)
