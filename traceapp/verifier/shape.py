"""Reading untrusted JSON values: each function takes a value and its path, and gives it back typed or refuses it."""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from typing import Final

from traceapp.commitments.canonical import Json

_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


class ShapeError(ValueError):
    """The value at a path is not what the format says."""


def members(value: object, path: str, required: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Json]:
    """An object with all of `required` and nothing besides them and `optional`."""
    if not isinstance(value, Mapping):
        raise ShapeError(f"{path}: not an object")
    for name in required:
        if name not in value:
            raise ShapeError(f"{path}: member {name!r} is missing")
    for name in value:
        if name not in required and name not in optional:
            raise ShapeError(f"{path}: unknown member {str(name)[:60]!r}")
    return value


def items(value: object, path: str) -> list[Json]:
    if not isinstance(value, list):
        raise ShapeError(f"{path}: not a list")
    return value


def text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise ShapeError(f"{path}: not a text")
    return value


def integer(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ShapeError(f"{path}: not an integer")
    return value


def truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise ShapeError(f"{path}: not true or false")
    return value


def hexadecimal(value: object, path: str, size: int | None = None) -> bytes:
    """Bytes in lower-case hex; `size` is their number where it is fixed."""
    digits = text(value, path)
    if not _HEX.fullmatch(digits) or (size is not None and len(digits) != 2 * size):
        raise ShapeError(f"{path}: not {size or 'whole'} bytes in lower-case hex")
    return bytes.fromhex(digits)


def blob(value: object, path: str) -> bytes:
    """Bytes in standard base64 with padding, in the one form that encodes them."""
    digits = text(value, path)
    try:
        data = base64.b64decode(digits, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ShapeError(f"{path}: not base64") from error
    if base64.b64encode(data).decode() != digits:
        raise ShapeError(f"{path}: not base64 in its one form")
    return data
