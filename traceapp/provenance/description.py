"""`/.well-known/gs1resolver`: what this resolver can do, in the form of the standard's schema (section 3)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from traceapp.epcis.gs1_keys import KEYS
from traceapp.provenance import link_types, linkset
from traceapp.provenance.origin import origin_of
from traceapp.provenance.resolver import METHODS, opened


@csrf_exempt
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def describe(request: HttpRequest) -> HttpResponse:
    """The resolver description file."""
    if request.method == "OPTIONS":
        return opened(HttpResponse(status=204, headers={"Allow": METHODS}))
    return opened(JsonResponse(described(origin_of(request)), headers={"Cache-Control": "public, max-age=3600"}))


def described(root: str) -> dict[str, object]:
    return {
        "name": "Traceapp",
        "resolverRoot": root,
        "supportedPrimaryKeys": sorted(KEYS),
        "supportedLinkType": [{"namespace": link_types.GS1, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": linkset.CONTEXT,
    }
