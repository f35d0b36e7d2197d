"""DER (X.690), as far as certificates and signatures need it: definite lengths in their shortest form, nothing else.

Libraries forgive different things in a certificate. What is read here is read in one way only, byte for byte, so that
every checker of the format takes the same certificates.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from traceapp.verifier.times import from_datetime

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BITS: Final = 0x03
OCTETS: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
_TEXTS: Final = frozenset({0x0C, 0x12, 0x13, 0x16, 0x1A})  # UTF8, Numeric, Printable, IA5, Visible
_HIGH_TAG: Final = 0x1F
_LONGEST_OID: Final = 64
_TIME: Final = re.compile(rb"([0-9]{2}|[0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z")


class DerError(ValueError):
    """The bytes are not what they should be, or not in their one form."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its content, and all of it."""

    tag: int
    content: bytes
    whole: bytes


def element(data: bytes, at: int = 0) -> Element:
    """The element that begins at `at`."""
    if at + 2 > len(data):
        raise DerError("DER: ends early")
    tag, size, start = data[at], data[at + 1], at + 2
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise DerError("DER: a tag of several bytes")
    if size >= 0x80:
        start += size - 0x80
        if not at + 3 <= start <= at + 6:
            raise DerError("DER: an indefinite or enormous length")
        if len(data) < start:
            raise DerError("DER: ends early")
        size = int.from_bytes(data[at + 2 : start])
        if data[at + 2] == 0 or size < 0x80:
            raise DerError("DER: a length not in its shortest form")
    end = start + size
    if end > len(data):
        raise DerError("DER: ends early")
    return Element(tag, data[start:end], data[at:end])


def elements(data: bytes) -> list[Element]:
    """All elements that `data` is made of."""
    found: list[Element] = []
    at = 0
    while at < len(data):
        found.append(element(data, at))
        at += len(found[-1].whole)
    return found


def expect(one: Element, tag: int, what: str) -> bytes:
    """The content of an element that has to have this tag."""
    if one.tag != tag:
        raise DerError(f"DER: no {what}")
    return one.content


def exactly(data: bytes, count: int, what: str) -> list[Element]:
    """The elements of `data`, that have to be `count`."""
    found = elements(data)
    if len(found) != count:
        raise DerError(f"DER: not {what}")
    return found


def only(data: bytes, tag: int, what: str) -> bytes:
    """The content of the only element in `data`."""
    return expect(exactly(data, 1, f"one {what}")[0], tag, what)


def natural(content: bytes) -> int:
    """A whole number of an INTEGER that is not negative, in its shortest form."""
    if not content or content[0] >= 0x80:
        raise DerError("DER: not a positive number")
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise DerError("DER: a number not in its shortest form")
    return int.from_bytes(content)


def true(content: bytes) -> bool:
    """The BOOLEAN true. False is the default wherever certificates have one, and a default is left out in DER."""
    if content != b"\xff":
        raise DerError("DER: not the one form of true")
    return True


def bits(content: bytes) -> bytes:
    """The bytes of a BIT STRING without unused bits."""
    if content[:1] != b"\0":
        raise DerError("DER: a bit string with unused bits")
    return content[1:]


def first_bits(content: bytes) -> int:
    """The first eight bits of a BIT STRING of named bits, the first one highest."""
    if not content or content[0] > 7 or (len(content) == 1 and content[0]):
        raise DerError("DER: not a bit string")
    return content[1] if len(content) > 1 else 0


def oid(content: bytes) -> str:
    """An object identifier in dotted form."""
    if len(content) > _LONGEST_OID:
        raise DerError("DER: an enormous object identifier")
    parts: list[int] = []
    value, begins = 0, True
    for byte in content:
        if begins and byte == 0x80:
            raise DerError("DER: an object identifier not in its shortest form")
        value, begins = value << 7 | byte & 0x7F, byte < 0x80
        if begins:
            parts.append(value)
            value = 0
    if not parts or not begins:
        raise DerError("DER: not an object identifier")
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def text(one: Element) -> str:
    """A text of one of the kinds that are UTF-8."""
    if one.tag not in _TEXTS:
        raise DerError("DER: a text of an old kind")
    try:
        return one.content.decode()
    except UnicodeDecodeError as error:
        raise DerError("DER: a text that is not UTF-8") from error


def time(one: Element) -> int:
    """Nanoseconds since 1970 of a UTCTime (years 1950 to 2049) or a GeneralizedTime."""
    match = _TIME.fullmatch(one.content)
    if one.tag not in (UTC_TIME, GENERALIZED_TIME) or not match:
        raise DerError("DER: no time")
    year, month, day, hour, minute, second = map(int, match.groups())
    if len(match[1]) != (2 if one.tag == UTC_TIME else 4):
        raise DerError("DER: a time of another form")
    if one.tag == UTC_TIME:
        year += 1900 if year >= 50 else 2000
    try:
        return from_datetime(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError as error:
        raise DerError("DER: a time that does not exist") from error
