"""What a label says: one code, drawn and in words. Pure."""

import unicodedata
from dataclasses import dataclass

from traceapp.epcis.digital_link import DigitalLink
from traceapp.provenance import qr

LATIN = "cp1252"  # what the fonts that every PDF reader has can show


@dataclass(frozen=True)
class LabelText:
    """A label of goods. `url` is what the code holds, `lines` are its elements, `note` may stand at the foot."""

    url: str
    name: str
    lines: tuple[str, ...]
    note: str = ""

    @property
    def modules(self) -> list[list[bool]]:
        return qr.matrix(self.url)


def lines_of(link: DigitalLink) -> tuple[str, ...]:
    """Human readable interpretation, one element a line: `(01)09506000134352`, `(10)L2405-117`."""
    return tuple(f"({code}){value}" for code, value in ((link.primary, link.value), *link.qualifiers))


def printable(text: str) -> str:
    """The text with letters that the fonts have: accents they lack are left out, other scripts become dots."""
    found = []
    for character in text:
        for one in (character, unicodedata.normalize("NFKD", character)[:1], "·"):
            if one.isprintable() and one.encode(LATIN, "ignore"):
                found.append(one)
                break
    return "".join(found)


def loses_letters(text: str) -> bool:
    """Whether the printed name will differ from the one on the screen."""
    return printable(text) != text
