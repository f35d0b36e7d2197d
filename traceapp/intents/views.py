"""What will happen, in words, and the second factor."""

import uuid
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from traceapp.accounts import one_time_codes, passkeys
from traceapp.accounts.models import User
from traceapp.accounts.permissions import member_required, require
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.intents import kinds, services
from traceapp.intents.forms import CodeForm, KeyForm
from traceapp.intents.models import Intent
from traceapp.ledger import credentials


@never_cache
@require_http_methods(["GET", "POST"])
@member_required()
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One wish of the person who looks, until it is confirmed."""
    here, user = acting_organisation(request), cast(User, request.user)
    intent = get_object_or_404(Intent, uid=uid, organisation=here, by=user)
    require(viewer_of(request), *kinds.members_for([function for function, _ in intent.requests]))
    if intent.confirmed is not None:
        return redirect(intent.back)
    form, key = CodeForm(), KeyForm()
    if request.method == "POST":
        form, key = _given(request)
        shown_at = key if "credential" in request.POST else form
        if shown_at.is_valid() and _confirmed(request, intent, user, shown_at):
            messages.success(request, "Confirmed. It goes to the ledger now, and is final once it is there.")
            return redirect(intent.back)
    return render(request, "intents/confirm.html", _shown(request, intent, user) | {"form": form, "key": key})


def _given(request: HttpRequest) -> tuple[CodeForm, KeyForm]:
    by_key = "credential" in request.POST
    return (CodeForm() if by_key else CodeForm(request.POST)), (KeyForm(request.POST) if by_key else KeyForm())


def _confirmed(request: HttpRequest, intent: Intent, user: User, form: CodeForm | KeyForm) -> bool:
    said = form.cleaned_data
    try:
        if isinstance(form, KeyForm):
            services.confirm_by_passkey(intent=intent, by=user, answer=said["credential"], host=request.get_host())
        else:
            services.confirm(intent=intent, by=user, code=said["code"])
    except services.IntentError as error:
        form.add_error(None if isinstance(form, KeyForm) else "code", str(error))
        return False
    return True


def _shown(request: HttpRequest, intent: Intent, user: User) -> dict[str, object]:
    app = one_time_codes.authenticator_of(user)
    has_key = passkeys.held_by(user)
    found = credentials.present(intent.organisation_id, intent.role)
    asked = {"request_options": passkeys.options(user, intent.digest, request.get_host())} if has_key else None
    return {
        "intent": intent,
        "has_code": app is not None,
        "has_key": has_key,
        "key_options": asked,
        "is_custodial": found.custodial if found else settings.LEDGER == "embedded",
        # The demo's people have no telephone: their present code is shown to whoever tries it out.
        "demo_code": one_time_codes.for_the_page(app) if settings.DEMO and app else "",
    }
