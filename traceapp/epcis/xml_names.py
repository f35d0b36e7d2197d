"""Names in EPCIS's XML and JSON forms: namespaces of the standard, and member names that XML must spell otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

EPCIS_XML = "urn:epcglobal:epcis:xsd:2"
QUERY_XML = "urn:epcglobal:epcis-query:xsd:2"
SBDH_XML = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
XML = "http://www.w3.org/XML/1998/namespace"
OURS = "https://traceapp.example/voc/"
MDA_XML = "urn:epcglobal:cbv:mda"

ROOTS: Mapping[str, str] = {
    f"urn:epcglobal:{family}:xsd:{version}": root
    for version in (1, 2)
    for family, root in (
        ("epcis", "EPCISDocument"),
        ("epcis-query", "EPCISQueryDocument"),
        ("epcis-masterdata", "EPCISMasterDataDocument"),
    )
}
"""The root element of each namespace; 1 is EPCIS 1.x, 2 is EPCIS 2.0."""

STRUCTURE = frozenset({*ROOTS, SBDH_XML, XSI, XSD, XML, "urn:epcglobal:xsd:1", "urn:epcglobal:xsd:2"})
"""Namespaces of the standard itself: their names are written without a prefix in JSON."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*", re.ASCII)
_NAME_CHARACTER = re.compile(r"[A-Za-z0-9_.\-]", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-F]{4,6})_")


def to_xml_name(local: str) -> str:
    """A member name as the local part of an XML name: what XML does not take is spelled `_xHHHH_`."""
    if _NAME.fullmatch(local) and not _ESCAPED.search(local):
        return local
    spelled = [
        one if _NAME_CHARACTER.fullmatch(one) and (index or not (one.isdigit() or one in ".-")) else _escape(one)
        for index, one in enumerate(_ESCAPED.sub(lambda match: f"{_escape('_')}{match[0][1:]}", local))
    ]
    return "".join(spelled) or _escape("\0")


def from_xml_name(local: str) -> str:
    """The member name that `to_xml_name` spelled."""
    if "_x" not in local:
        return local
    return _ESCAPED.sub(lambda match: _character(match[1]), local).replace("\0", "")


def _escape(character: str) -> str:
    return f"_x{ord(character):04X}_"


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else f"_x{digits}_"
