"""One canonical form for every identifier, whatever form it came in, and the key it is indexed by.

A GS1 key, as EPC URN or as Digital Link on any domain, becomes its Digital Link on `https://id.gs1.org`. Every other
URI is its own canonical form.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from traceapp.epcis.digital_link import CANONICAL_DOMAIN, DigitalLink, link, parse_path, without_slash
from traceapp.epcis.gs1_keys import (
    CONVENIENCE_ALPHAS,
    KEYS,
    QUALIFIERS,
    IdentifierError,
    check_digit,
    valid_gln,
    valid_gtin,
    valid_sscc,
)
from traceapp.epcis.urn import read_urn

__all__ = [
    "Gs1",
    "IdentifierError",
    "canonical",
    "check_digit",
    "is_class",
    "is_instance",
    "item",
    "key",
    "location",
    "lot",
    "parse",
    "party",
    "product",
    "sscc",
    "valid_gln",
    "valid_gtin",
    "valid_sscc",
]

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_WEB = re.compile(r"https?://([^/?#]+)(/[^?#]*)", re.IGNORECASE)
_SERIAL_INSIDE = {"253": 13, "255": 13, "8003": 14}


@dataclass(frozen=True)
class Gs1:
    """A canonical Digital Link taken apart: application identifier and value of the key, its qualifiers, decoded."""

    primary: str
    value: str
    qualifiers: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=16384)
def canonical(uri_or_urn: str) -> str:
    """The canonical form of an identifier.

    IdentifierError for what is no absolute URI (RFC 3986) and for a GS1 key that is malformed or has a wrong check
    digit. On `id.gs1.org` every path that begins with a number must be a Digital Link; on other domains a path that is
    none is somebody's own URI. A URN with a pattern is refused unless it is a class (only the serial number open):
    `patterns.read` takes the others, for queries.
    """
    if len(uri_or_urn) > 2000 or not _URI.fullmatch(uri_or_urn):
        raise IdentifierError(f"{uri_or_urn[:80]!r} is not a URI")
    if uri_or_urn.startswith("urn:epc:"):
        elements = read_urn(uri_or_urn)
        return uri_or_urn if elements is None else link(elements).canonical
    if uri_or_urn[:8].lower() == "urn:epc:":
        raise IdentifierError(f"{uri_or_urn[:80]!r}: an EPC URN begins with urn:epc: in small letters")
    found = _web_link(uri_or_urn)
    if found is None:
        return uri_or_urn
    _refuse_qualifiers_in_query(found, uri_or_urn)
    return found.canonical


def key(canonical: str) -> int:
    """The index key: the first 8 bytes of SHA-256 of the canonical form as a signed big-endian 64-bit integer."""
    return int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:8], "big", signed=True)


def parse(canonical: str) -> Gs1 | None:
    """The parts of a canonical GS1 identifier, None for any other URI."""
    path = canonical.removeprefix(CANONICAL_DOMAIN)
    if path == canonical or path[1:].partition("/")[0] not in KEYS:
        return None
    found = parse_path(path)
    return Gs1(found.primary, found.value, found.qualifiers)


def product(gtin: str) -> str:
    """A product: GTIN."""
    return link([("01", valid_gtin(gtin))]).canonical


def lot(gtin: str, lot: str) -> str:
    """A batch or lot of a product."""
    return link([("01", valid_gtin(gtin)), ("10", lot)]).canonical


def item(gtin: str, serial: str) -> str:
    """One item of a product."""
    return link([("01", valid_gtin(gtin)), ("21", serial)]).canonical


def sscc(sscc: str) -> str:
    """A logistic unit."""
    return link([("00", valid_sscc(sscc))]).canonical


def location(gln: str, extension: str | None = None) -> str:
    """A place, or a part of one."""
    elements = [("414", valid_gln(gln))]
    return link(elements if extension is None else [*elements, ("254", extension)]).canonical


def party(gln: str) -> str:
    """An organisation by its party GLN."""
    return link([("417", valid_gln(gln))]).canonical


def is_instance(canonical: str) -> bool:
    """Whether this may identify one thing: a GS1 key at instance level, or a URI of somebody's own."""
    if canonical.startswith("urn:epc:idpat:"):
        return False
    gs1 = parse(canonical)
    return gs1 is None or _identifies_one(gs1)


def is_class(canonical: str) -> bool:
    """Whether this may identify a class of things, such as a lot: a GS1 key at class level, or somebody's own URI."""
    if canonical.startswith("urn:epc:id:"):
        return False
    gs1 = parse(canonical)
    return gs1 is None or not _identifies_one(gs1)


def _identifies_one(gs1: Gs1) -> bool:
    codes = {code for code, _ in gs1.qualifiers}
    if gs1.primary in ("01", "8006"):
        return bool(codes & {"21", "235"})
    if gs1.primary in _SERIAL_INSIDE:
        return len(gs1.value) > _SERIAL_INSIDE[gs1.primary]
    if gs1.primary == "8010":
        return "8011" in codes
    return gs1.primary != "8013"


def _web_link(uri: str) -> DigitalLink | None:
    match = _WEB.match(uri)
    if match is None:
        return None
    host, path = match.groups()
    segments = path.split("/")
    if host.lower() == "id.gs1.org":
        return parse_path(without_slash(path)) if segments[1].isdigit() or segments[1] in CONVENIENCE_ALPHAS else None
    # Elsewhere a link may begin after a path of the owner's, and a path of the owner's may look like the start of one.
    for start in range(1, len(segments) - 1):
        tail = without_slash("/" + "/".join(segments[start:]))
        if segments[start] in KEYS and _has_form(tail.split("/")[1:]):
            return parse_path(tail)
    return None


def _refuse_qualifiers_in_query(found: DigitalLink, uri: str) -> None:
    """A lot or serial number after the question mark would be dropped, and with it what the link is about."""
    for pair in uri.partition("#")[0].partition("?")[2].split("&"):
        code = pair.partition("=")[0]
        if code in KEYS[found.primary].qualifiers:
            raise IdentifierError(f"({code}) {QUALIFIERS[code].name} belongs into the path of a Digital Link")


def _has_form(segments: list[str]) -> bool:
    known = KEYS[segments[0]]
    lengths = (8, 12, 13, 14) if segments[0] == "01" else None
    value = unquote(segments[1])
    fits = value.isdigit() and len(value) in lengths if lengths else known.format.fullmatch(value)
    return bool(fits) and len(segments) % 2 == 0 and all(code in known.qualifiers for code in segments[2::2])
