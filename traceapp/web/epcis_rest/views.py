"""What all views of the EPCIS interface share: negotiation, discovery by OPTIONS, and errors as problem details."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.web.epcis_rest import headers as gs1
from traceapp.web.epcis_rest.exceptions import EpcisProblem, as_json, as_xml, members
from traceapp.web.epcis_rest.negotiation import PROBLEM_JSON, PROBLEM_XML, JsonLd, Negotiation, TextXml, Xml, wants_xml
from traceapp.web.problems import StoreUnavailable

logger = logging.getLogger(__name__)
JSON_ONLY: list[type[BaseRenderer]] = [JSONRenderer, JsonLd]
JSON_AND_XML: list[type[BaseRenderer]] = [*JSON_ONLY, Xml, TextXml]
NOT_FOUND = "There is nothing here, or it is not for you to see."


class EpcisView(APIView):
    """A resource of the EPCIS interface. `renderer_classes` says whether it has an XML form."""

    renderer_classes = JSON_AND_XML
    content_negotiation_class = Negotiation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        gs1.check_versions(request)

    def get_permissions(self) -> Sequence[Any]:
        """Discovery is for everybody: a browser asks by OPTIONS before it may send a token."""
        return [] if self.request.method == "OPTIONS" else super().get_permissions()

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        return Response(status=204, headers={**gs1.DISCOVERY, **self.discovery()})

    def discovery(self) -> Mapping[str, str]:
        """Headers that this resource adds to OPTIONS."""
        return {}

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], HttpResponse | None]:
        return exception_handler

    @staticmethod
    def answer(
        request: Request,
        data: Any,
        *,
        xml: Callable[[], bytes] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """`data` in JSON, or what `xml` writes, as was negotiated."""
        in_xml = isinstance(request.accepted_renderer, Xml)
        content = xml() if in_xml and xml is not None else data
        return Response(content, status=status, headers=dict(headers or {}))


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The problem details of an exception. What is unknown stays so: Django logs it, and `web.errors` answers 500."""
    problem = problem_of(exc)
    return None if problem is None else problem_response(context["request"], problem)


def problem_of(exc: Exception) -> EpcisProblem | None:
    """An exception as the problem it is to the client."""
    if isinstance(exc, OperationalError):
        logger.exception("The database cannot be used: %s", exc)
        exc = StoreUnavailable()
    if isinstance(exc, EpcisProblem):
        return exc
    if isinstance(exc, Http404):
        return EpcisProblem(404, NOT_FOUND)
    if isinstance(exc, PermissionDenied):
        return EpcisProblem(403, str(exc) or "You may not do this.")
    if isinstance(exc, BadRequest | SuspiciousOperation):
        return EpcisProblem(400, f"The request could not be read: {exc}")
    return _of_drf(exc) if isinstance(exc, exceptions.APIException) else None


def _of_drf(exc: exceptions.APIException) -> EpcisProblem:
    headers: dict[str, str] = {}
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
    if isinstance(exc, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(exc, "wait", None) or 0) + 1)
    return EpcisProblem(exc.status_code, str(exc.detail), headers=headers)


def problem_response(request: HttpRequest | Request, problem: EpcisProblem) -> HttpResponse:
    """JSON or XML by `Accept`; the first for whoever takes neither."""
    return respond(request, problem.body(), problem.headers)


def respond(
    request: HttpRequest | Request, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    in_xml = wants_xml(request)
    content = as_xml(body) if in_xml else as_json(body)
    answer = HttpResponse(content, status=body["status"], content_type=PROBLEM_XML if in_xml else PROBLEM_JSON)
    for name, value in (headers or {}).items():
        answer[name] = value
    return answer


def plain_epcis_problem(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """For answers that no view of ours gave: an unknown address, a wrong method, a failure."""
    return respond(request, members(status, words))
