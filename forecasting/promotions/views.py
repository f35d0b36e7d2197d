"""Pages under /forecasts/promotions/: parse, call one function, render."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forecasting.names import names_of
from forecasting.promotions import selectors, services
from forecasting.promotions.forms import FileForm, PromotionForm
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.web.pagination import page_of


@require_safe
@member_required(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    viewer = viewer_of(request)
    page = page_of(request, selectors.standing(viewer), 30)
    names = names_of((one.product, one.place) for one in page)
    context: dict[str, Any] = {
        "page": page,
        "rows": [(one, names.products[one.product], names.places[one.place] if one.place else "") for one in page],
        "may": viewer.has(*TRAINERS),
        "form": PromotionForm(organisation=acting_organisation(request)),
        "file_form": FileForm(),
    }
    return render(request, "forecasting/promotions/index.html", context | forms, status=status)


@require_http_methods(["POST"])
@member_required(*TRAINERS)
def add(request: HttpRequest) -> HttpResponse:
    form = PromotionForm(request.POST, organisation=acting_organisation(request))
    if not form.is_valid():
        return _page(request, 400, form=form)
    try:
        services.plan(organisation=acting_organisation(request), said=[form.cleaned_data], by=cast(User, request.user))
    except services.BadFile as error:
        form.add_error(None, error.faults[0])
        return _page(request, 400, form=form)
    messages.success(request, "Planned. The next forecast knows it.")
    return redirect("promotions:index")


@require_http_methods(["POST"])
@member_required(*TRAINERS)
def upload(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = services.plan_file(
                organisation=acting_organisation(request),
                content=form.cleaned_data["file"].read(),
                by=cast(User, request.user),
            )
        except services.BadFile as error:
            for fault in error.faults[:20]:
                form.add_error("file", fault)
            more = f"And {len(error.faults) - 20} more. " if len(error.faults) > 20 else ""
            form.add_error("file", f"{more}Nothing was taken.")
        else:
            messages.success(request, f"{len(made):,} offers planned. The next forecast knows them.")
            return redirect("promotions:index")
    return _page(request, 400, file_form=form)


@require_POST
@member_required(*TRAINERS)
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.withdraw(get_object_or_404(selectors.promotions(viewer_of(request)), uid=uid))
    messages.success(request, "Withdrawn. The next forecast does not know it.")
    return redirect("promotions:index")
