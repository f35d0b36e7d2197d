"""Error pages in words; problem details where a program asked."""

import logging

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from traceapp.web.epcis_rest.middleware import ROOT
from traceapp.web.epcis_rest.views import plain_epcis_problem
from traceapp.web.problems import OutOfOrder, plain_problem

logger = logging.getLogger(__name__)
PROGRAMS = ("/api/", ROOT)
NOT_FOUND = "There is nothing at this address, or it is not for you to see."
BROKEN = (
    "Something broke on our side, and we have noted it. What you sent may not have been recorded: "
    "look before you send it again."
)
EXPIRED = (
    "This form was open for too long, or cookies are switched off. Go back, load the page again and send it once more."
)
FORBIDDEN = "You may not see this page or do this."


def for_a_program(request: HttpRequest) -> bool:
    """Whether a program asked: by the address, or because it takes JSON and no page."""
    accepts = request.headers.get("Accept", "")
    return request.path.startswith(PROGRAMS) or ("json" in accepts and "html" not in accepts)


def problem_for(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """Problem details: those of the EPCIS interface under its address."""
    if request.path.startswith(ROOT):
        return plain_epcis_problem(request, status, words)
    return plain_problem(status, words)


def _answer(request: HttpRequest, status: int, words: str) -> HttpResponse:
    if for_a_program(request):
        return problem_for(request, status, words)
    return render(request, f"{status}.html", {"words": words, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, "The request could not be read. Go back and try it once more.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _answer(request, 403, said or FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, NOT_FOUND)


def out_of_order(request: HttpRequest, exception: OutOfOrder) -> HttpResponse:
    """The cause is for the operator, in the log, as one line; nothing of the request was recorded."""
    logger.error("%s", exception)
    return _answer(request, 503, exception.words)


def server_error(request: HttpRequest) -> HttpResponse:
    """No database and no context: whatever broke may break again."""
    if for_a_program(request):
        return problem_for(request, 500, BROKEN)
    return render(None, "500.html", {"words": BROKEN, "status": 500}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`reason` is for the log; people are told what to do."""
    if for_a_program(request):
        return problem_for(request, 403, EXPIRED)
    return render(request, "403_csrf.html", {"words": EXPIRED, "status": 403}, status=403)
