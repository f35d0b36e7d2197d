"""Ids in addresses: taken from the path as it was sent, since an id may hold `/`, written `%2F`."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from django.http import HttpRequest

from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.raw_path import raw_path

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SUBSCRIPTION = re.compile(
    r"/epcis/queries/(?P<name>[^/]+)/subscriptions(?:/(?P<id>[^/]+)"
    r"(?P<log>/deliveries(?:/(?P<delivery>[^/]+)/replay)?)?)?/?\Z"
)
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
    return _decoded(rest)


def _decoded(text: str) -> str:
    if not text:
        raise EpcisProblem(404, "An id is missing in the address.")
    if _BAD_ESCAPE.search(text):
        raise EpcisProblem(400, f"{text[:60]!r} holds a wrong percent escape.")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise EpcisProblem(400, f"{text[:60]!r} is not UTF-8 in percent escapes.") from None


class SubscriptionPath(NamedTuple):
    """The parts of an address below `/queries/{name}/subscriptions`; empty where there is none."""

    name: str
    subscription: str = ""
    deliveries: bool = False
    delivery: str = ""
    replay: bool = False


def is_subscription(request: HttpRequest) -> bool:
    """Whether the address is below a query's subscriptions, and not that of a query whose name looks so."""
    return _SUBSCRIPTION.search(raw_path(request)) is not None


def subscription_path(request: HttpRequest) -> SubscriptionPath:
    """Read an address for which `is_subscription`. EpcisProblem 404, 400."""
    found = _SUBSCRIPTION.search(raw_path(request))
    if found is None:
        raise EpcisProblem(404, "There is nothing here.")
    name, subscription, deliveries, delivery = (found[part] or "" for part in ("name", "id", "log", "delivery"))
    return SubscriptionPath(_decoded(name), subscription, bool(deliveries), delivery, bool(delivery))
