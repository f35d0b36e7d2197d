"""Pages of links: where our codes lead besides the consumer's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.epcis import scanned
from traceapp.epcis.digital_link import parse_path
from traceapp.masterdata.views import EDITORS
from traceapp.provenance import link_types
from traceapp.provenance.link_forms import TYPES, LinkForm
from traceapp.provenance.link_selectors import links_of
from traceapp.provenance.link_services import FIELDS, LinkRefused, add_link, change_link, delete_link
from traceapp.provenance.models import Link
from traceapp.web.pagination import page_of


@require_safe
@member_required()
def links(request: HttpRequest) -> HttpResponse:
    """`/labels/links/?q=`: our links, by code."""
    viewer, search = viewer_of(request), request.GET.get("q", "").strip()[:100]
    page = page_of(request, links_of(viewer.acting_for, search))
    shown = {"page": page, "search": search, "may_edit": viewer.has(*EDITORS), "rows": [_row(one) for one in page]}
    return render(request, "provenance/links.html", shown)


@require_http_methods(["GET", "POST"])
@member_required(*EDITORS)
def link_add(request: HttpRequest) -> HttpResponse:
    """Add a link (`?code=` chooses what it is for)."""
    form = LinkForm(
        request.POST or None, initial={"code": request.GET.get("code", "")[:2048], "media_type": "text/html"}
    )
    if request.method == "POST" and form.is_valid() and form.entity is not None:
        try:
            made = add_link(organisation_id=viewer_of(request).acting_for, entity=form.entity, values=form.cleaned_data)
            return _saved(request, made)
        except PermissionDenied as error:
            form.add_error("code", str(error))
        except LinkRefused as refused:
            form.show(refused.errors)
    return _form(request, form, _("Add a link"), None)


@require_http_methods(["GET", "POST"])
@member_required(*EDITORS)
def link_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one of our links; below the form stands what it was before."""
    link = get_object_or_404(Link, organisation_id=viewer_of(request).acting_for, pk=pk)
    initial = {name: getattr(link, name) for name in FIELDS}
    initial["link_type"] = link.link_type.replace(link_types.GS1, "gs1:")
    form = LinkForm(request.POST or None, entity=parse_path(link.path), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, change_link(link=link, values=form.cleaned_data))
        except LinkRefused as refused:
            form.show(refused.errors)
    return _form(request, form, _("Change a link"), link)


@require_POST
@member_required(*EDITORS)
def link_delete(request: HttpRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(Link, organisation_id=viewer_of(request).acting_for, pk=pk)
    delete_link(link=link)
    messages.success(request, _("Deleted: %(title)s.") % {"title": link.title})
    return redirect("links")


def _form(request: HttpRequest, form: LinkForm, title: str, link: Link | None) -> HttpResponse:
    shown = {
        "form": form,
        "title": title,
        "back": reverse("links"),
        "types": TYPES,
        "link": link,
        "row": _row(link) if link else None,
        "history": link.history.select_related("history_user")[:20] if link else (),
    }
    return render(request, "provenance/link_form.html", shown)


def _saved(request: HttpRequest, link: Link) -> HttpResponse:
    messages.success(request, _("Saved: %(title)s.") % {"title": link.title})
    return redirect("links")


def _row(link: Link) -> dict[str, object]:
    """A link with its code and type in words."""
    return {"link": link, "code": scanned.readable(parse_path(link.path)), "type": link_types.name_of(link.link_type)}
