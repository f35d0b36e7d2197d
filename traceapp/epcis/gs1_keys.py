"""GS1 keys: formats, check digits and the qualifiers a Digital Link may add (GS1 Digital Link URI Syntax 1.7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from traceapp.epcis.check_characters import check_pair

_SET_82 = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
_SET_39 = r"[#\-/0-9A-Z]"


class IdentifierError(ValueError):
    """An identifier that is not what it claims to be; the message says what is wrong with it."""


@dataclass(frozen=True)
class Key:
    """One key: what people call it, its format, how many leading digits a check digit ends, its qualifiers.

    `sequences` are the alternatives of what may follow it, each in its order: a GTIN takes variant, lot and serial
    number, or a third-party serial number and nothing else. `required` of them has to be there.
    """

    name: str
    format: re.Pattern[str]
    checked: int = 0
    sequences: tuple[tuple[str, ...], ...] = ()
    required: str = ""
    fault_of: Callable[[str], str] | None = None
    """Whatever else must hold of the value: the fault in words, empty for none."""

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """All application identifiers that may follow, whatever the alternative."""
        return tuple(code for sequence in self.sequences for code in sequence)


def _key(name: str, pattern: str, checked: int = 0, *sequences: str, **more: Any) -> Key:
    return Key(name, re.compile(pattern), checked, tuple(tuple(one.split()) for one in sequences), **more)


def _piece_of_total(value: str) -> str:
    piece, total = value[14:16], value[16:18]
    return "" if "00" < piece <= total else f"piece {piece} of {total} cannot be"


def _check_pair(value: str) -> str:
    right = check_pair(value[:-2])
    return "" if value[-2:] == right else f"check characters should be {right}"


KEYS: dict[str, Key] = {
    "00": _key("SSCC", r"[0-9]{18}", 18),
    "01": _key("GTIN", r"[0-9]{14}", 14, "22 10 21", "235"),
    "253": _key("GDTI", rf"[0-9]{{13}}{_SET_82}{{0,17}}", 13),
    "255": _key("GCN", r"[0-9]{13,25}", 13),
    "401": _key("GINC", rf"[0-9]{{4}}{_SET_82}{{0,26}}"),
    "402": _key("GSIN", r"[0-9]{17}", 17),
    "414": _key("GLN", r"[0-9]{13}", 13, "254", "7040"),
    "415": _key("GLN", r"[0-9]{13}", 13, "8020", required="8020"),
    "417": _key("PGLN", r"[0-9]{13}", 13, "7040"),
    "8003": _key("GRAI", rf"0[0-9]{{13}}{_SET_82}{{0,16}}", 14),
    "8004": _key("GIAI", rf"[0-9]{{4}}{_SET_82}{{0,26}}", 0, "7040"),
    "8006": _key("ITIP", r"[0-9]{18}", 14, "22 10 21", fault_of=_piece_of_total),
    "8010": _key("CPID", rf"[0-9]{{4}}{_SET_39}{{0,26}}", 0, "8011"),
    "8013": _key("GMN", rf"[0-9]{{4}}{_SET_82}{{2,21}}", fault_of=_check_pair),
    "8017": _key("GSRN", r"[0-9]{18}", 18, "8019"),
    "8018": _key("GSRN", r"[0-9]{18}", 18, "8019"),
}

QUALIFIERS: dict[str, Key] = {
    "10": _key("lot", rf"{_SET_82}{{1,20}}"),
    "21": _key("serial number", rf"{_SET_82}{{1,20}}"),
    "22": _key("consumer product variant", rf"{_SET_82}{{1,20}}"),
    "235": _key("third-party serial number", rf"{_SET_82}{{1,28}}"),
    "254": _key("GLN extension", rf"{_SET_82}{{1,20}}"),
    "7040": _key("UIC", rf"[0-9]{_SET_82}{{2}}[\-0-9A-Z_a-z]"),
    "8011": _key("CPID serial number", r"0|[1-9][0-9]{0,11}"),
    "8019": _key("service relation instance", r"[0-9]{1,10}"),
    "8020": _key("payment reference", rf"{_SET_82}{{1,25}}"),
}

CONVENIENCE_ALPHAS: dict[str, str] = {
    **{"gtin": "01", "sscc": "00", "gln": "414", "party": "417", "payTo": "415", "grai": "8003", "giai": "8004"},
    **{"gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "itip": "8006", "cpid": "8010", "gmn": "8013"},
    **{"gsrnp": "8017", "gsrn": "8018", "lot": "10", "ser": "21", "cpv": "22", "glnx": "254", "cpsn": "8011"},
    **{"tpx": "235", "srin": "8019", "refno": "8020"},
}
"""Words that once stood for application identifiers; the URI Syntax dropped them with release 1.3."""


def check_digit(digits: str) -> str:
    """The check digit that belongs after `digits`: weights 3 and 1 from the right (GS1 General Specifications 7.9)."""
    if not (digits.isascii() and digits.isdigit()):
        raise IdentifierError(f"{digits[:40]!r} is not digits alone")
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def check_key(primary: str, value: str) -> str:
    """The value of a key in full length (a short GTIN is filled up); IdentifierError for its format or check digit."""
    key = KEYS[primary]
    if primary == "01" and value.isdigit() and len(value) in (8, 12, 13):
        value = value.zfill(14)
    if not key.format.fullmatch(value):
        raise IdentifierError(f"{value[:60]!r} is not a {key.name} ({primary})")
    if key.checked:
        right = check_digit(value[: key.checked - 1])
        if value[key.checked - 1] != right:
            raise IdentifierError(f"{key.name} {value}: check digit should be {right}")
    if key.fault_of and (fault := key.fault_of(value)):
        raise IdentifierError(f"{key.name} {value}: {fault}")
    return value


def check_qualifier(code: str, value: str) -> str:
    """The value of a qualifier as given; IdentifierError for its format."""
    if not QUALIFIERS[code].format.fullmatch(value):
        raise IdentifierError(f"{value[:60]!r} is not a {QUALIFIERS[code].name} ({code})")
    return value


def valid_gtin(text: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits as 14; IdentifierError with what is wrong."""
    return check_key("01", _digits(text, "GTIN", (8, 12, 13, 14)))


def valid_gln(text: str) -> str:
    """A GLN of 13 digits; IdentifierError with what is wrong."""
    return check_key("414", _digits(text, "GLN", (13,)))


def valid_sscc(text: str) -> str:
    """An SSCC of 18 digits; IdentifierError with what is wrong."""
    return check_key("00", _digits(text, "SSCC", (18,)))


def _digits(text: str, name: str, lengths: tuple[int, ...]) -> str:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in lengths:
        allowed = " or ".join(map(str, lengths))
        raise IdentifierError(f"{name} {digits[:40]!r}: {allowed} digits are expected")
    return digits
