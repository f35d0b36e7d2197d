"""What people type or scan, in whatever form, as one Digital Link path."""

import re
from urllib.parse import urlsplit

from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import DigitalLink, link, parse_path
from traceapp.epcis.gs1_keys import KEYS, IdentifierError

BRACKETED = re.compile(r"\((\d{2,4})\)([^()]+)")
SYMBOLOGY = re.compile(r"^\](?:d2|Q3|C1|e0|J1)")  # what a scanner puts before GS1 data
GS = "\x1d"
# Predefined lengths, GS1 General Specifications, figure 7.8.5-2: these need no separator after them.
FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2, "41": 13}
MEASURES = ("31", "32", "33", "34", "35", "36")  # four digits of identifier, six of value
KNOWN = {*KEYS, *FIXED, "10", "21", "22", "30", "37", "235", "240", "241", "254", "8011"} - {"41"}
LONGEST = 2048


class CodeError(ValueError):
    """The text is no code we can read; the message says why, for the person who typed it."""


def find(text: str) -> DigitalLink:
    """The Digital Link of a URL, URN, element string, or a GTIN followed by a lot number.

    Raises CodeError with a sentence a person can act on.
    """
    text = SYMBOLOGY.sub(GS, text.strip(" \t\r\n"))  # a bare strip() would take the group separator too
    if not text or len(text) > LONGEST:
        raise CodeError("Type the code under the bars or squares, or the address it holds.")
    try:
        return _link(text)
    except IdentifierError as error:
        raise CodeError(str(error)) from error


def readable(link: DigitalLink) -> str:
    """The element string printed below a code: `(01)09506000134352 (10)L2405-117`."""
    return " ".join(f"({ai}){value}" for ai, value in ((link.primary, link.value), *link.qualifiers))


def _link(text: str) -> DigitalLink:
    if "://" in text or text.startswith("/"):
        return _of_url(text)
    if text.lower().startswith("urn:"):
        return _of_url(identifiers.canonical(text))
    if text.startswith("("):
        return _of_elements(_bracketed(text))
    if GS in text:
        return _of_elements(_separated(text))
    return _typed(text)


def _of_url(text: str) -> DigitalLink:
    """From the primary key on: an address may have folders before it (Digital Link URI Syntax, custom path stem)."""
    parts = urlsplit(text).path.rstrip("/").split("/")
    for index, part in enumerate(parts):
        if part in KEYS and index + 1 < len(parts):
            return parse_path("/" + "/".join(parts[index:]))
    raise CodeError("This address holds no GS1 code. It should contain something like /01/09506000134352/10/L2405-117.")


def _bracketed(text: str) -> list[tuple[str, str]]:
    compact = re.sub(r"\s+(?=\()", "", text)
    elements = BRACKETED.findall(compact)
    if "".join(f"({ai}){value}" for ai, value in elements) != compact:
        raise CodeError("The brackets do not fit. Type it like (01)09506000134352(10)L2405-117.")
    return [(ai, value.strip()) for ai, value in elements]


def _separated(text: str) -> list[tuple[str, str]]:
    """Elements of raw GS1 data, where a variable one ends at the group separator."""
    elements: list[tuple[str, str]] = []
    rest = text.lstrip(GS)
    while rest:
        ai = rest[:4] if rest[:2] in MEASURES else next((rest[:n] for n in (2, 3, 4) if rest[:n] in KNOWN), None)
        if ai is None:
            raise CodeError(f"The scanned data cannot be read from {rest[:6]!r} on.")
        length = 6 if ai[:2] in MEASURES else FIXED.get(ai[:2])
        end = len(ai) + length if length else (rest.find(GS) if GS in rest else len(rest))
        elements.append((ai, rest[len(ai) : end]))
        rest = rest[end:].lstrip(GS)
    return elements


def _of_elements(elements: list[tuple[str, str]]) -> DigitalLink:
    """The key first and its qualifiers in the order the standard wants, whatever order they were printed in."""
    values = dict(elements)
    primary = next((ai for ai in KEYS if ai in values), None)
    if primary is None:
        raise CodeError("No product, pallet or place number in this code: it should start with (01), (00) or (414).")
    qualifiers = [(ai, values[ai]) for ai in KEYS[primary].qualifiers if ai in values]
    return link([(primary, values[primary]), *qualifiers])


def _typed(text: str) -> DigitalLink:
    """`09506000134352 L2405-117`: digits of a GTIN (or an SSCC), then perhaps a lot number."""
    number, _, lot = text.partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) not in {8, 12, 13, 14, 18}:
        raise CodeError(
            "This is no code we can read. Type the number under the bars (8, 12, 13 or 14 digits), "
            "a space and the lot number, or the whole address."
        )
    if len(number) == 18:
        return link([("00", number)])
    return link([("01", number), *([("10", lot.strip())] if lot.strip() else [])])
