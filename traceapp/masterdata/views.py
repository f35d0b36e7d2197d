"""Pages of products, lots and places: a list with a search, a page to add and one to change. Only one's own."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, Role
from traceapp.accounts.visibility import viewer_of
from traceapp.masterdata import selectors
from traceapp.masterdata.forms import LocationForm, LotForm, ProductForm
from traceapp.masterdata.models import Location, Lot, Product
from traceapp.web.pagination import page_of

EDITORS = (*sorted(RECORDERS), Role.QUALITY)


def _here(request: HttpRequest) -> int:
    return viewer_of(request).acting_for


def _list(request: HttpRequest, kind: str, rows: QuerySet[Any]) -> HttpResponse:
    tabs = [
        {"label": label, "href": reverse(f"masterdata:{name}")}
        for name, label in (("products", "Products"), ("lots", "Lots"), ("locations", "Places"))
    ]
    shown = {"page": page_of(request, rows), "tabs": tabs, "search": request.GET.get("q", "").strip()}
    return render(request, f"masterdata/{kind}.html", shown | {"may_edit": viewer_of(request).has(*EDITORS)})


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


@require_safe
@member_required()
def products(request: HttpRequest) -> HttpResponse:
    return _list(request, "products", selectors.products(_here(request), _search(request)))


@require_safe
@member_required()
def lots(request: HttpRequest) -> HttpResponse:
    return _list(request, "lots", selectors.lots(_here(request), _search(request)))


@require_safe
@member_required()
def locations(request: HttpRequest) -> HttpResponse:
    return _list(request, "locations", selectors.locations(_here(request), _search(request)))


@require_safe
@member_required()
def product(request: HttpRequest, gtin: str) -> HttpResponse:
    """One product and its lots."""
    one = get_object_or_404(Product, organisation_id=_here(request), gtin=gtin)
    shown = {"product": one, "page": page_of(request, one.lots.order_by("-created", "-id"))}
    return render(request, "masterdata/product.html", shown | {"may_edit": viewer_of(request).has(*EDITORS)})


def _form_page(request: HttpRequest, form: "ModelForm[Any]", *, title: str, back: str, crumb: str) -> HttpResponse:
    """Show the form, or save it, own it and go back with a message."""
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        if not isinstance(saved, Lot):
            saved.organisation_id = _here(request)
        saved.save()
        messages.success(request, f"Saved: {saved}.")
        return redirect(back)
    return render(request, "masterdata/form.html", {"form": form, "title": title, "back": back, "crumb": crumb})


@require_http_methods(["GET", "POST"])
@member_required(*EDITORS)
def product_edit(request: HttpRequest, gtin: str | None = None) -> HttpResponse:
    """Add a product, or change the one with this GTIN."""
    one = get_object_or_404(Product, organisation_id=_here(request), gtin=gtin) if gtin else None
    form = ProductForm(request.POST or None, instance=one)
    back = reverse("masterdata:product", args=[gtin]) if gtin else reverse("masterdata:products")
    title = f"Change {one}" if one else "Add a product"
    return _form_page(request, form, title=title, back=back, crumb=str(one or "Products"))


@require_http_methods(["GET", "POST"])
@member_required(*EDITORS)
def lot_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a lot (`?gtin=` chooses the product), or change one's best-before date."""
    one = get_object_or_404(Lot, product__organisation_id=_here(request), pk=pk) if pk else None
    chosen = Product.objects.filter(organisation_id=_here(request), gtin=request.GET.get("gtin", "")).first()
    organisation = Organisation.objects.get(pk=_here(request))
    form = LotForm(request.POST or None, instance=one, initial={"product": chosen}, organisation=organisation)
    title = f"Change {one}" if one else "Add a lot"
    return _form_page(request, form, title=title, back=reverse("masterdata:lots"), crumb="Lots")


@require_http_methods(["GET", "POST"])
@member_required(*EDITORS)
def location_edit(request: HttpRequest, gln: str | None = None) -> HttpResponse:
    """Add a place, or change the one with this GLN."""
    one = get_object_or_404(Location, organisation_id=_here(request), gln=gln) if gln else None
    form = LocationForm(request.POST or None, instance=one)
    title = f"Change {one}" if one else "Add a place"
    return _form_page(request, form, title=title, back=reverse("masterdata:locations"), crumb="Places")
