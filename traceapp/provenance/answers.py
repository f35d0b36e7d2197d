"""The answer to a code that cannot be read: a page in words, or a problem for programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from traceapp.web.errors import for_a_program
from traceapp.web.problems import plain_problem


def bad_code(request: HttpRequest, why: str, *, typed: str = "", status: int = 400) -> HttpResponse:
    """400, or another status, with the sentence `why`.

    `typed` is put back into the field, so that a slip is mended and not typed again.
    """
    if for_a_program(request):
        return plain_problem(status, why, title="This code cannot be read")
    return render(request, "provenance/bad_code.html", {"why": why, "typed": typed}, status=status)


def too_long(request: HttpRequest) -> HttpResponse:
    """414: no code is that long."""
    words = "This address is too long to be a code. Scan it again, or type the number under the bars."
    if for_a_program(request):
        return plain_problem(414, words)
    return render(request, "provenance/bad_code.html", {"why": words, "typed": ""}, status=414)
