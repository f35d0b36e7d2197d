"""One cell of a CSV to a value, or a sentence that says what is wrong with it."""

import math
import re
from datetime import date, datetime

_DAY_FORMS = ("%Y-%m-%d", "%d-%b-%y", "%m/%d/%y", "%m/%d/%Y", "%Y/%m/%d", "%Y-%m")
_YES = frozenset({"1", "true", "yes", "y"})
_NO = frozenset({"", "0", "false", "no", "n"})
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class CellError(ValueError):
    """What is wrong with one cell."""

    def __init__(self, column: str, why: str) -> None:
        self.column = column
        self.why = why
        super().__init__(f"{column}: {why}")


def shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def day(column: str, text: str) -> date:
    """A date: 2014-01-31, also 31-Jan-14 and 1/31/14 (month first), as the published deliveries write them."""
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise CellError(column, f"{shown(text)} is no date; write it like 2014-01-31.")


def number(column: str, text: str) -> int | float:
    """A decimal of at least 0. Thousands separators are not guessed at."""
    if not _DECIMAL.fullmatch(text):
        why = f"{shown(text)} is no number; write it like 12 or 12.5." if text else "A number is missing."
        raise CellError(column, why)
    value = float(text)
    if not math.isfinite(value) or abs(value) > 2**53:
        raise CellError(column, f"{shown(text)} is too large.")
    if value < 0:
        raise CellError(column, f"{shown(text)} is below zero; declare an earlier sale wrong instead.")
    return int(value) if value.is_integer() else value


def share(column: str, text: str) -> int | float:
    """A promotion: yes or no, or how much of it as a number from 0 to 1."""
    lower = text.lower()
    if lower in _YES:
        return 1
    if lower in _NO:
        return 0
    value = number(column, text)
    if value > 1:
        raise CellError(column, f"{shown(text)} is no promotion; write 0 or 1.")
    return value


def filled(column: str, text: str, *, at_most: int = 200) -> str:
    """A name."""
    if not text:
        raise CellError(column, "This cell is empty.")
    if len(text) > at_most:
        raise CellError(column, f"This has {len(text)} characters; at most {at_most} are allowed.")
    return text


def looks_like_gtin(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in _GTIN_LENGTHS


def looks_like_gln(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 13
