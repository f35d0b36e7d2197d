"""Problem details (RFC 9457): the one form in which the API says no."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
Place = tuple[str, str]


def details(
    status: int,
    detail: str = "",
    *,
    title: str = "",
    type: str = "about:blank",
    errors: Iterable[Place] = (),
    **more: Any,
) -> dict[str, Any]:
    """The members of a problem. `errors` are (where, what) pairs; where is a path such as `eventList[3].epcList[0]`."""
    problem: dict[str, Any] = {"type": type, "title": title or HTTPStatus(status).phrase, "status": status}
    if detail:
        problem["detail"] = detail
    places = [{"path": path, "detail": why} for path, why in errors]
    if places:
        problem["errors"] = places
    return problem | more


def problem(status: int, detail: str = "", **members: Any) -> Response:
    """A DRF answer that is a problem: `return problem(409, "This document was already captured.")`."""
    return Response(details(status, detail, **members), status=status, content_type=CONTENT_TYPE)


def plain_problem(status: int, detail: str = "", **members: Any) -> JsonResponse:
    """The same outside DRF (error handlers, plain Django views)."""
    return JsonResponse(details(status, detail, **members), status=status, content_type=CONTENT_TYPE)


def _places(detail: Any, path: str = "") -> Iterable[Place]:
    """Flatten DRF's nested validation errors into (path, sentence) pairs."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _places(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _places(inner, f"{path}[{index}]" if nested else path)
    else:
        yield (path, str(detail))


def _members(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        places = list(_places(error.detail))
        first = places[0][1] if places else "The request could not be accepted."
        return details(error.status_code, first, title="Not accepted as sent", errors=places)
    return details(error.status_code, str(error.detail))


class OutOfOrder(Exception):
    """A part of the server that its operator has to put right. The text is for the log, `words` for everybody else."""

    words = "A part of the server is out of order; its operator finds the reason in the log. Send this again later."


class StoreUnavailable(exceptions.APIException):
    """The database is away, locked for too long, or its disk is full. What was begun was rolled back."""

    status_code = 503
    sentence = "The server cannot store or read anything at the moment; its operator finds the reason in the log."
    _again = "Nothing of this request was recorded: send it again later, with the same Idempotency-Key."
    default_detail = f"{sentence} {_again}"


class StoreFull(StoreUnavailable):
    """The disk of the database is full."""

    status_code = 507
    sentence = "The server's disk is full; its operator has to make room."
    default_detail = f"{sentence} {StoreUnavailable._again}"


def unavailable(error: OperationalError) -> StoreUnavailable:
    """Why nothing can be stored, from SQLite's or PostgreSQL's own code for it. Logs what it is."""
    logger.error("The database cannot be used: %s", error)
    cause = error.__cause__
    full = getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == "53100"
    return StoreFull() if full else StoreUnavailable()


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, answering in problem details. What is unknown stays so: Django logs it and answers 500."""
    if isinstance(exc, OperationalError):
        exc = unavailable(exc)
    elif isinstance(exc, OutOfOrder):
        logger.error("%s", exc)
        exc = StoreUnavailable(exc.words)
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound("There is nothing here, or it is not for you to see.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or None)
    response = drf_exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    response.data = _members(exc)
    response.content_type = CONTENT_TYPE
    return response
