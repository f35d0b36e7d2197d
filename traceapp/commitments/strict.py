"""Reading JSON in one way only: what two readers could understand differently is refused, with its path."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, cast

from traceapp.commitments.locate import locate
from traceapp.commitments.numbers import read_decimal, read_integer
from traceapp.commitments.values import MAX_DEPTH, Json, StrictJsonError

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_strict(data: bytes, *, max_depth: int = MAX_DEPTH) -> Json:
    """The value of a JSON text (RFC 8259) in UTF-8 without a byte order mark.

    Raises StrictJsonError, with the path, for invalid UTF-8 or JSON, a member named twice, a lone surrogate, nesting
    beyond `max_depth` and numbers that cannot be committed as sent (see `numbers`). Whole numbers come back as int,
    even 3.0.
    """
    text = _decode(data)
    fault = ""
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        fault = str(error)
    if fault:
        _explain(text, max_depth, fault)
    if _deeper_than(value, max_depth) or (_SURROGATE_ESCAPE.search(text) and not _is_unicode(value)):
        _explain(text, max_depth, "not acceptable JSON")
    return cast(Json, value)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError("", f"not UTF-8: byte {error.start} is 0x{data[error.start]:02x}") from None
    if text.startswith("\ufeff"):
        raise StrictJsonError("", "begins with a byte order mark")
    return text


def _explain(text: str, max_depth: int, otherwise: str) -> NoReturn:
    """The fast reader found the text wanting; the slow one knows where."""
    locate(text, max_depth)
    raise StrictJsonError("", otherwise)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=read_integer, parse_float=read_decimal, parse_constant=_refuse_constant
)


def _deeper_than(value: object, levels: int) -> bool:
    """Layer by layer: a list of many small objects is the common case."""
    layer: list[Any] = [value] if type(value) is dict or type(value) is list else []
    while layer:
        if levels == 0:
            return True
        levels -= 1
        layer = [
            child
            for one in layer
            for child in (one.values() if type(one) is dict else one)
            if type(child) is dict or type(child) is list
        ]
    return False


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
