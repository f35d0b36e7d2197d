"""Pages of an organisation's administrator: members, roles, default audience, tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from traceapp.accounts import selectors, services, tokens
from traceapp.accounts.forms import InviteForm, RolesForm, VisibilityForm
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.views import acting_organisation


def _member(organisation: Organisation, pk: int) -> User:
    return get_object_or_404(User.objects.filter(memberships__organisation=organisation).distinct(), pk=pk)


@require_http_methods(["GET", "POST"])
@member_required(Role.ADMIN)
def organisation(request: HttpRequest) -> HttpResponse:
    """Everything about the organisation on one page; a POST sets who sees new records."""
    here = acting_organisation(request)
    form = VisibilityForm(request.POST or None, instance=here)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"New records are now for: {here.get_default_visibility_display()}.")
        return redirect("accounts:organisation")
    shown = {"organisation": here, "members": selectors.members(here), "tokens": tokens.tokens_of(here), "form": form}
    return render(request, "accounts/organisation.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.ADMIN)
def add_member(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, initial={"roles": [Role.SUPPLIER]})
    if form.is_valid():
        here = acting_organisation(request)
        try:
            invitation = services.invite(organisation=here, **form.cleaned_data)
        except services.MembersError as error:
            form.add_error("email", str(error))
        else:
            return _invited(request, invitation)
    return render(request, "accounts/member_add.html", {"form": form})


def _invited(request: HttpRequest, invitation: services.Invitation) -> HttpResponse:
    if invitation.link is None:
        messages.success(request, f"{invitation.user} is now a member, and logs in as before.")
        return redirect("accounts:organisation")
    shown = {"member": invitation.user, "link": request.build_absolute_uri(invitation.link)}
    return render(request, "accounts/member_added.html", shown)


@require_http_methods(["GET", "POST"])
@member_required(Role.ADMIN)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Change somebody's roles."""
    here = acting_organisation(request)
    person = _member(here, pk)
    held = list(here.memberships.filter(user=person).values_list("role", flat=True))
    form = RolesForm(request.POST or None, initial={"roles": held})
    if form.is_valid():
        try:
            services.set_roles(organisation=here, user=person, roles=form.cleaned_data["roles"])
        except services.MembersError as error:
            form.add_error("roles", str(error))
        else:
            messages.success(request, f"The roles of {person} are changed, from their next click on.")
            return redirect("accounts:organisation")
    return render(request, "accounts/member.html", {"member": person, "form": form})


@require_POST
@member_required(Role.ADMIN)
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    here = acting_organisation(request)
    person = _member(here, pk)
    try:
        services.remove_member(organisation=here, user=person)
    except services.MembersError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{person} is no longer a member. Their tokens are revoked.")
    return redirect("accounts:me" if person.pk == request.user.pk else "accounts:organisation")


@never_cache
@require_POST
@member_required(Role.ADMIN)
def member_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for somebody who has not chosen a password yet."""
    here = acting_organisation(request)
    person = _member(here, pk)
    if not services.may_be_given_a_link(person, here):
        messages.error(request, f"{person} already has a password, and can have it reset by e-mail on the log-in page.")
        return redirect("accounts:organisation")
    link = request.build_absolute_uri(services.password_link(person))
    return render(request, "accounts/member_added.html", {"member": person, "link": link})
