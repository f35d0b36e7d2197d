"""Pages where an organisation sets its storage conditions and alarms."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import viewer_of
from traceapp.coldchain import selectors
from traceapp.coldchain.forms import AlarmForm, ConditionsForm
from traceapp.coldchain.models import Conditions
from traceapp.coldchain.presenting import band
from traceapp.coldchain.rules import from_conditions
from traceapp.coldchain.tabs import tabs
from traceapp.sensors.conditions import DEFAULTS, ProductClass

SETTERS = (Role.QUALITY, Role.ADMIN)


@require_safe
@member_required()
def conditions(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    rows = [(one, band(from_conditions(one))) for one in selectors.conditions_of(viewer)]
    classes = [
        (value, label) for value, label in ProductClass.choices if DEFAULTS[ProductClass(value)].high is not None
    ]
    context = {"rows": rows, "tabs": tabs(), "may_set": viewer.has(*SETTERS), "classes": classes}
    return render(request, "coldchain/conditions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SETTERS)
def conditions_add(request: HttpRequest) -> HttpResponse:
    return _form(request, Conditions(organisation_id=viewer_of(request).acting_for), _usual(request))


def _usual(request: HttpRequest) -> dict[str, object]:
    """What a kind of goods is usually kept at, to begin with."""
    kind = request.GET.get("kind", "")
    if kind not in ProductClass.values:
        return {}
    rule = DEFAULTS[ProductClass(kind)]
    minutes = {"minimum": rule.minimum, "warn_within": rule.warn_within, "max_interval": rule.max_interval}
    return {
        "product_class": kind,
        "name": ProductClass(kind).label,
        **{name: getattr(rule, name) for name in ("low", "high", "hysteresis", "floor", "ceiling")},
        **{name: round(seconds / 60) for name, seconds in minutes.items()},
        "budget": None if rule.budget is None else round(rule.budget / 60),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SETTERS)
def conditions_change(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(selectors.conditions_of(viewer_of(request)), pk=pk), {})


def _form(request: HttpRequest, one: Conditions, initial: dict[str, object]) -> HttpResponse:
    form = ConditionsForm(request.POST if request.method == "POST" else None, instance=one, initial=initial)
    if request.method == "POST" and form.is_valid():
        same = selectors.conditions_of(viewer_of(request)).filter(gtin=form.cleaned_data["gtin"]).exclude(pk=one.pk)
        if same.exists():
            form.add_error("gtin", _("There are conditions for this already. Change those."))
        else:
            form.save()
            messages.success(request, _("Saved. What comes in from now on is judged by it."))
            return redirect("coldchain:conditions")
    status = 400 if form.errors else 200
    return render(request, "coldchain/conditions_form.html", {"form": form, "one": one}, status=status)


@require_POST
@member_required(*SETTERS)
def conditions_remove(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(selectors.conditions_of(viewer_of(request)), pk=pk).delete()
    messages.success(request, _("Removed."))
    return redirect("coldchain:conditions")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SETTERS)
def alarms(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form = AlarmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.instance.organisation_id = viewer.acting_for
        form.save()
        messages.success(request, _("From now on excursions are told there, too."))
        return redirect("coldchain:alarms")
    rows = [(one, one.alerts.order_by("-pk").first()) for one in selectors.alarms_of(viewer)]
    status = 400 if form.errors else 200
    return render(request, "coldchain/alarms.html", {"form": form, "rows": rows, "tabs": tabs()}, status=status)


@require_POST
@member_required(*SETTERS)
def alarm_remove(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(selectors.alarms_of(viewer_of(request)), pk=pk).delete()
    messages.success(request, _("Removed."))
    return redirect("coldchain:alarms")
