"""GS1 element strings, as scanners send them and as they are printed below a code.

A scanner may put an AIM symbology identifier before the data (`]C1` GS1-128, `]d2` GS1 DataMatrix, `]Q3` GS1 QR Code,
`]e0` GS1 DataBar, `]J1` GS1 DotCode, `]E0` EAN-13, `]Q1` QR Code), and sends FNC1 as a group separator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from traceapp.epcis import attributes
from traceapp.epcis.gs1_keys import IdentifierError

Elements = list[tuple[str, str]]
"""Application identifier and value, in the order in which they came."""

GS = "\x1d"
GS1_DATA = frozenset({"C1", "d2", "Q3", "e0", "e1", "J1", "z1"})
"""Symbologies that carry element strings (GS1 General Specifications 5.1.2)."""
NUMBERS = {"E0": (13, 12, 8), "E3": (13, 12), "E4": (8,), "I1": (14,), "I0": (14,)}
"""Symbologies that carry one number, with the digits it may have; an add-on of 2 or 5 digits may follow `E3`."""

_SHOWN_SEPARATORS = re.compile("␝|<GS>|\\{GS\\}|\\[GS\\]|<FNC1>|\\{FNC1\\}")
_SYMBOLOGY = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_BRACKET = re.compile(r"\(([0-9]{2,4})\)")
_TORN = re.compile(r"\([0-9]{0,4}$")


def symbology(text: str) -> tuple[str, str]:
    """The AIM symbology identifier without its flag, empty where there is none, and the data behind it."""
    match = _SYMBOLOGY.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


def with_separators(text: str) -> str:
    """Visible stand-ins that scanners and people use for the group separator, as the separator itself."""
    return _SHOWN_SEPARATORS.sub(GS, text)


def read(data: str) -> Elements:
    """The elements of raw data; variable ones end at a group separator. IdentifierError says from where on it fails."""
    found: Elements = []
    rest = data.lstrip(GS)
    while rest:
        code = next((rest[:n] for n in (2, 3, 4) if attributes.known(rest[:n])), None)
        if code is None or not rest.isascii():
            raise IdentifierError(f"the scanned data cannot be read from {rest[:6]!r} on")
        value = _value(code, rest)
        found.append((code, attributes.check(code, value)))
        rest = rest[len(code) + len(value) :].lstrip(GS)
    return _each_once(found)


def read_bracketed(text: str) -> Elements:
    """The elements of text such as `(01)09506000134352 (10)L2405-117`. A bracket inside a value is part of it."""
    marks = [mark for mark in _BRACKET.finditer(text) if attributes.known(mark[1])]
    if not marks or text[: marks[0].start()].strip():
        raise IdentifierError("The brackets do not fit. Type it like (01)09506000134352(10)L2405-117")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found = [(mark[1], text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    if any(not value or _TORN.search(value) for _, value in found):
        raise IdentifierError("The brackets do not fit. Type it like (01)09506000134352(10)L2405-117")
    return _each_once([(code, attributes.check(code, value)) for code, value in found])


def write(elements: Sequence[tuple[str, str]]) -> str:
    """Raw data as a bar code holds it, with a group separator for each FNC1 but the first.

    What needs no separator comes first, which saves one (GS1 General Specifications 7.8).
    """
    ordered = sorted(elements, key=lambda one: attributes.needs_separator(one[0]))
    parts = [code + value + (GS if attributes.needs_separator(code) else "") for code, value in ordered]
    return "".join(parts).removesuffix(GS)


def readable(elements: Sequence[tuple[str, str]]) -> str:
    """What is printed below a code: `(01)09506000134352 (10)L2405-117`."""
    return " ".join(f"({code}){value}" for code, value in elements)


def _value(code: str, rest: str) -> str:
    from biip import ParseError  # loaded when first asked, as in `attributes`
    from biip.gs1_element_strings import GS1ElementString

    try:
        return GS1ElementString.extract(rest).value
    except ParseError:
        return rest[len(code) :].partition(GS)[0]  # `attributes.check` says what is wrong with it


def _each_once(elements: Elements) -> Elements:
    values: dict[str, str] = {}
    for code, value in elements:
        if values.setdefault(code, value) != value:
            raise IdentifierError(f"({code}) {attributes.title(code)} is given twice")
    return list(values.items())
