"""What sensor elements say, member by member: words and identifiers in one form, numbers with unit, times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traceapp.epcis.identifiers import IdentifierError, canonical

IDENTIFIERS = frozenset(
    {
        *("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "microorganism"),
        *("chemicalSubstance", "coordinateReferenceSystem", "uriValue"),
    }
)
WORDS = frozenset({"type", "exception", "component", "stringValue", "booleanValue", "hexBinaryValue"})
TEXTS = IDENTIFIERS | WORDS
NUMBERS = frozenset({"value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"})
TIMES = frozenset({"time", "startTime", "endTime"})
_WEB_VOCABULARY = ("https://gs1.org/voc/", "https://www.gs1.org/voc/", "http://gs1.org/voc/", "gs1:")
_CBV = ("https://ref.gs1.org/cbv/Comp-", "https://ns.gs1.org/cbv/Comp-", "cbv:Comp-", "urn:epcglobal:cbv:comp:")


def any_form(name: str) -> str:
    """The canonical form of an identifier, or the text itself where it is none: order numbers come in any shape."""
    try:
        return canonical(name)
    except IdentifierError:
        return name


def word(name: str, value: str | bool) -> str:
    """The one form of a member's value: bare words, canonical identifiers, small hexadecimal digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in IDENTIFIERS:
        return any_form(value)
    if name in ("type", "exception", "component"):
        for start in (*_WEB_VOCABULARY, *_CBV):
            if value.startswith(start):
                return value.removeprefix(start)
    return value.lower() if name == "hexBinaryValue" else value


def texts(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(member, value in its one form), of metadata and reports alike: the standard allows most in either."""
    for part in _parts(event):
        for name in TEXTS & part.keys():
            yield name, word(name, part[name])


def numbers(event: Mapping[str, Any]) -> Iterator[tuple[str, int | float, str | None]]:
    """(member, value, unit) of every report."""
    for part in _parts(event):
        for name in NUMBERS & part.keys():
            yield name, part[name], part.get("uom")


def times(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(member, time as written), of metadata and reports."""
    for part in _parts(event):
        for name in TIMES & part.keys():
            yield name, part[name]


def _parts(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for element in event.get("sensorElementList") or ():
        yield element.get("sensorMetadata") or {}
        yield from element.get("sensorReport") or ()
