"""What people type or scan, in whatever form, as one Digital Link with the attributes that came beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from traceapp.epcis import attributes, element_strings, identifiers
from traceapp.epcis.digital_link import DigitalLink, link, parse_path, without_slash
from traceapp.epcis.element_strings import GS, GS1_DATA, NUMBERS
from traceapp.epcis.gs1_keys import KEYS, IdentifierError

LONGEST = 2048
_TYPED = (
    "This is no code we can read. Type the number under the bars (8, 12, 13 or 14 digits), "
    "a space and the lot number, or the whole address."
)


class CodeError(ValueError):
    """The text is no code we can read; the message says why, for the person who typed it."""


@dataclass(frozen=True)
class Scanned:
    """What a code is about, and what else it says: dates, counts and weights by application identifier."""

    link: DigitalLink
    attributes: tuple[tuple[str, str], ...] = ()


def find(text: str) -> DigitalLink:
    """The Digital Link of a URL, URN, element string, or a GTIN followed by a lot number.

    Raises CodeError with a sentence a person can act on.
    """
    return read(text).link


def read(text: str) -> Scanned:
    """The same, with the attributes."""
    text = text.strip(" \t\r\n")  # a bare strip() would take the group separator too
    if not text or len(text) > LONGEST:
        raise CodeError("Type the code under the bars or squares, or the address it holds.")
    try:
        return _read(element_strings.with_separators(text))
    except IdentifierError as error:
        raise CodeError(str(error)) from error
    except CodeError:
        raise
    except ValueError as error:  # an address whose host the parser refuses
        raise CodeError(_TYPED) from error


def readable(link: DigitalLink) -> str:
    """The element string printed below a code: `(01)09506000134352 (10)L2405-117`."""
    return element_strings.readable(((link.primary, link.value), *link.qualifiers))


def _read(text: str) -> Scanned:
    symbology, data = element_strings.symbology(text)
    if data.lower().startswith("urn:"):
        data = identifiers.canonical(data)
    if "://" in data or data.startswith("/"):
        return _of_url(data)
    if symbology in NUMBERS:
        return Scanned(_of_number(symbology, data))
    if symbology in GS1_DATA or GS in data or _looks_raw(data):
        return _of_elements(element_strings.read(data))
    if data.startswith("("):
        return _of_elements(element_strings.read_bracketed(data))
    return Scanned(_typed(data))


def _of_url(text: str) -> Scanned:
    """From the primary key on: an address may have folders before it (Digital Link URI Syntax, custom URI stem)."""
    whole = urlsplit(text.replace("[", "%5B").replace("]", "%5D"))
    parts = whole.path.split("/")
    for index, part in enumerate(parts):
        if part in KEYS and index + 1 < len(parts):
            tail = without_slash("/" + "/".join(parts[index:]))
            return Scanned(parse_path(tail), attributes.read_query(whole.query))
    if len(parts) > 2 and parts[1] in ("gtin", "sscc", "gln"):
        parse_path("/".join(parts))  # says that the word was dropped, and what to write
    raise CodeError("This address holds no GS1 code. It should contain something like /01/09506000134352/10/L2405-117.")


def _of_elements(elements: Sequence[tuple[str, str]]) -> Scanned:
    """The key first and its qualifiers in the order the standard wants, whatever order they were printed in.

    What is about the content of a logistic unit, such as its lot, is an attribute and no qualifier.
    """
    values = dict(elements)
    primary = next((code for code in KEYS if code in values), None)
    if primary is None:
        raise CodeError("No product, pallet or place number in this code: it should start with (01), (00) or (414).")
    qualifiers = [(code, values[code]) for code in KEYS[primary].qualifiers if code in values]
    found = link([(primary, values[primary]), *qualifiers])
    used = {primary, *(code for code, _ in qualifiers)}
    return Scanned(found, tuple(one for one in elements if one[0] not in used))


def _of_number(symbology: str, data: str) -> DigitalLink:
    number = data[: NUMBERS[symbology][0]] if symbology == "E3" else data
    if not (number.isascii() and number.isdigit() and len(number) in NUMBERS[symbology]):
        raise CodeError(_TYPED)
    return link([("01", number)])


def _looks_raw(data: str) -> bool:
    """Data of a scanner that sends neither symbology identifier nor a leading separator: a key, then more."""
    lengths = {"00": 20, "01": 16, "02": 16}
    return data[:2] in lengths and len(data) >= lengths[data[:2]] and data[: lengths[data[:2]]].isdigit()


def _typed(text: str) -> DigitalLink:
    """`09506000134352 L2405-117`: digits of a GTIN (or an SSCC), then perhaps a lot number."""
    number, _, lot = text.partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) not in {8, 12, 13, 14, 18}:
        raise CodeError(_TYPED)
    if len(number) == 18:
        return link([("00", number)])
    return link([("01", number), *([("10", lot.strip())] if lot.strip() else [])])
