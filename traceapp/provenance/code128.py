"""Code 128 with FNC1, as GS1-128 wants it (ISO/IEC 15417, GS1 General Specifications 5.4). Pure.

Digits go in pairs by code set C, everything else by B. The result is a list of symbol characters, from which modules
are drawn and a printer's own command is written.
"""

import re
from dataclasses import dataclass

from traceapp.epcis.element_strings import GS

CODE_C, CODE_B, FNC1, START_B, START_C, STOP = 99, 100, 102, 104, 105, 106
QUIET = 10  # modules of white on either side
MOST_CHARACTERS = 48  # of data, with separators: GS1 General Specifications 5.4.3

# Widths of bars and spaces by symbol character, as in the tables of ISO/IEC 15417.
_TABLE = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132
122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212
322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311
112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321
331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113
411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
_WIDTHS = _TABLE.split()


class TooLong(ValueError):
    """More data than one GS1-128 symbol may hold."""


@dataclass(frozen=True)
class Symbol:
    """Symbol characters without check character and stop."""

    characters: tuple[int, ...]

    @property
    def check(self) -> int:
        first, *rest = self.characters
        return (first + sum(place * character for place, character in enumerate(rest, 1))) % 103

    @property
    def widths(self) -> str:
        """Widths of bars and spaces in turn, beginning with a bar; no quiet zones."""
        return "".join(_WIDTHS[character] for character in (*self.characters, self.check, STOP))

    @property
    def modules(self) -> int:
        """Width in modules, quiet zones included."""
        return sum(map(int, self.widths)) + 2 * QUIET


def encode(data: str) -> Symbol:
    """The symbol of raw GS1 data with group separators; TooLong beyond 48 characters, ValueError for other signs."""
    if len(data) > MOST_CHARACTERS:
        raise TooLong(f"{len(data)} characters are too many for one bar code: 48 at the most")
    if not data or not all(one == GS or " " <= one <= "~" for one in data):
        raise ValueError("Code 128 holds printable ASCII characters only")
    in_c = _digits(data, 0) >= 2
    found = [START_C if in_c else START_B, FNC1]
    place = 0
    while place < len(data):
        if data[place] == GS:
            found.append(FNC1)
            place += 1
            continue
        run = _digits(data, place)
        wants_c = run >= 2 if in_c else run >= 4 and (run % 2 == 0 or run >= 5)
        if not in_c and wants_c and run % 2:  # an odd run begins with one digit in B
            found.append(ord(data[place]) - 32)
            place += 1
        if wants_c != in_c:
            found.append(CODE_C if wants_c else CODE_B)
            in_c = wants_c
        taken = 2 if in_c else 1
        found.append(int(data[place : place + 2]) if in_c else ord(data[place]) - 32)
        place += taken
    return Symbol(tuple(found))


def _digits(data: str, place: int) -> int:
    match = re.compile("[0-9]*").match(data, place)
    return len(match[0]) if match else 0
