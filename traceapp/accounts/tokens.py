"""API tokens: made, shown once, hashed."""

from django.db import transaction
from django.db.models import QuerySet
from knox.models import AuthToken

from traceapp.accounts.models import ApiToken, Organisation, User


@transaction.atomic
def make_token(*, user: User, organisation: Organisation, name: str) -> tuple[ApiToken, str]:
    """A token that acts for `organisation` with whatever roles `user` holds there when it is used.

    The text is for the one page that shows it; the database keeps only its SHA-512.
    """
    knox, clear = AuthToken.objects.create(user=user)
    return ApiToken.objects.create(token=knox, organisation=organisation, name=name), clear


def tokens_of(organisation: Organisation, user: User | None = None) -> QuerySet[ApiToken]:
    """The organisation's tokens, newest first; with `user`, only theirs."""
    rows = ApiToken.objects.filter(organisation=organisation).select_related("token__user")
    return rows if user is None else rows.filter(token__user=user)
