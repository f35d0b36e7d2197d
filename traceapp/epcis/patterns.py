"""Patterns of identifiers, as EPCIS queries give them (`MATCH_epc` and its like; EPC Tag Data Standard section 8).

A pattern URN may leave open its last fields: the serial number, then the reference, then the company prefix, such as
`urn:epc:idpat:sgtin:4012345.098765.*`, `...:4012345.*.*` and `...:*.*.*`; so may `urn:epc:class:lgtin:4012345.*.*`.
A pattern is matched against canonical identifiers (`identifiers.canonical`), whatever form records had.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.epcis.identifiers import canonical, parse
from traceapp.epcis.urn import NO_GS1_KEY

_URN = re.compile(r"urn:epc:(idpat|class):([a-z]+):(.+)")

_SCHEMES: dict[str, tuple[str, tuple[str, ...], int, int, int]] = {
    # scheme: key, qualifiers of its instances, fields, where in the key a company prefix and a serial number begin
    "sgtin": ("01", ("21",), 3, 1, 0),
    "upui": ("01", ("235",), 3, 1, 0),
    "lgtin": ("01", ("10",), 3, 1, 0),
    "itip": ("8006", ("21",), 5, 1, 0),
    "cpi": ("8010", ("8011",), 3, 0, 0),
    "sgln": ("414", ("254",), 3, 0, 0),
    "grai": ("8003", (), 3, 1, 14),
    "gdti": ("253", (), 3, 0, 13),
    "sgcn": ("255", (), 3, 0, 13),
    "sscc": ("00", (), 2, 1, 0),
    "giai": ("8004", (), 2, 0, 0),
    "ginc": ("401", (), 2, 0, 0),
    "gsin": ("402", (), 2, 0, 0),
    "gsrn": ("8018", (), 2, 0, 0),
    "gsrnp": ("8017", (), 2, 0, 0),
    "pgln": ("417", (), 2, 0, 0),
}

PREFIX_STARTS = {primary: start for primary, _, _, start, _ in _SCHEMES.values()}
"""Where in a key's value its company prefix begins: behind the indicator digit of a product, for one."""


@dataclass(frozen=True)
class Pattern:
    """A pattern taken apart. Matching needs no table of company prefixes: the pattern says where its own ends.

    `class_id` is the canonical class where only the serial number is open, such as the product: what an index of
    classes finds at once (`identifiers.key(pattern.class_id)`). None means that rows have to be matched one by one.
    """

    urn: str
    scheme: str
    primary: str
    class_id: str | None
    value: re.Pattern[str]
    codes: tuple[str, ...]
    serial_inside: int = 0
    begins: str = ""  # what is closed of the value, from the company prefix on

    def matches(self, identifier: str) -> bool:
        """Whether a canonical identifier is one of those the pattern stands for, or its class itself."""
        if self.class_id is not None and identifier == self.class_id and self.scheme != "lgtin":
            return True
        gs1 = parse(identifier)
        if gs1 is None:
            return self.primary == "" and self.value.fullmatch(identifier) is not None
        codes = tuple(code for code, _ in gs1.qualifiers)
        has_form = codes == self.codes or (self.scheme == "sgln" and codes == ())
        has_serial = not self.serial_inside or len(gs1.value) > self.serial_inside
        return gs1.primary == self.primary and has_form and has_serial and self.value.fullmatch(gs1.value) is not None


def read(urn: str) -> Pattern | None:
    """The pattern of a URN that holds one, None for any other identifier; IdentifierError for a malformed pattern."""
    match = _URN.fullmatch(urn)
    if match is None or not match[3].endswith("*") or match[2] not in {*_SCHEMES, *NO_GS1_KEY}:
        if urn.startswith("urn:epc:idpat:"):
            raise IdentifierError(f"{urn[:80]!r} is not a pattern of EPC URNs")
        return None
    kind, scheme, body = match.groups()
    if kind == "class" and scheme != "lgtin":
        raise IdentifierError(f"{urn[:80]!r}: of classes, only lots (lgtin) have patterns")
    fields = body.split(".")
    closed = [field for field in fields if field != "*"]
    if fields[: len(closed)] != closed or any("*" in field for field in closed):
        raise IdentifierError(f"{urn[:80]!r}: what follows a * must be * too")
    return _foreign(urn, scheme, closed) if scheme in NO_GS1_KEY else _of_key(urn, scheme, fields, closed)


def _of_key(urn: str, scheme: str, fields: list[str], closed: list[str]) -> Pattern:
    primary, codes, count, start, inside = _SCHEMES[scheme]
    if len(fields) != count:
        raise IdentifierError(f"{urn[:80]!r}: {count} parts are expected after the scheme")
    if closed and not re.fullmatch(r"[0-9]{6,12}", closed[0]):
        raise IdentifierError(f"{urn[:80]!r}: a company prefix has 6 to 12 digits")
    if scheme == "itip" and len(closed) in (2, 3):
        return _pieces(urn, closed)
    if count - len(closed) > 1 and len(closed) > 1:
        raise IdentifierError(f"{urn[:80]!r} leaves too many parts open")
    if len(closed) == count - 1 and count > 2:
        class_id = _class_of(scheme, closed)
        value = re.compile(re.escape(_value(class_id)) + (".*" if inside else ""))
        return Pattern(urn, scheme, primary, class_id, value, codes, inside, _value(class_id)[start:])
    begins = closed[0] if closed else ""
    value = re.compile("." * start + re.escape(begins) + ".*")
    return Pattern(urn, scheme, primary, None, value, codes, inside, begins)


def _class_of(scheme: str, closed: list[str]) -> str:
    """The canonical class whose members differ by serial number only: the product for lots and items."""
    if scheme == "sgln":
        return canonical(f"urn:epc:id:sgln:{'.'.join(closed)}.0")
    reader = "sgtin" if scheme in ("upui", "lgtin") else scheme
    return canonical(f"urn:epc:idpat:{reader}:{'.'.join(closed)}.*")


def _value(class_id: str) -> str:
    gs1 = parse(class_id)
    assert gs1 is not None
    return gs1.value


def _pieces(urn: str, closed: list[str]) -> Pattern:
    """An ITIP whose product is said, perhaps with the piece, and whose total is open."""
    begins = _value(_class_of("sgtin", closed[:2])) + "".join(closed[2:])
    return Pattern(urn, "itip", "8006", None, re.compile(re.escape(begins) + ".*"), ("21",), begins=begins[1:13])


def _foreign(urn: str, scheme: str, closed: list[str]) -> Pattern:
    """Schemes without a GS1 key, such as GID: their URNs are their own canonical form."""
    begins = re.escape(".".join(["urn:epc:id:" + scheme + ":" + closed[0], *closed[1:]]) + ".") if closed else ""
    return Pattern(urn, scheme, "", None, re.compile((begins or re.escape(f"urn:epc:id:{scheme}:")) + ".+"), ())
