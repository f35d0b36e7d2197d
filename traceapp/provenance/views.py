"""The page of a scanned code, and the field where one types it."""

from datetime import UTC
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from traceapp.epcis import scanned
from traceapp.epcis.digital_link import DigitalLink, parse_path, without_slash
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.provenance import facts
from traceapp.provenance.answers import bad_code
from traceapp.provenance.cold import cold_legs
from traceapp.provenance.goods import names_of
from traceapp.provenance.journey import Step
from traceapp.provenance.route import route_of
from traceapp.provenance.scan import Scan, scan
from traceapp.provenance.verdict import Verdict, sentence, tally
from traceapp.web.errors import for_a_program
from traceapp.web.problems import plain_problem
from traceapp.web.raw_path import raw_path
from traceapp.web.times import in_words

PAGE = "/p"


@require_safe
@gzip_page
@cache_control(no_cache=True)  # a verdict is worth nothing unless it was worked out for this very answer
def page(request: HttpRequest) -> HttpResponse:
    """The consumer's page of a code. A code that we know nothing of is a 404 that says so."""
    path = raw_path(request).removeprefix(PAGE)
    try:
        link = parse_path(without_slash(path))
    except IdentifierError as error:
        return bad_code(request, _sentence(error))
    return _page(request, link)


def unknown_code(request: HttpRequest, link: DigitalLink) -> HttpResponse:
    """404: the same page, at the code's own address, when nothing is known of it."""
    if for_a_program(request):
        return plain_problem(404, f"Nothing is known here of {scanned.readable(link)}.", title="Unknown code")
    return _page(request, link)


def _page(request: HttpRequest, link: DigitalLink) -> HttpResponse:
    found = scan(link)
    context = {
        "scan": found,
        "verdict": found.verdict,
        "said": sentence(found.verdict, found.signs),
        "tally": tally(found.signs),
        "checked": in_words(timezone.now(), UTC),
        "details": _details(found, get_language() or ""),
        "cold": cold_legs(names_of(link), found.product) if found.steps else [],
        "keep_at": facts.keep_at(found.product),
        "check": [_line(step) for step in found.steps],
    }
    return render(request, "provenance/page.html", context, status=404 if found.verdict is Verdict.UNKNOWN else 200)


def _line(step: Step) -> dict[str, str]:
    """One line of the check: which proof is asked for, and what the page says of the step."""
    wanted = step.uid and step.state != "pending"
    bundle = reverse("api-proof", args=[step.uid]) if wanted else ""
    return {"name": step.title, "state": step.state, "bundle": bundle, "says": step.says}


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


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
