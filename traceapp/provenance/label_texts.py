"""What a label says: one code, drawn and in words."""

import unicodedata
from dataclasses import dataclass

from traceapp.epcis.digital_link import DigitalLink
from traceapp.provenance import qr
from traceapp.provenance.label_font import has


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
    """The text with letters that the typeface has: accents it lacks are left out, other scripts become dots."""
    return "".join(_printed(character) for character in text)


def _printed(character: str) -> str:
    for one in (character, unicodedata.normalize("NFKD", character)[:1]):
        if has(one):
            return one
    return "·" if character.isprintable() else ""


def lost_letters(text: str) -> str:
    """The letters of a name that will not be on the label as they are on the screen, each once."""
    return "".join(dict.fromkeys(one for one in text if _printed(one) != one))
