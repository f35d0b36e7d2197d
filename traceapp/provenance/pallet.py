"""The label of a logistic unit: its SSCC and what is in it, as GS1-128 bar codes with their text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceapp.epcis import element_strings
from traceapp.epcis.digital_link import link
from traceapp.provenance import code128
from traceapp.provenance.code128 import Symbol
from traceapp.provenance.symbol_sizes import LOGISTIC_128, Printed

Element = tuple[str, str]
MARGIN = 3.0
HEIGHT = LOGISTIC_128.least_height
BAR = HEIGHT + 6.0
"""What one bar code takes of the height, with its text."""
ROW = 8.5
"""What one row of words takes."""

Row = tuple[tuple[str, str], ...]
"""Words that stand side by side, each with what they are."""


@dataclass(frozen=True)
class Bar:
    """One bar code of a label."""

    elements: tuple[Element, ...]
    symbol: Symbol
    printed: Printed
    quiet: int = code128.QUIET

    @property
    def text(self) -> str:
        return element_strings.readable(self.elements)

    @property
    def widths(self) -> str:
        return self.symbol.widths


@dataclass(frozen=True)
class Pallet:
    """A logistic label: words for people, bar codes for scanners, the SSCC last and lowest. Millimetres."""

    sscc: str
    size: tuple[float, float]
    words: tuple[Row, ...]
    bars: tuple[Bar, ...]

    @property
    def warnings(self) -> list[str]:
        """What a scanner may stumble over, each once."""
        room = self.size[0] - 2 * MARGIN
        wide = [bar for bar in self.bars if bar.printed.width > self.size[0]]
        found = [
            f"The bar code of {bar.text} is {bar.printed.width:.0f} mm wide, wider than {room:.0f} mm." for bar in wide
        ]
        high = len(self.bars) * BAR + len(self.words) * ROW + 5
        if high > self.size[1]:
            found.append("The words and bar codes need a higher label: choose a larger one.")
        return list(dict.fromkeys([*found, *(one for bar in self.bars for one in bar.printed.warnings)]))


def pallet(sscc: str, content: Sequence[Element], words: Sequence[Row], size: tuple[float, float]) -> Pallet:
    """The label of an SSCC with the elements that say what is in it. IdentifierError for an SSCC that is none."""
    checked = link([("00", sscc)]).value
    rows = [*_rows(content, size[0]), (("00", checked),)]
    return Pallet(checked, size, tuple(words), tuple(_bar(row, size[0]) for row in rows))


def _rows(content: Sequence[Element], wide: float) -> list[tuple[Element, ...]]:
    """As few bar codes as the label's width allows, elements in their order."""
    rows: list[tuple[Element, ...]] = []
    for element in content:
        together = (*rows[-1], element) if rows else ()
        if together and _fits(together, wide):
            rows[-1] = together
        else:
            rows.append((element,))
    return rows


def _fits(elements: Sequence[Element], wide: float) -> bool:
    try:
        return code128.encode(element_strings.write(elements)).modules * LOGISTIC_128.target <= wide
    except code128.TooLong:
        return False


def _bar(elements: tuple[Element, ...], wide: float) -> Bar:
    """At the size GS1 aims at, or as much of it as the label is wide: then the warnings say so."""
    ordered = tuple(element_strings.read(element_strings.write(elements)))
    symbol = code128.encode(element_strings.write(elements))
    x = min(LOGISTIC_128.target, wide / symbol.modules)
    return Bar(ordered, symbol, Printed(LOGISTIC_128, x, symbol.modules, HEIGHT))
