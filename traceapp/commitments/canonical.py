"""Canonical JSON (RFC 8785), and the strict reading of JSON whose meaning could be doubted.

`canonical(parse_strict(text)) == text` holds exactly for canonical text; that is how a checker tests for it.
"""

from __future__ import annotations

import json
import math

import msgspec

from traceapp.commitments.numbers import TOO_LARGE, ecmascript
from traceapp.commitments.strict import parse_strict
from traceapp.commitments.values import MAX_INTEGER, Json, StrictJsonError, element_path, member_path

__all__ = ["Json", "StrictJsonError", "canonical", "parse_strict"]

_MAX_NESTING = 200
_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(value: Json) -> bytes:
    """The RFC 8785 bytes of a value.

    Raises StrictJsonError, with the path, for what JSON or this project cannot carry: NaN and infinities, whole numbers
    beyond 2^53-1 (as int or as float), lone surrogates, names that are not strings, other types.
    """
    if type(value) is str or _encoder_is_exact(value, 0):
        try:
            return _encode(value)
        except UnicodeEncodeError:
            pass
    parts: list[str] = []
    _write(value, "", 0, parts)
    return "".join(parts).encode()


def _encoder_is_exact(value: object, depth: int) -> bool:
    """Whether msgspec writes this value as RFC 8785 does (it sorts by code point, writes floats its own way)."""
    if type(value) is dict:
        return depth <= _MAX_NESTING and all(
            type(name) is str and name.isascii() and (type(member) is str or _encoder_is_exact(member, depth + 1))
            for name, member in value.items()
        )
    if type(value) is list:
        return depth <= _MAX_NESTING and all(
            type(element) is str or _encoder_is_exact(element, depth + 1) for element in value
        )
    if type(value) is int:
        return -MAX_INTEGER <= value <= MAX_INTEGER
    if type(value) is float:
        return 1e-4 <= abs(value) < 1e15 and not value.is_integer()
    return value is None or type(value) is str or type(value) is bool


def _write(value: object, path: str, depth: int, out: list[str]) -> None:
    if depth > _MAX_NESTING:
        raise StrictJsonError("", f"nested deeper than {_MAX_NESTING}")
    if isinstance(value, dict):
        _write_object(value, path, depth, out)
    elif isinstance(value, (list, tuple)):
        out.append("[")
        for index, element in enumerate(value):
            if index:
                out.append(",")
            _write(element, element_path(path, index), depth + 1, out)
        out.append("]")
    else:
        out.append(_scalar(value, path))


def _write_object(value: dict[object, object], path: str, depth: int, out: list[str]) -> None:
    names = [(_utf16(name, path), name) for name in value]
    separator = "{"
    for _, name in sorted(names):
        assert isinstance(name, str)
        where = member_path(path, name)
        out.append(separator + _string(name, where) + ":")
        _write(value[name], where, depth + 1, out)
        separator = ","
    out.append("}" if names else "{}")


def _utf16(name: object, path: str) -> bytes:
    """What RFC 8785 section 3.2.3 sorts by: UTF-16 code units."""
    if not isinstance(name, str):
        raise StrictJsonError(path, f"member name {name!r} is not a string")
    return name.encode("utf-16-be", "surrogatepass")


def _scalar(value: object, path: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _string(value, path)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value, path)
    raise StrictJsonError(path, f"{type(value).__name__} is not a JSON value")


def _number(value: int | float, path: str) -> str:
    if not math.isfinite(value):
        raise StrictJsonError(path, "not a finite number")
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise StrictJsonError(path, TOO_LARGE)
        return str(int(value))
    if abs(value) > MAX_INTEGER:
        raise StrictJsonError(path, TOO_LARGE)
    return ecmascript(value)


def _string(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise StrictJsonError(path, "text holds a lone surrogate, which is not Unicode") from None
    return json.dumps(value, ensure_ascii=False)
