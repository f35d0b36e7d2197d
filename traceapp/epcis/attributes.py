"""Application identifiers and what may stand behind them: attributes such as dates, weights and counts.

The table of application identifiers and their formats is biip's, which follows GS1's; what must hold of a value beyond
its format (check digits, that a date exists) is checked here. biip is loaded when first asked: with its list of company
prefixes it takes 25 MB, which a process that meets no attributes can do without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from traceapp.epcis.gs1_keys import KEYS, QUALIFIERS, IdentifierError, check_digit, check_key, check_qualifier

if TYPE_CHECKING:
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

IN_PATH_ONLY = frozenset({"21", "22", "235", "254", "7040", "8011", "8019", "8020"})
"""Qualifiers that are no attributes of anything: in a Digital Link they stand in the path."""

_CLOSED = {"02": 14, "03": 14, "410": 13, "411": 13, "412": 13, "413": 13, "416": 13, "8026": 14}
"""Identifiers that are no key of a Digital Link, with the length that a check digit ends."""

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def known(code: str) -> bool:
    """Whether this is an application identifier."""
    return code in _table()


def title(code: str) -> str:
    """What GS1 prints for it, such as USE BY or EXPIRY."""
    return _of(code).data_title


def needs_separator(code: str) -> bool:
    """Whether an element of this kind ends with FNC1 unless it is the last one."""
    return _of(code).separator_required


def check(code: str, value: str) -> str:
    """The value as it was given; IdentifierError says which form it should have."""
    if code in KEYS:
        return check_key(code, value)
    if code in QUALIFIERS:
        return check_qualifier(code, value)
    if not known(code):
        raise IdentifierError(f"({code[:10]}) is no application identifier")
    if not value.isascii() or not _pattern(code).fullmatch(code + value):
        raise IdentifierError(f"({code}) {title(code)} {value[:90]!r} does not have the form {_form(code)}")
    length = _CLOSED.get(code)
    if length and value[length - 1] != (right := check_digit(value[: length - 1])):
        raise IdentifierError(f"({code}) {title(code)} {value}: check digit should be {right}")
    if not _dates_exist(code + value):
        raise IdentifierError(f"({code}) {title(code)} {value[:90]!r}: there is no such date")
    return value


def read_query(query: str) -> tuple[tuple[str, str], ...]:
    """The attributes in the query of a Digital Link, checked. Keys that are not numbers are somebody's own: left out.

    IdentifierError for a number that is no application identifier, a wrong or repeated value, and for qualifiers, which
    belong into the path. Pairs may be parted by `&` or `;`; a plus sign is a plus sign.
    """
    found: dict[str, str] = {}
    for code, raw in _numbered_pairs(query):
        if code in IN_PATH_ONLY:
            raise IdentifierError(f"({code}) {QUALIFIERS[code].name} belongs into the path of a Digital Link")
        if _BAD_ESCAPE.search(raw):
            raise IdentifierError(f"({code}) {raw[:60]!r} holds a wrong percent escape")
        value = check(code, unquote(raw, errors="replace"))
        if found.setdefault(code, value) != value:
            raise IdentifierError(f"({code}) {title(code)} is given twice")
    return tuple(found.items())


def _numbered_pairs(query: str) -> Iterator[tuple[str, str]]:
    for pair in re.split("[&;]", query):
        code, _, value = pair.partition("=")
        if code.isascii() and code.isdigit():
            yield code, value


@cache
def _table() -> dict[str, GS1ApplicationIdentifier]:
    from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS

    return _GS1_APPLICATION_IDENTIFIERS


def _dates_exist(element: str) -> bool:
    from biip import ParseError
    from biip.gs1_element_strings import GS1ElementString

    try:
        GS1ElementString.parse(element)
    except ParseError:
        return False
    return True


def _of(code: str) -> GS1ApplicationIdentifier:
    return _table()[code]


@cache
def _pattern(code: str) -> re.Pattern[str]:
    return re.compile(_of(code).pattern)


def _form(code: str) -> str:
    """`N6` of biip's `N2+N6`: the identifier itself is left out."""
    return _of(code).format.partition("+")[2]
