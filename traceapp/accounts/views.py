"""Pages about oneself: account, tokens, which organisation one acts for."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.request import Request

from traceapp.accounts import selectors, services, tokens
from traceapp.accounts.forms import TokenForm
from traceapp.accounts.models import ApiToken, Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import SESSION_KEY, viewer_of


def acting_organisation(request: HttpRequest | Request) -> Organisation:
    """The organisation the person or token acts for; for views behind `member_required` or `has_role`."""
    return Organisation.objects.get(pk=viewer_of(request).acting_for)


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """One's own account. Also for somebody who belongs to no organisation yet."""
    user = cast(User, request.user)
    viewer = viewer_of(request)
    own = tokens.tokens_of(acting_organisation(request), user) if viewer.organisation_id else ()
    return render(request, "accounts/me.html", {"places": selectors.own_places(user), "tokens": own})


@require_POST
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another of one's organisations from now on."""
    user = cast(User, request.user)
    places = Organisation.objects.filter(memberships__user=user).distinct()
    wanted = request.POST.get("organisation", "")
    organisation = get_object_or_404(places, pk=wanted if wanted.isdecimal() else 0)
    request.session[SESSION_KEY] = organisation.pk
    messages.success(request, f"You now act for {organisation}.")
    following = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure())
    return redirect(following if ours else "accounts:me")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required()
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a token; the answer to the POST is the only page that ever shows it."""
    form = TokenForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/token_add.html", {"form": form})
    here = acting_organisation(request)
    token, clear = tokens.make_token(user=cast(User, request.user), organisation=here, name=form.cleaned_data["name"])
    return render(request, "accounts/token_shown.html", {"token": token, "clear": clear})


@require_POST
@member_required()
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own token, or, as an administrator, any of the organisation."""
    rows = ApiToken.objects.filter(organisation_id=viewer_of(request).acting_for)
    is_admin = viewer_of(request).has(Role.ADMIN)
    if not is_admin:
        rows = rows.filter(token__user=request.user.pk)
    token = get_object_or_404(rows, pk=pk)
    services.revoke_token(token=token)
    messages.success(request, f"Revoked: {token.name}. Whatever used it is refused from now on.")
    own = token.token.user_id == request.user.pk
    return redirect("accounts:me" if own else "accounts:organisation")
