"""Labels in ZPL II, for thermal printers that take it. Sizes come in whole printer dots. Pure.

A printer draws the symbols itself: `^BQ` the QR code at level M, `^BC` the bar code, whose code sets are spelled out.
"""

from collections.abc import Sequence
from math import ceil

from traceapp.provenance.code128 import CODE_B, CODE_C, FNC1, START_B, START_C
from traceapp.provenance.label_layouts import Layout
from traceapp.provenance.label_texts import LabelText
from traceapp.provenance.pallet import BAR, ROW, Bar, Pallet
from traceapp.provenance.symbol_sizes import LOGISTIC_128, RETAIL_QR, Rule

RESOLUTIONS = {203: 8.0, 300: 11.81, 600: 23.62}
"""Dots a millimetre by dots an inch."""

_CONTROL = "^~\\_"


def goods(labels: Sequence[LabelText], layout: Layout, dpi: int) -> str:
    """One format a label: the code on the left, its text beside it."""
    return "".join(_goods(label, layout, RESOLUTIONS[dpi]) for label in labels)


def pallets(pallet: Pallet, copies: int, dpi: int) -> str:
    """One format, printed so many times."""
    dots = RESOLUTIONS[dpi]
    wide, high = (round(side * dots) for side in pallet.size)
    parts = [f"^XA^CI28^PW{wide}^LL{high}^LH0,0"]
    y = 3 * dots
    for row in pallet.words:
        column = (pallet.size[0] - 8) / len(row)
        for place, (label, value) in enumerate(row):
            x = (4 + place * column) * dots
            parts += [_text(x, y, 2.4 * dots, label), _text(x, y + 2.8 * dots, 4 * dots, value)]
        y += ROW * dots
    y = high - (len(pallet.bars) * BAR + 2) * dots
    for bar in pallet.bars:
        parts += _bar(bar, y, wide, dots)
        y += BAR * dots
    return "".join(parts) + f"^PQ{copies}^XZ\n"


def magnification(rule: Rule, dots: float) -> int:
    """Dots a module: the first whole number that is not below what GS1 asks for; a printer draws at most ten."""
    return min(10, ceil(round(rule.least * dots, 6)))


def _goods(label: LabelText, layout: Layout, dots: float) -> str:
    wide, high = (round(side * dots) for side in layout.label)
    large = magnification(RETAIL_QR, dots)
    side = len(label.modules) * large
    quiet, size = 4 * large, (3.0 if layout.label[1] >= 30 else 2.2) * dots
    parts = [f"^XA^CI28^PW{wide}^LL{high}^LH0,0^FO{quiet},{quiet}^BQN,2,{large}^FH_^FDMA,{_escaped(label.url)}^FS"]
    y = float(quiet)
    for text in (label.name, *label.lines):
        parts.append(_text(side, y, size, text))
        y += size * 1.3
    if label.note:
        parts.append(_text(quiet, high - 3 * dots, 2 * dots, label.note))
    return "".join(parts) + "^PQ1^XZ\n"


def _bar(bar: Bar, y: float, wide: int, dots: float) -> list[str]:
    large = magnification(LOGISTIC_128, dots)
    left = max(bar.quiet * large, (wide - bar.symbol.modules * large) // 2 + bar.quiet * large)
    height = round(LOGISTIC_128.least_height * dots) + 1
    below, size = round(y) + height + round(0.6 * dots), round(3.2 * dots)
    return [
        f"^FO{left},{round(y)}^BY{large}^BCN,{height},N,N,N,N^FD{_code(bar)}^FS",
        f"^FO0,{below}^FB{wide},1,0,C,0^A0N,{size}^FH_^FD{_escaped(bar.text)}^FS",
    ]


def _code(bar: Bar) -> str:
    """Symbol characters as `^BC` wants them: `>;` and `>:` start code sets C and B, `>8` is FNC1."""
    words = {START_C: ">;", START_B: ">:", FNC1: ">8"}
    first, *rest = bar.symbol.characters
    found, in_c = [words[first]], first == START_C
    for character in rest:
        if character == FNC1:
            found.append(">8")
        elif character in (CODE_B, CODE_C) and (character == CODE_C) != in_c:
            in_c = not in_c
            found.append(">5" if in_c else ">6")
        else:
            found.append(f"{character:02d}" if in_c else _in_b(chr(character + 32)))
    return "".join(found)


def _in_b(character: str) -> str:
    return {">": ">0", "^": "><", "~": ">="}.get(character, character)


def _text(x: float, y: float, size: float, text: str) -> str:
    return f"^FO{round(x)},{round(y)}^A0N,{round(size)}^FH_^FD{_escaped(text)}^FS"


def _escaped(text: str) -> str:
    """Signs that are commands, and whatever is not ASCII, as `_xx` of its UTF-8 bytes."""
    plain = (one if " " <= one <= "~" and one not in _CONTROL else None for one in text)
    pairs = zip(plain, text, strict=True)
    return "".join(kept or "".join(f"_{byte:02X}" for byte in one.encode()) for kept, one in pairs)
