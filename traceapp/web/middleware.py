"""Words for answers that would otherwise be blank, and for addresses that no database can look up."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from traceapp.web.errors import bad_request, for_a_program, out_of_order, problem_for
from traceapp.web.problems import OutOfOrder


class NoNullInAddress:
    """PostgreSQL refuses a text with U+0000 by an error of its own; no address of ours holds one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            return bad_request(request, BadRequest("the address holds U+0000"))
        return self.get_response(request)


class MethodNotAllowedInWords:
    """Django answers a wrong method with an empty page; this says so, and keeps the `Allow` header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        allowed = response.headers.get("Allow", "")
        words = f"This address does not take {request.method}. It takes {allowed or 'nothing'}."
        if for_a_program(request):
            said = problem_for(request, 405, words)
        else:
            said = render(request, "405.html", {"words": words, "status": 405}, status=405)
        said.headers["Allow"] = allowed
        return said


class OutOfOrderInWords:
    """A part of the server that cannot work is said in words, rather than as something unforeseen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return out_of_order(request, exception) if isinstance(exception, OutOfOrder) else None
