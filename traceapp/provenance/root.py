"""The resolver's root: home page to people, and to programs the place where the resolver describes itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from traceapp.provenance import linkset
from traceapp.provenance.origin import origin_of
from traceapp.provenance.resolver import METHODS, opened


class ResolverRoot:
    """`/` answers OPTIONS, lets any site read its headers, and links to the description file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != "/":
            return self.get_response(request)
        asked = request.method == "OPTIONS"
        answer = HttpResponse(status=204, headers={"Allow": METHODS}) if asked else self.get_response(request)
        answer["Link"] = (
            f'<{origin_of(request)}/.well-known/gs1resolver>; rel="describedby"; type="application/json", '
            f'<{linkset.CONTEXT}>; rel="{linkset.CONTEXT_REL}"; type="{linkset.JSON_LD}"'
        )
        return opened(answer)
