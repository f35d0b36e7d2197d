"""The resolver, the page of a scanned code, and the field where one types it."""

from datetime import UTC
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from traceapp.epcis import scanned
from traceapp.epcis.digital_link import parse_path
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.provenance import facts
from traceapp.provenance.answers import bad_code
from traceapp.provenance.route import route_of
from traceapp.provenance.scan import Scan, scan
from traceapp.provenance.verdict import Verdict, sentence, tally
from traceapp.web.raw_path import raw_path, raw_query
from traceapp.web.times import in_words

PAGE = "/p"
METHODS = "GET, HEAD, OPTIONS"


@require_http_methods(["GET", "HEAD", "OPTIONS"])
def resolve(request: HttpRequest) -> HttpResponse:
    """A GS1 Digital Link: 307 to the page of the code, with the path and the query as they came."""
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204, headers={"Allow": METHODS}))
    path = raw_path(request)
    try:
        parse_path(path)
    except IdentifierError as error:
        return _open(bad_code(request, _sentence(error)))
    answer = HttpResponse(status=307, headers={"Location": f"{PAGE}{path}{raw_query(request)}"})
    answer["Cache-Control"] = "public, max-age=300"  # where a code leads may change
    return _open(answer)


@require_safe
@gzip_page
@cache_control(no_cache=True)  # a verdict is worth nothing unless it was worked out for this very answer
def page(request: HttpRequest) -> HttpResponse:
    """The consumer's page of a code. A code that we know nothing of is a 404 that says so."""
    try:
        link = parse_path(raw_path(request).removeprefix(PAGE))
    except IdentifierError as error:
        return bad_code(request, _sentence(error))
    found = scan(link)
    context = {
        "scan": found,
        "verdict": found.verdict,
        "said": sentence(found.verdict, found.signs),
        "tally": tally(found.signs),
        "checked": in_words(timezone.now(), UTC),
        "details": _details(found, get_language() or ""),
    }
    return render(request, "provenance/page.html", context, status=404 if found.verdict is Verdict.UNKNOWN else 200)


@lru_cache(maxsize=256)
def _details(found: Scan, language: str) -> SafeString:
    """The page below the verdict. Remembered by all it says: what was checked is checked again, not written again."""
    context = {
        "scan": found,
        "verdict": found.verdict,
        "tally": tally(found.signs),
        "code": scanned.readable(found.link),
        "keep_at": facts.keep_at(found.product),
        "route": route_of(found.steps),
        "journey_note": facts.journey_note(len(found.steps), found.places),
    }
    return render_to_string("provenance/details.html", context)


@require_safe
def find(request: HttpRequest) -> HttpResponseBase:
    """`/find/?q=`: whatever was typed or scanned, on to its page; what cannot be read comes back with a sentence."""
    typed = request.GET.get("q", "")
    try:
        link = scanned.find(typed)
    except scanned.CodeError as error:
        return bad_code(request, _sentence(error), typed=typed[:300])
    return redirect(PAGE + link.path)


def _open(answer: HttpResponse) -> HttpResponse:
    """Any site's script may ask a resolver (GS1-Conformant resolver standard 1.2.1)."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Allow-Methods"] = METHODS
    return answer


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
