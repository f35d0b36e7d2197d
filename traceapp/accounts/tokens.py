"""API tokens: made, shown once, hashed."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from knox.models import AuthToken

from traceapp.accounts.models import ApiToken, Organisation, User


@dataclass(frozen=True)
class NewToken:
    """`clear` exists only here, for the one page that shows it; the database has its SHA-512."""

    token: ApiToken
    clear: str


@transaction.atomic
def create_token(*, user: User, organisation: Organisation, name: str) -> NewToken:
    """A token that acts for `organisation` with whatever roles `user` holds there when it is used."""
    knox, clear = AuthToken.objects.create(user=user)
    return NewToken(ApiToken.objects.create(token=knox, organisation=organisation, name=name), clear)


def tokens_of(organisation: Organisation, user: User | None = None) -> QuerySet[ApiToken]:
    """The organisation's tokens, newest first; with `user`, only theirs."""
    rows = ApiToken.objects.filter(organisation=organisation).select_related("token__user")
    return rows if user is None else rows.filter(token__user=user)
