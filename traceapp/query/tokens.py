"""Page tokens: where an answer goes on, signed, for one caller and one query, until it expires or is deleted.

A token holds the query itself, so a client may send it alone; one that repeats the query must repeat it unchanged.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from traceapp.query.errors import QueryError
from traceapp.query.models import DeletedToken

SALT = "traceapp.query.page"
LIFETIME = timedelta(hours=1)
PARAMETER = "nextPageToken"
LONGEST = 6000


@dataclass(frozen=True)
class PageToken:
    """`resource` is the address that it continues, `caller` who may, `state` where to go on: any JSON."""

    resource: str
    caller: str
    parameters: dict[str, Any]
    state: list[Any]


@dataclass(frozen=True)
class Issued:
    """A token as text, and when it expires."""

    text: str
    expires: datetime


def issue(token: PageToken) -> Issued:
    """Sign a token."""
    expires = timezone.now().replace(microsecond=0) + LIFETIME
    content = [token.resource, token.caller, token.parameters, token.state, int(expires.timestamp())]
    return Issued(signing.dumps(content, salt=SALT, compress=True), expires)


def read(text: str, *, resource: str, caller: str, parameters: dict[str, Any]) -> PageToken:
    """The token behind a text. QueryError, which names the parameter, unless it is theirs, of this query, and good."""
    token, _ = _opened(text)
    if token.caller != caller or token.resource != resource:
        raise QueryError(PARAMETER, "was given to another caller, or for another address")
    known = {name: value for name, value in token.parameters.items() if name != "@context"}
    if parameters and parameters != known:
        raise QueryError(PARAMETER, "belongs to a query with other parameters; send it with the same, or alone")
    if DeletedToken.objects.filter(digest=_digest(text)).exists():
        raise QueryError(PARAMETER, "was deleted; ask the query anew")
    return token


def delete(text: str, caller: str) -> bool:
    """Whether the token was the caller's and works no more from now on."""
    try:
        token, expires = _opened(text)
    except QueryError:
        return False
    if token.caller != caller:
        return False
    DeletedToken.objects.filter(expires__lt=timezone.now()).delete()
    DeletedToken.objects.get_or_create(digest=_digest(text), defaults={"expires": expires})
    return True


def _opened(text: str) -> tuple[PageToken, datetime]:
    if len(text) > LONGEST:
        raise QueryError(PARAMETER, "is no token of ours")
    try:
        resource, caller, parameters, state, expires = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise QueryError(PARAMETER, "is no token of ours") from None
    until = datetime.fromtimestamp(expires, UTC)
    if until <= timezone.now():
        raise QueryError(PARAMETER, f"expired at {until:%Y-%m-%dT%H:%M:%SZ}; ask the query anew")
    return PageToken(resource, caller, parameters, state), until


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
