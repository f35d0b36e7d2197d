"""Values of query parameters as they come in: numbers, times, words, lists by `|`. What is none is named."""

import re
from datetime import datetime
from typing import Any

from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.scalars import as_number, as_time
from traceapp.query.errors import QueryError, QueryTooComplex

__all__ = ["as_number", "as_time", "boolean", "count", "flag", "number", "numbers", "one", "texts", "time"]

MOST_VALUES = 500  # in one list
_LOST_PLUS = re.compile(r"(.*T[0-9:.]+) ([0-9]{2}:[0-9]{2})")


def texts(name: str, given: Any) -> list[str]:
    """A list: an array in JSON, values between `|` in an address. QueryError unless it holds texts, and few enough."""
    values = given.split("|") if isinstance(given, str) else given if isinstance(given, list) else [given]
    found = [_text(name, one) for one in values]
    if not found or not all(found):
        raise QueryError(name, "a value is missing")
    if len(found) > MOST_VALUES:
        raise QueryTooComplex(name, f"has {len(found)} values; {MOST_VALUES} are allowed")
    return list(dict.fromkeys(found))


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise QueryError(name, "text, or a list of texts, is expected")
    return value


def one(name: str, given: Any) -> str:
    """A single value; QueryError for a list."""
    if isinstance(given, list):
        if len(given) != 1:
            raise QueryError(name, "one value is expected")
        given = given[0]
    text = _text(name, given)
    if not text:
        raise QueryError(name, "a value is missing")
    return text


def time(name: str, given: Any) -> datetime:
    """A moment in UTC. A `+` that an address lost on its way is put back."""
    text = one(name, given)
    lost = _LOST_PLUS.fullmatch(text)
    try:
        return parse_rfc3339(f"{lost[1]}+{lost[2]}" if lost else text)
    except ValueError as error:
        raise QueryError(name, f"{error}; it needs its offset from UTC") from None


def number(name: str, given: Any) -> int | float:
    """A finite number."""
    found = as_number(one(name, given))
    if found is None:
        raise QueryError(name, f"{str(given)[:40]!r} is not a number")
    return found


def numbers(name: str, given: Any) -> list[int | float]:
    """A list of numbers."""
    return [number(name, text) for text in texts(name, given)]


def count(name: str, given: Any) -> int:
    """A whole number from 1 on."""
    found = number(name, given)
    if not isinstance(found, int) or found < 1:
        raise QueryError(name, "a whole number from 1 on is expected")
    return found


def flag(name: str, given: Any) -> bool:
    """Whether a parameter without a value is set: there, but for `false` and 0."""
    if given is None or given == "" or given is True or given == 1:
        return True
    if given is False or given == 0:
        return False
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(given, str) and given.lower() in words:
        return words[given.lower()]
    raise QueryError(name, "is true or false")


def boolean(name: str, given: Any) -> str:
    """`true` or `false`."""
    text = one(name, given).lower()
    if text not in ("true", "false"):
        raise QueryError(name, "is true or false")
    return text
