"""Terms of a shipment: written, read in plain words, proposed."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.views import acting_organisation
from traceapp.intents.models import Intent
from traceapp.ledger import calls
from traceapp.payments import deliveries, plain_words
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.views import acting_user, money_required
from traceapp.web.templatetags.web import money

ZONES: Final = (
    "Europe/Berlin", "Europe/Madrid", "Europe/London", "Europe/Athens", "Europe/Istanbul", "Africa/Cairo",
    "Africa/Johannesburg", "Africa/Lagos", "America/Bogota", "America/Chicago", "America/Los_Angeles",
    "America/New_York", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Singapore",
    "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "UTC",
)  # fmt: skip
"""Offered; every other name of the tz database is taken, too."""


@require_http_methods(["GET", "POST"])
@money_required
def add(request: HttpRequest) -> HttpResponse:
    """Terms; what they mean is shown in words, as often as one likes, before they are confirmed."""
    here = acting_organisation(request)
    form = TermsForm(
        request.POST or None,
        organisation=here,
        shipment_id=calls.new_id(),
        salt=secrets.token_hex(16),
        initial=_first_dates(),
    )
    words: list[plain_words.Words] = []
    if request.method == "POST" and form.is_valid():
        words = plain_words.words(form.cleaned_data["terms"], money, frozenset({form.cleaned_data["we_are"]}))
        if "preview" not in request.POST:
            return redirect("intents:confirm", uid=proposed(form, here, acting_user(request), words).uid)
    shown: dict[str, Any] = {"form": form, "words": words, "zones": ZONES, "back": reverse("payments:shipments")}
    return render(request, "payments/terms.html", shown)


def proposed(form: TermsForm, here: Organisation, by: User, words: list[plain_words.Words]) -> Intent:
    """A wish to propose what a valid form says."""
    asked = form.cleaned_data
    return deliveries.propose(
        organisation=here,
        by=by,
        shipment_id=form.shipment_id,
        title=asked["title"],
        goods=asked["goods"],
        salt=form.salt,
        terms=asked["terms"],
        facts=[(one.title, " ".join(filter(None, (one.text, one.worked)))) for one in words],
        codes=asked["codes"],
    )


def _first_dates() -> dict[str, str]:
    now = datetime.now(ZoneInfo("Europe/Berlin")).replace(minute=0, second=0)
    named = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 5}
    return {name: f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in named.items()}
