"""Whether bytes are a SenML pack (RFC 8428) in JSON: a list of records, each with a name and one value or a sum."""

import re
from collections.abc import Mapping
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, parse_strict

_NUMBERS: Final = ("bt", "bv", "bs", "v", "s", "t", "ut")
_TEXTS: Final = ("bn", "bu", "n", "u", "vs", "vd")
_VALUES: Final = ("v", "vs", "vb", "vd")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./_-]*", re.ASCII)
_VERSION: Final = 10


class SenmlError(ValueError):
    """The bytes are not a SenML pack; the message says what is wrong with which record."""


def check_pack(data: bytes) -> list[Mapping[str, Json]]:
    """The records of a SenML pack as they stand in it; SenmlError unless `data` is one."""
    try:
        value = parse_strict(data)
    except StrictJsonError as error:
        raise SenmlError(str(error)) from error
    if not isinstance(value, list) or not value:
        raise SenmlError("not a list of records")
    base = ""
    records: list[Mapping[str, Json]] = []
    for position, record in enumerate(value):
        if not isinstance(record, dict):
            raise SenmlError(f"record {position} is not an object")
        _check_types(record, position)
        base = str(record.get("bn", base))
        _check_record(record, base, position)
        records.append(record)
    return records


def _check_types(record: Mapping[str, Json], position: int) -> None:
    for name, value in record.items():
        if name.endswith("_"):
            raise SenmlError(f"record {position} has {name[:40]!r}, that a reader must understand")
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        wrong = (
            (name in _NUMBERS and not number)
            or (name in _TEXTS and not isinstance(value, str))
            or (name == "vb" and not isinstance(value, bool))
            or (name == "bver" and not (isinstance(value, int) and number and 0 < value <= _VERSION))
        )
        if wrong:
            raise SenmlError(f"record {position}: {name!r} is of another kind")


def _check_record(record: Mapping[str, Json], base: str, position: int) -> None:
    if not _NAME.fullmatch(base + str(record.get("n", ""))):
        raise SenmlError(f"record {position} has no proper name")
    values = sum(name in record for name in _VALUES)
    if values > 1 or not (values or "s" in record):
        raise SenmlError(f"record {position} has {values} values")
