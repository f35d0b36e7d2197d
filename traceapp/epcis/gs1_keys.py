"""GS1 keys: formats, check digits and the qualifiers a Digital Link may add (GS1 Digital Link URI Syntax)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SET_82 = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
_SET_39 = r"[#\-/0-9A-Z]"


class IdentifierError(ValueError):
    """An identifier that is not what it claims to be; the message says what is wrong with it."""


@dataclass(frozen=True)
class Key:
    """One key: what people call it, its format, how many leading digits a check digit ends, its qualifiers."""

    name: str
    format: re.Pattern[str]
    checked: int = 0
    qualifiers: tuple[str, ...] = ()


def _key(name: str, pattern: str, checked: int = 0, *qualifiers: str) -> Key:
    return Key(name, re.compile(pattern), checked, qualifiers)


KEYS: dict[str, Key] = {
    "00": _key("SSCC", r"[0-9]{18}", 18),
    "01": _key("GTIN", r"[0-9]{14}", 14, "22", "10", "21", "235"),
    "253": _key("GDTI", rf"[0-9]{{13}}{_SET_82}{{0,17}}", 13),
    "255": _key("GCN", r"[0-9]{13,25}", 13),
    "401": _key("GINC", rf"[0-9]{{4}}{_SET_82}{{0,26}}"),
    "402": _key("GSIN", r"[0-9]{17}", 17),
    "414": _key("GLN", r"[0-9]{13}", 13, "254", "7040"),
    "415": _key("GLN", r"[0-9]{13}", 13, "8020"),
    "417": _key("PGLN", r"[0-9]{13}", 13, "7040"),
    "8003": _key("GRAI", rf"0[0-9]{{13}}{_SET_82}{{0,16}}", 14),
    "8004": _key("GIAI", rf"[0-9]{{4}}{_SET_82}{{0,26}}"),
    "8006": _key("ITIP", r"[0-9]{18}", 14, "22", "10", "21"),
    "8010": _key("CPID", rf"[0-9]{{4}}{_SET_39}{{0,26}}", 0, "8011"),
    "8013": _key("GMN", rf"[0-9]{{4}}{_SET_82}{{0,26}}"),
    "8017": _key("GSRN", r"[0-9]{18}", 18, "8019"),
    "8018": _key("GSRN", r"[0-9]{18}", 18, "8019"),
}

QUALIFIERS: dict[str, Key] = {
    "10": _key("lot", rf"{_SET_82}{{1,20}}"),
    "21": _key("serial number", rf"{_SET_82}{{1,20}}"),
    "22": _key("consumer product variant", rf"{_SET_82}{{1,20}}"),
    "235": _key("third-party serial number", rf"{_SET_82}{{1,28}}"),
    "254": _key("GLN extension", rf"{_SET_82}{{1,20}}"),
    "7040": _key("UIC", rf"[0-9]{_SET_82}{{3}}"),
    "8011": _key("CPID serial number", r"[0-9]{1,12}"),
    "8019": _key("service relation instance", r"[0-9]{1,10}"),
    "8020": _key("payment reference", rf"{_SET_82}{{1,25}}"),
}


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
