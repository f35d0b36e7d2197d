"""EPC pure identity and class URIs (`urn:epc:...`) as the GS1 keys they stand for (EPC Tag Data Standard section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from traceapp.epcis.gs1_keys import IdentifierError, check_digit

Elements = list[tuple[str, str]]
"""Application identifier and value: the primary key first, then its qualifiers."""

NO_GS1_KEY = frozenset({"gid", "usdod", "adi", "bic", "imovn"})
"""Schemes of `urn:epc:id:` that stand for no GS1 key; such identifiers stay as they are."""

_MAY_LACK_REFERENCE = frozenset({"sgln", "pgln", "grai", "gdti", "sgcn"})
"""Schemes where a company prefix of 12 digits leaves none for the reference."""

_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PREFIX = re.compile(r"[0-9]{6,12}")


def read_urn(urn: str) -> Elements | None:
    """The elements of an EPC URN, None for one without a GS1 key; IdentifierError for a malformed or unusable one."""
    kind, _, rest = urn.removeprefix("urn:epc:").partition(":")
    scheme, _, body = rest.partition(":")
    if kind in ("id", "idpat") and scheme in NO_GS1_KEY and body:
        return None
    reader = _READERS.get((kind, scheme))
    if reader is None or _ESCAPE.search(body):
        raise IdentifierError(f"{urn[:80]!r} is not an EPC or EPC class URN")
    whole = _parts(body, reader[0], urn, may_lack_reference=scheme in _MAY_LACK_REFERENCE)
    parts = [unquote(part, errors="replace") if "%" in part else part for part in whole]
    if kind == "idpat":
        if parts[-1] != "*" or "*" in parts[:-1]:
            raise IdentifierError(f"{urn[:80]!r} is not a class: of a pattern only the serial number may be *")
    elif "*" in body.split(".")[: reader[0] - 1]:
        raise IdentifierError(f"{urn[:80]!r} holds a pattern")
    return reader[1](parts)


def _parts(body: str, count: int, urn: str, *, may_lack_reference: bool) -> list[str]:
    """The dot-separated parts; the last may hold dots of its own."""
    parts = body.split(".", count - 1)
    if len(parts) != count or not all(part or (i == 1 and may_lack_reference) for i, part in enumerate(parts)):
        raise IdentifierError(f"{urn[:80]!r}: {count} parts are expected after the scheme")
    if not _PREFIX.fullmatch(parts[0]):
        raise IdentifierError(f"{urn[:80]!r}: a company prefix has 6 to 12 digits")
    return parts


def _closed(digits: str, length: int, name: str) -> str:
    """Digits with their check digit; `length` counts it."""
    if len(digits) != length - 1:
        raise IdentifierError(
            f"{name} {digits[:40]!r}: company prefix and reference have {len(digits)} digits, not {length - 1}"
        )
    return digits + check_digit(digits)


def _gtin(prefix: str, item: str) -> str:
    return _closed(item[0] + prefix + item[1:], 14, "GTIN")


def _numbered(primary: str, length: int, name: str, lead: str = "") -> Callable[[list[str]], Elements]:
    """Keys of company prefix and reference, closed by a check digit, then perhaps a serial number in the same value."""

    def read(parts: list[str]) -> Elements:
        closed = _closed(parts[0] + parts[1], length, name)
        return [(primary, lead + closed + "".join(parts[2:]))]

    return read


def _numbered_class(primary: str, length: int, name: str, lead: str = "") -> Callable[[list[str]], Elements]:
    return lambda parts: _numbered(primary, length, name, lead)(parts[:2])


def _extended(primary: str, length: int, name: str) -> Callable[[list[str]], Elements]:
    """Keys whose reference begins with the digit that stands before the company prefix in the key."""
    return lambda parts: [(primary, _closed(parts[1][0] + parts[0] + parts[1][1:], length, name))]


def _sgln(parts: list[str]) -> Elements:
    gln: Elements = [("414", _closed(parts[0] + parts[1], 13, "GLN"))]
    # Extension 0 says that there is none.
    return gln if parts[2] == "0" else [*gln, ("254", parts[2])]


def _itip(parts: list[str]) -> str:
    if not all(len(part) == 2 for part in parts[2:4]):
        raise IdentifierError("ITIP: piece and total have two digits each")
    return _gtin(parts[0], parts[1]) + parts[2] + parts[3]


_READERS: dict[tuple[str, str], tuple[int, Callable[[list[str]], Elements]]] = {
    ("id", "sgtin"): (3, lambda p: [("01", _gtin(p[0], p[1])), ("21", p[2])]),
    ("id", "upui"): (3, lambda p: [("01", _gtin(p[0], p[1])), ("235", p[2])]),
    ("class", "lgtin"): (3, lambda p: [("01", _gtin(p[0], p[1])), ("10", p[2])]),
    ("idpat", "sgtin"): (3, lambda p: [("01", _gtin(p[0], p[1]))]),
    ("id", "sscc"): (2, _extended("00", 18, "SSCC")),
    ("id", "sgln"): (3, _sgln),
    ("id", "pgln"): (2, _numbered("417", 13, "PGLN")),
    ("id", "grai"): (3, _numbered("8003", 13, "GRAI", "0")),
    ("idpat", "grai"): (3, _numbered_class("8003", 13, "GRAI", "0")),
    ("id", "giai"): (2, lambda p: [("8004", p[0] + p[1])]),
    ("id", "gsrn"): (2, _numbered("8018", 18, "GSRN")),
    ("id", "gsrnp"): (2, _numbered("8017", 18, "GSRN")),
    ("id", "gdti"): (3, _numbered("253", 13, "GDTI")),
    ("idpat", "gdti"): (3, _numbered_class("253", 13, "GDTI")),
    ("id", "sgcn"): (3, _numbered("255", 13, "GCN")),
    ("idpat", "sgcn"): (3, _numbered_class("255", 13, "GCN")),
    ("id", "ginc"): (2, lambda p: [("401", p[0] + p[1])]),
    ("id", "gsin"): (2, _numbered("402", 17, "GSIN")),
    ("id", "itip"): (5, lambda p: [("8006", _itip(p)), ("21", p[4])]),
    ("idpat", "itip"): (5, lambda p: [("8006", _itip(p))]),
    ("id", "cpi"): (3, lambda p: [("8010", p[0] + p[1]), ("8011", p[2])]),
    ("idpat", "cpi"): (3, lambda p: [("8010", p[0] + p[1])]),
}
