"""Pages of links: for those who make them, and for whoever was given one."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.ledger import offline
from traceapp.ledger.proof import FieldsRefused, NoProof
from traceapp.proofs import disclosed, links
from traceapp.proofs.check_words import check_words
from traceapp.proofs.links import LinkRefused
from traceapp.proofs.models import ProofLink
from traceapp.proofs.views import step_of
from traceapp.provenance import qr
from traceapp.web.pagination import page_of


def _mine(request: HttpRequest, pk: int) -> ProofLink:
    return get_object_or_404(links.links_for(viewer_of(request), request.user), pk=pk)


def address_of(link: ProofLink) -> str:
    """Where whoever gets the link is sent."""
    return f"{settings.PUBLIC_URL}{reverse('proofs:shared', args=[links.token_of(link)])}"


@require_safe
@member_required()
def mine(request: HttpRequest) -> HttpResponse:
    """The links that a person made, newest first; an administrator sees the organisation's."""
    found = links.links_for(viewer_of(request), request.user)
    return render(request, "proofs/links.html", {"page": page_of(request, found)})


@never_cache
@require_safe
@member_required()
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """One link: its address to copy, its QR code, what it shows, and a way to revoke it."""
    one = _mine(request, pk)
    shown: dict[str, Any] = {"link": one, "address": address_of(one), "opens": None, "problem": ""}
    try:
        shown["opens"] = disclosed.read(links.bundle_of(one))
    except (LinkRefused, NoProof, FieldsRefused) as error:
        shown["problem"] = str(error)
    return render(request, "proofs/link.html", shown)


@never_cache
@require_safe
@member_required()
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR code of a link."""
    svg = qr.svg(address_of(_mine(request, pk)), title="QR code of the link")
    return HttpResponse(svg, content_type="image/svg+xml")


@require_POST
@member_required()
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    links.revoke(link=_mine(request, pk))
    messages.success(request, "The link is revoked. It opens nothing any more.")
    return redirect("proofs:links")


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What whoever was given a link sees: the fields chosen, and the check in their own browser."""
    try:
        one = links.opened(token)
        record, _how = links.record_of(one)
        seen = disclosed.read(links.bundle_of(one))
    except LinkRefused as error:
        return _closed(request, str(error), error.state)
    except (NoProof, FieldsRefused) as error:
        return _closed(request, str(error), getattr(error, "state", "gone"))
    bundle = reverse("api-proof-link", args=[token])
    name = next((field.value for field in seen.fields if field.pointer == "/event/bizStep"), record.get_kind_display())
    shown = {"link": one, "seen": seen, "bundle": bundle, "steps": [step_of(bundle, name)]}
    return render(request, "proofs/shared.html", shown)


def _closed(request: HttpRequest, why: str, state: str) -> HttpResponse:
    status = 404 if state == "unknown" else 410
    return render(request, "proofs/closed.html", {"why": why, "state": state}, status=status)


@require_safe
@cache_control(public=True, max_age=3600)
def saved_page(request: HttpRequest) -> HttpResponse:
    """The page that checks proofs offline, to be saved and opened from disk."""
    headers = {"Content-Disposition": 'attachment; filename="verify.html"'}
    return HttpResponse(offline.page(), content_type="text/html; charset=utf-8", headers=headers)


@require_safe
@cache_control(public=True, max_age=3600)
def words(request: HttpRequest, language: str) -> HttpResponse:
    """What the check in the browser says, in one language."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return JsonResponse(check_words(), json_dumps_params={"ensure_ascii": False})
