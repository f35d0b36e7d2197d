"""Canonical GS1 identifiers as EPC URNs (EPC Tag Data Standard 2.x, section 6): the way back from `urn.read_urn`.

A URN tells where the company prefix ends, a Digital Link does not: whoever asks brings a table of lengths
(`company_prefix`). Without an entry there is no URN, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from traceapp.epcis.company_prefix import LengthOf
from traceapp.epcis.gs1_keys import KEYS, IdentifierError
from traceapp.epcis.identifiers import Gs1, canonical, parse

_SHORTEST, _LONGEST = 6, 12
_PLAIN = "!'()*+,-.:;=_"
"""What an EPC URN writes as it is; the rest of the set of 82 characters is escaped (section 5.4)."""


Writer = Callable[[Gs1, LengthOf], str]


class NoUrn(IdentifierError):
    """An identifier that no EPC URN stands for."""


class PrefixUnknown(IdentifierError):
    """The length of the company prefix is in no table: update the table, or say the length."""


def to_urn(identifier: str, length_of: LengthOf) -> str:
    """The EPC URN, class or pattern URN of an identifier in any form; what is no GS1 key comes back as it is.

    IdentifierError for a malformed identifier, PrefixUnknown where `length_of` does not know the company prefix, NoUrn
    for keys and qualifiers that EPC has no scheme for, such as a consumer product variant.
    """
    name = canonical(identifier)
    gs1 = parse(name)
    if gs1 is None:
        return name
    writer = _WRITERS.get((gs1.primary, tuple(code for code, _ in gs1.qualifiers)))
    if writer is None:
        with_codes = " with ".join(f"({code})" for code in (gs1.primary, *(code for code, _ in gs1.qualifiers)))
        raise NoUrn(f"{with_codes} has no EPC URN: use its Digital Link, {name}")
    return "urn:epc:" + writer(gs1, length_of)


def _prefix(gs1: Gs1, start: int, length_of: LengthOf) -> int:
    """Where the company prefix that begins at `start` ends."""
    digits = gs1.value[start : start + _LONGEST]
    length = 8 if gs1.primary == "01" and gs1.value.startswith("000000") else length_of(digits)
    if length is None:
        raise PrefixUnknown(
            f"{KEYS[gs1.primary].name} {gs1.value[:40]}: the length of its GS1 company prefix is not in the table, so "
            "it has no EPC URN. Use its Digital Link, give the length, or update the table."
        )
    # Prefixes of 4 and 5 digits count as blocks of those of 6 (Tag Data Standard 2.x).
    end = start + max(length, _SHORTEST)
    if length > _LONGEST or end > len(gs1.value) or not gs1.value[start:end].isdigit():
        raise PrefixUnknown(f"{KEYS[gs1.primary].name} {gs1.value[:40]}: a company prefix of {length} digits cannot be")
    return end


def _lead(scheme: str, closed: int) -> Writer:
    """Keys whose first digit moves behind the company prefix: GTIN, SSCC."""

    def write(gs1: Gs1, length_of: LengthOf) -> str:
        end = _prefix(gs1, 1, length_of)
        body = f"{gs1.value[1:end]}.{gs1.value[0]}{gs1.value[end : closed - 1]}"
        return f"{scheme}:{body}{_pieces(gs1)}{_rest(gs1, scheme)}"

    return write


def _plain(scheme: str, closed: int, start: int = 0) -> Writer:
    """Keys of company prefix, reference and check digit, then perhaps a serial number in the same value."""

    def write(gs1: Gs1, length_of: LengthOf) -> str:
        end, last = _prefix(gs1, start, length_of), start + closed - 1
        serial = gs1.value[last + 1 :]
        if scheme in ("grai", "gdti", "sgcn"):
            kind, tail = ("id", f".{_escaped(serial)}") if serial else ("idpat", ".*")
        else:
            kind, tail = "id", ""
        return f"{kind}:{scheme}:{gs1.value[start:end]}.{gs1.value[end:last]}{tail}{_rest(gs1, f'{kind}:{scheme}')}"

    return write


def _open(scheme: str) -> Writer:
    """Keys of company prefix and a reference of any length, without a check digit."""

    def write(gs1: Gs1, length_of: LengthOf) -> str:
        end = _prefix(gs1, 0, length_of)
        if end == len(gs1.value):
            raise NoUrn(f"{KEYS[gs1.primary].name} {gs1.value[:40]}: nothing follows its company prefix")
        return f"{scheme}:{gs1.value[:end]}.{_escaped(gs1.value[end:])}{_rest(gs1, scheme)}"

    return write


def _pieces(gs1: Gs1) -> str:
    return f".{gs1.value[14:16]}.{gs1.value[16:18]}" if gs1.primary == "8006" else ""


def _rest(gs1: Gs1, scheme: str) -> str:
    """The serial number after the key: a qualifier's value, `*` for a class, 0 for a place without extension."""
    if gs1.qualifiers:
        return f".{_escaped(gs1.qualifiers[0][1])}"
    if scheme in ("idpat:sgtin", "idpat:itip", "idpat:cpi"):
        return ".*"
    return ".0" if scheme == "id:sgln" else ""


def _escaped(text: str) -> str:
    return quote(text, safe=_PLAIN)


_WRITERS: dict[tuple[str, tuple[str, ...]], Writer] = {
    ("01", ()): _lead("idpat:sgtin", 14),
    ("01", ("10",)): _lead("class:lgtin", 14),
    ("01", ("21",)): _lead("id:sgtin", 14),
    ("01", ("235",)): _lead("id:upui", 14),
    ("00", ()): _lead("id:sscc", 18),
    ("8006", ()): _lead("idpat:itip", 14),
    ("8006", ("21",)): _lead("id:itip", 14),
    ("414", ()): _plain("sgln", 13),
    ("414", ("254",)): _plain("sgln", 13),
    ("417", ()): _plain("pgln", 13),
    ("402", ()): _plain("gsin", 17),
    ("8018", ()): _plain("gsrn", 18),
    ("8017", ()): _plain("gsrnp", 18),
    ("253", ()): _plain("gdti", 13),
    ("255", ()): _plain("sgcn", 13),
    ("8003", ()): _plain("grai", 13, start=1),
    ("401", ()): _open("id:ginc"),
    ("8004", ()): _open("id:giai"),
    ("8010", ()): _open("idpat:cpi"),
    ("8010", ("8011",)): _open("id:cpi"),
}
