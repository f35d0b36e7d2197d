"""Canonical JSON of the ledger's state: RFC 8785, restricted to integers that every reader holds exactly.

Floats are refused rather than formatted: two peers must never differ in a last digit.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


class CanonicalError(ValueError):
    """A value that has no canonical form, or text that is not strict JSON."""


def canonical(value: Json) -> bytes:
    """The one byte form of a value: UTF-8, members sorted by UTF-16 code units, no white space."""
    text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CanonicalError("a string holds half of a surrogate pair") from error


def parse(text: str) -> Json:
    """Strict JSON: no duplicate members, no floats, no NaN, integers within 2^53-1, depth within MAX_DEPTH."""
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_members, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not JSON: {error}") from error
    canonical(value)  # finds too deep nesting and lone surrogates
    return value


def _ordered(value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return _within(value)
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise CanonicalError("a member's name is not a string")
        return {name: _ordered(value[name], depth + 1) for name in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise CanonicalError(f"{type(value).__name__} is not allowed in state")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _within(number: int) -> int:
    if abs(number) > MAX_INTEGER:
        raise CanonicalError("integer beyond 2^53-1")
    return number


def _integer(text: str) -> int:
    if len(text) > 17:  # 2^53-1 has 16 digits: no long conversion for a hostile number
        raise CanonicalError("integer beyond 2^53-1")
    if text == "-0":
        raise CanonicalError("-0 is not an integer of the state")
    return _within(int(text))


def _no_float(text: str) -> NoReturn:
    raise CanonicalError(f"{text[:40]} is not an integer")


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("an object names a member twice")
    return found
