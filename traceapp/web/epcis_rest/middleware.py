"""For every answer under `/epcis/`, whoever gave it: versions, CORS, and a limit to the address.

Any origin may read: what an answer holds depends on the bearer token alone, and no cookie of ours is ever sent along
(`Access-Control-Allow-Credentials` is not given).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from traceapp.web.epcis_rest import headers as gs1
from traceapp.web.epcis_rest.views import plain_epcis_problem

ROOT = "/epcis/"
LONGEST_URL = 8000  # bytes of path and query; proxies and servers rarely take more
PREFLIGHT_SECONDS = "7200"

EXPOSED = ", ".join(
    [
        *gs1.DISCOVERY,
        *("GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit"),
        *("GS1-EPCIS-Capture-Error-Behaviour", "GS1-Capture-Error-Behaviour"),
        *("GS1-Next-Page-Token-Expires", "GS1-Query-Min-Record-Time", "GS1-Signature"),
        *("Allow", "Link", "Location", "Retry-After", "WWW-Authenticate"),
    ]
)
SENT = ", ".join(
    [
        *("Authorization", "Accept", "Content-Type", "Idempotency-Key"),
        *(name for name in gs1.DISCOVERY if name != "GS1-Vendor-Version"),
        *("GS1-EPCIS-Capture-Error-Behaviour", "GS1-Capture-Error-Behaviour"),
    ]
)


class EpcisHeaders:
    """Adds what the interface's answers have in common."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        if len(request.get_full_path()) > LONGEST_URL:
            words = f"An address has at most {LONGEST_URL:,} characters. Ask a long query as a named one (/queries)."
            response = plain_epcis_problem(request, 414, words)
        else:
            response = self.get_response(request)
        for name, value in gs1.ALWAYS.items():
            response.headers.setdefault(name, value)
        patch_vary_headers(response, ["Accept", "Authorization"])
        self._cross_origin(request, response)
        return response

    @staticmethod
    def _cross_origin(request: HttpRequest, response: HttpResponse) -> None:
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
            response["Access-Control-Allow-Headers"] = SENT
            response["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
