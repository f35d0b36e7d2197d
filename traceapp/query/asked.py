"""What a request asks for: its query, page size and place in the answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from rest_framework.request import Request

from traceapp.accounts.visibility import Viewer
from traceapp.query import tokens, values
from traceapp.query.errors import QueryError
from traceapp.query.find import Place, bound_now
from traceapp.query.parse import from_pairs
from traceapp.query.tokens import PARAMETER, PageToken

PER_PAGE = "perPage"
DEFAULT_SIZE = 30
LARGEST = 1000
"""A page has no more than this, whatever is asked for."""
MOST_PAIRS = 200
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")


@dataclass(frozen=True)
class Asked:
    """`parameters` of the query; the rest says which part of the answer."""

    resource: str
    caller: str
    parameters: dict[str, Any]
    size: int
    bound: int
    after: Place | None
    left: int | None  # events that eventCountLimit still allows; None on the first page, or without a limit
    is_first: bool


def asked_for(request: Request, viewer: Viewer, resource: str) -> Asked:
    """Read the address of a request. QueryError names what is wrong with it."""
    given = parameters_of(request)
    size = min(values.count(PER_PAGE, given.pop(PER_PAGE)), LARGEST) if PER_PAGE in given else DEFAULT_SIZE
    text = given.pop(PARAMETER, None)
    caller = f"{request.user.pk}:{viewer.organisation_id}"
    if text is None:
        known = {"@context": prefixes_of(request)} if request.headers.get("GS1-Extensions") else {}
        return Asked(resource, caller, {**given, **known}, size, bound_now(), None, None, is_first=True)
    token = tokens.read(text, resource=resource, caller=caller, parameters=dict(given))
    bound, sort, pk, left = token.state
    after = Place(datetime.fromisoformat(sort) if sort else None, pk)
    return Asked(resource, caller, token.parameters, size, bound, after, left, is_first=False)


def parameters_of(request: Request) -> dict[str, str]:
    """The parameters of an address, each once."""
    try:
        pairs = parse_qsl(
            request.META.get("QUERY_STRING", ""), keep_blank_values=True, errors="strict", max_num_fields=MOST_PAIRS
        )
    except UnicodeDecodeError:
        raise QueryError("", "the address holds percent escapes that are not UTF-8") from None
    except ValueError:
        raise QueryError("", f"an address has at most {MOST_PAIRS} parameters") from None
    for name, value in pairs:
        if "\x00" in name or "\x00" in value:
            raise QueryError(name.replace("\x00", "")[:40], "holds U+0000, which no event holds")
    return from_pairs(pairs)


def prefixes_of(request: Request) -> dict[str, str]:
    """Prefixes that the client declares by `GS1-Extensions: prefix=namespace, ...`; what is none is passed over."""
    found: dict[str, str] = {}
    for part in request.headers.get("GS1-Extensions", "").split(",")[:50]:
        prefix, mark, namespace = (piece.strip() for piece in part.partition("="))
        if mark and _PREFIX.fullmatch(prefix) and ":" in namespace:
            found[prefix] = namespace
    return found


def next_token(asked: Asked, last: Place, left: int | None) -> tokens.Issued:
    """The token that continues after a place."""
    sort = last.sort.isoformat() if last.sort else None
    state = [asked.bound, sort, last.pk, left]
    return tokens.issue(PageToken(asked.resource, asked.caller, asked.parameters, state))


def fixed(parameters: Mapping[str, Any], name: str, value: str) -> dict[str, Any]:
    """The parameters with one that the address fixes. QueryError if it is given as well."""
    if name in parameters:
        raise QueryError(name, "is fixed by the address of this resource")
    return {**parameters, name: [value]}
