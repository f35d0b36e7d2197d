"""What an administrator does with the members of an organisation."""

from collections.abc import Collection
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from traceapp.accounts.models import ApiToken, Membership, Organisation, User
from traceapp.accounts.roles import Role


class MembersError(Exception):
    """Something that cannot be done, as a sentence for the person who tried."""


class LastAdministrator(MembersError):
    def __init__(self) -> None:
        super().__init__(
            "The organisation would be left without an administrator. Make somebody else an administrator first."
        )


@dataclass(frozen=True)
class Invitation:
    """The member, and the path of the link with which they choose a password: None when they already have one."""

    user: User
    link: str | None


def password_link(user: User) -> str:
    """A path that lets `user` choose a password, once, for three days. Whoever has it can become them: show it once."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def may_be_given_a_link(user: User, organisation: Organisation) -> bool:
    """Only somebody without a password and without another organisation: a link hands the account over."""
    elsewhere = user.memberships.exclude(organisation=organisation).exists()
    return user.last_login is None and not user.has_usable_password() and not elsewhere


@transaction.atomic
def invite(*, organisation: Organisation, email: str, full_name: str = "", roles: Collection[str]) -> Invitation:
    """Make somebody a member with `roles`; a person new here is created and gets a link to choose a password."""
    if organisation.memberships.filter(user__email__iexact=email).exists():
        raise MembersError(f"{email} is already a member. Change their roles instead.")
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        first, _, last = full_name.strip().partition(" ")
        user = User.objects.create_user(email, None, first_name=first, last_name=last)
    _write_roles(organisation, user, roles)
    return Invitation(user, password_link(user) if may_be_given_a_link(user, organisation) else None)


@transaction.atomic
def set_roles(*, organisation: Organisation, user: User, roles: Collection[str]) -> None:
    """Give a member exactly `roles`. MembersError for no role at all, LastAdministrator when none would be left."""
    if not roles:
        raise MembersError("A member needs at least one role. Remove them to take away all.")
    if Role.ADMIN not in roles:
        _keep_an_administrator(organisation, without=user)
    _write_roles(organisation, user, roles)


@transaction.atomic
def remove_member(*, organisation: Organisation, user: User) -> None:
    """Take away all roles and revoke the member's tokens for this organisation. Their account stays theirs."""
    _keep_an_administrator(organisation, without=user)
    for membership in organisation.memberships.filter(user=user):
        membership.delete()  # one by one, so that each is in the history
    for token in organisation.api_tokens.filter(token__user=user):
        revoke_token(token=token)


def revoke_token(*, token: ApiToken) -> None:
    """From the next request on, the token is refused."""
    token.token.delete()


def _write_roles(organisation: Organisation, user: User, roles: Collection[str]) -> None:
    wanted = {Role(role) for role in roles}
    for membership in organisation.memberships.filter(user=user).exclude(role__in=wanted):
        membership.delete()
    for role in sorted(wanted):
        Membership.objects.get_or_create(organisation=organisation, user=user, role=role)


def _keep_an_administrator(organisation: Organisation, *, without: User) -> None:
    # The lock orders two administrators who remove each other at the same moment.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    others = organisation.memberships.filter(role=Role.ADMIN, user__is_active=True).exclude(user=without)
    is_admin = organisation.memberships.filter(role=Role.ADMIN, user=without).exists()
    if is_admin and not others.exists():
        raise LastAdministrator
