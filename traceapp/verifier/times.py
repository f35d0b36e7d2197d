"""Instants as whole nanoseconds since 1970 in UTC, so that comparing them rounds nothing away."""

from datetime import UTC, datetime, timedelta
from typing import Final

from traceapp.commitments.times import parse_rfc3339, rfc3339
from traceapp.verifier.protos import TIMESTAMP, ProtoError, read

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 10**9
_END: Final = 253402300800  # the year 10000, in seconds


def from_datetime(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1000


def from_text(text: str) -> int:
    """Nanoseconds of an RFC 3339 time; ValueError where it is none."""
    return from_datetime(parse_rfc3339(text))


def from_timestamp(message: bytes) -> int:
    """Nanoseconds of a protobuf Timestamp; ProtoError where it is absent or out of range."""
    fields = read(TIMESTAMP, message)
    seconds, nanos = fields.number("seconds"), fields.number("nanos")
    if not (0 < seconds < _END and 0 <= nanos < _SECOND):
        raise ProtoError(f"{TIMESTAMP.name}: out of range")
    return seconds * _SECOND + nanos


def to_text(nanoseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds, what is finer cut off, as the contract writes its transaction's time."""
    return rfc3339(_EPOCH + timedelta(milliseconds=nanoseconds // 1_000_000))
