"""Where deliveries may go: public addresses by https. What is inside a network is no business of a subscriber's.

Checked twice: as written when somebody subscribes, and as resolved at each delivery, whose connection then goes to the
very address that was checked, so that a name which changes its meaning in between leads nowhere.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 2000
_OPERATOR = " (whoever runs this can allow it: SUBSCRIPTIONS_PRIVATE_HOSTS)"
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class DestinationError(ValueError):
    """The address cannot be a destination; the text says why."""


@dataclass(frozen=True)
class Destination:
    """A web address in parts. `allowed`: its host is one that the operator lets deliveries go to wherever it is."""

    https: bool
    host: str
    port: int
    target: str  # path and query, as the request line has it
    allowed: bool


def read(url: object, allowed_hosts: Sequence[str]) -> Destination:
    """A destination as written. DestinationError."""
    if not isinstance(url, str) or not url or len(url) > LONGEST:
        raise DestinationError(f"a web address of at most {LONGEST:,} characters is expected")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise DestinationError("a web address has no spaces and no characters beyond ASCII; encode them")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DestinationError("is no web address") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise DestinationError("a web address that begins with https:// is expected")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise DestinationError("an address with a user name, a password or a fragment is not taken")
    https, host = parts.scheme.lower() == "https", parts.hostname.lower()
    allowed = host in allowed_hosts
    if not https and not allowed:
        raise DestinationError("deliveries go by https only: begin the address with https://")
    if not allowed:
        _refuse_inside(host)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(https, host, port or (443 if https else 80), target, allowed)


def _refuse_inside(host: str) -> None:
    name = host.rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if "." not in name or name.endswith(_INSIDE) or name.replace(".", "").isdigit():
            raise DestinationError(f"{host} is inside a network, not on the Internet{_OPERATOR}") from None
        return
    refuse_private(host, address)


def refuse_private(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """DestinationError for an address that is not on the public Internet."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not inner.is_global or inner.is_multicast:
        raise DestinationError(f"{host} is a private address{_OPERATOR}")


def resolve(to: Destination) -> list[str]:
    """The numeric addresses to connect to. DestinationError if any of them is private; OSError if there are none."""
    found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not to.allowed:
        for each in addresses:
            refuse_private(to.host, ipaddress.ip_address(each.partition("%")[0]))
    return addresses
