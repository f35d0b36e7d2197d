"""Ids in addresses: taken from the path as it was sent, since an id may hold `/`, written `%2F`."""

import re
from urllib.parse import unquote

from django.http import HttpRequest

from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.raw_path import raw_path

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
EVENTS = "events"


def is_below(request: HttpRequest) -> bool:
    """Whether the address is that of the events below a member, and not of a member whose id ends in `/events`."""
    return raw_path(request).removesuffix("/").endswith(f"/{EVENTS}")


def id_in(request: HttpRequest, collection: str) -> str:
    """The id after `/epcis/{collection}/`, without a sub-resource after it. EpcisProblem 404, 400.

    A client that leaves slashes unencoded is understood as well, as far as no proxy between has changed them.
    """
    _, _, rest = raw_path(request).partition(f"/epcis/{collection}/")
    rest = rest.removesuffix("/")
    if collection != EVENTS:
        rest = rest.removesuffix(f"/{EVENTS}")
    if not rest:
        raise EpcisProblem(404, "An id is missing in the address.")
    if _BAD_ESCAPE.search(rest):
        raise EpcisProblem(400, f"{rest[:60]!r} holds a wrong percent escape.")
    try:
        return unquote(rest, errors="strict")
    except UnicodeDecodeError:
        raise EpcisProblem(400, f"{rest[:60]!r} is not UTF-8 in percent escapes.") from None
