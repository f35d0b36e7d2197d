"""GS1 Digital Link paths: `/01/09506000134352/10/L2405-117`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from traceapp.epcis.gs1_keys import (
    CONVENIENCE_ALPHAS,
    KEYS,
    QUALIFIERS,
    IdentifierError,
    check_key,
    check_qualifier,
)

CANONICAL_DOMAIN = "https://id.gs1.org"

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class DigitalLink:
    """A primary key with its qualifiers, all valid and decoded; a GTIN has 14 digits."""

    primary: str
    value: str
    qualifiers: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """The whole link as a path, in the one spelling all links to it share."""
        return _path(((self.primary, self.value), *self.qualifiers))

    @property
    def canonical(self) -> str:
        """The identifier records are matched by: a serial number leaves out lot and variant, a lot the variant.

        They describe the item, they do not tell it from others, and an EPC URN does not have them.
        """
        return CANONICAL_DOMAIN + _path(((self.primary, self.value), *_identifying(self.qualifiers)))

    @property
    def gtin(self) -> str | None:
        """The 14 digits, if this is about trade items."""
        return self.value[:14] if self.primary in ("01", "8006") else None

    @property
    def lot(self) -> str | None:
        """The batch or lot number (10)."""
        return self.qualifier("10")

    @property
    def serial(self) -> str | None:
        """The serial number (21)."""
        return self.qualifier("21")

    def qualifier(self, code: str) -> str | None:
        """The value of one qualifier by its application identifier."""
        return next((value for one, value in self.qualifiers if one == code), None)


def parse_path(raw_path: str) -> DigitalLink:
    """Read a request path as it was sent, before any decoding, so that a lot may hold `%2F`.

    IdentifierError for an unknown key, a wrong check digit, qualifiers that are unknown, repeated or out of order, and
    anything that follows. A slash at the end is none of these (`without_slash` takes it off first).
    """
    segments = raw_path.removeprefix("/").split("/")
    if segments[0] in CONVENIENCE_ALPHAS:
        raise IdentifierError(_alpha(segments[0]))
    if len(segments) % 2 or segments[0] not in KEYS:
        raise IdentifierError(f"{raw_path[:80]!r} is not a GS1 Digital Link path")
    return link([(segments[i], _decoded(segments[i + 1])) for i in range(0, len(segments), 2)])


def link(elements: Sequence[tuple[str, str]]) -> DigitalLink:
    """The link of a primary key and its qualifiers, checked; IdentifierError says what is wrong."""
    (primary, value), *rest = elements
    _check_sequence(primary, [code for code, _ in rest])
    for code, text in rest:
        check_qualifier(code, text)
    return DigitalLink(primary, check_key(primary, value), tuple(rest))


def without_slash(raw_path: str) -> str:
    """A path without the slash at its end, which resolvers tolerate; one that an empty value left there stays."""
    bare = raw_path.removesuffix("/")
    return bare if bare.count("/") % 2 == 0 else raw_path


def _check_sequence(primary: str, codes: Sequence[str]) -> None:
    """The qualifiers follow one of the key's alternatives, in its order, each at most once."""
    key = KEYS[primary]
    for code in codes:
        if code not in key.qualifiers:
            raise IdentifierError(_misplaced(primary, code))
    sequence = next((one for one in key.sequences if set(codes) <= set(one)), None)
    if codes and sequence is None:
        alone = next(code for code in codes if any(one == (code,) for one in key.sequences))
        raise IdentifierError(f"({alone}) {QUALIFIERS[alone].name} stands alone after a {key.name}")
    places = [sequence.index(code) for code in codes] if sequence else []
    for index, place in enumerate(places[1:], 1):
        if place <= places[index - 1]:
            raise IdentifierError(f"({codes[index]}) {QUALIFIERS[codes[index]].name} is repeated or out of order")
    if key.required and key.required not in codes:
        raise IdentifierError(f"a {key.name} ({primary}) needs its {QUALIFIERS[key.required].name} ({key.required})")


def build(base_url: str, canonical: str) -> str:
    """The link to a canonical GS1 identifier on a domain of one's own, such as for a QR code."""
    path = canonical.removeprefix(CANONICAL_DOMAIN)
    if path == canonical:
        raise IdentifierError(f"{canonical[:80]!r} is not a canonical GS1 identifier")
    return base_url.rstrip("/") + parse_path(path).path


def _misplaced(primary: str, code: str) -> str:
    if code in CONVENIENCE_ALPHAS:
        return _alpha(code)
    return f"({code[:20]}) cannot follow a {KEYS[primary].name} ({primary})"


def _alpha(word: str) -> str:
    code = CONVENIENCE_ALPHAS[word]
    return f"/{word}/ is no longer part of GS1 Digital Link: write the application identifier, /{code}/"


def _identifying(qualifiers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    codes = [code for code, _ in qualifiers]
    if "21" in codes:
        return tuple(one for one in qualifiers if one[0] not in ("22", "10"))
    if "10" in codes:
        return tuple(one for one in qualifiers if one[0] != "22")
    # A GLN extension of 0 says that there is none (Tag Data Standard, SGLN).
    return tuple(one for one in qualifiers if one != ("254", "0"))


def _path(elements: Sequence[tuple[str, str]]) -> str:
    return "".join(f"/{code}/{quote(value, safe='')}" for code, value in elements)


def _decoded(segment: str) -> str:
    if "%" not in segment:
        return segment
    if _BAD_ESCAPE.search(segment):
        raise IdentifierError(f"{segment[:60]!r} holds a wrong percent escape")
    return unquote(segment, errors="replace")
