"""The trust file: its versions, its fingerprint, and the statement that organisations publish of it."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_http_methods, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import viewer_of
from traceapp.ledger import trust, trust_versions
from traceapp.proofs import pins
from traceapp.proofs.forms import TrustHostForm
from traceapp.proofs.models import TrustHost

_OPEN = {"Access-Control-Allow-Origin": "*"}  # certificates and fingerprints: nothing of it is secret


def _current_tag(request: HttpRequest) -> str | None:
    now = trust_versions.current()
    return f'"{now.fingerprint}"' if now else None


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every version with its fingerprint, and how to compare it with what others say."""
    shown = {
        "versions": trust_versions.versions(),
        "published": pins.published(),
        "well_known": pins.PATH,
    }
    return render(request, "proofs/trust.html", shown)


@require_safe
@cache_control(no_cache=True)
@condition(etag_func=_current_tag)
def current(request: HttpRequest) -> HttpResponse:
    """The trust file in force, under an address that stays."""
    try:
        return _file(trust.export(), "trust.json")
    except trust.NotPinned as error:
        raise Http404(str(error)) from error


@require_safe
@cache_control(public=True, max_age=86400)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version. What a number stands for never changes."""
    try:
        return _file(trust_versions.export(number), f"trust-v{number}.json")
    except trust.NotPinned as error:
        raise Http404(str(error)) from error


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **_OPEN}
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_safe
@cache_control(no_cache=True)
def well_known(request: HttpRequest) -> HttpResponse:
    """The statement of the organisation whose host this is; on the site's own host, of nobody in particular."""
    said = pins.statement(pins.organisation_of(request.get_host()))
    if said is None:
        raise Http404("No trust file is pinned yet.")
    return JsonResponse(said, headers=_OPEN, json_dumps_params={"ensure_ascii": False})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def organisation(request: HttpRequest) -> HttpResponse:
    """How an organisation publishes the fingerprint itself: a file to put on its own domain, and which that is."""
    here = Organisation.objects.get(pk=viewer_of(request).acting_for)
    known = TrustHost.objects.filter(organisation=here).first() or TrustHost(organisation=here)
    form = TrustHostForm(request.POST if request.method == "POST" else None, instance=known)
    if request.method == "POST" and form.is_valid():
        _keep(form, known)
        messages.success(request, _said(form.instance))
        return redirect("proofs:organisation-trust")
    said = pins.statement(here)
    shown: dict[str, Any] = {
        "form": form,
        "file": _pretty(said) if said else "",
        "path": pins.PATH,
        "host": TrustHost.objects.filter(organisation=here).first(),
    }
    return render(request, "proofs/organisation_trust.html", shown)


def _keep(form: TrustHostForm, known: TrustHost) -> None:
    if form.cleaned_data["host"]:
        form.save()
    elif known.pk:
        known.delete()


def _said(host: TrustHost) -> str:
    return f"Pages now name {host.host} to compare with." if host.host else "Pages no longer name a domain of yours."


@require_safe
@member_required(Role.ADMIN)
def organisation_file(request: HttpRequest) -> HttpResponse:
    """The statement as a file to upload."""
    said = pins.statement(Organisation.objects.get(pk=viewer_of(request).acting_for))
    if said is None:
        raise Http404("No trust file is pinned yet.")
    headers = {"Content-Disposition": 'attachment; filename="traceapp-trust.json"'}
    return HttpResponse(_pretty(said), content_type="application/json", headers=headers)


def _pretty(said: dict[str, Any]) -> str:
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"
