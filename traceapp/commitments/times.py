"""Times as records and the ledger write them: RFC 3339 in UTC with milliseconds, `2026-05-14T09:12:00.000Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def rfc3339(moment: datetime) -> str:
    """The record form of an aware datetime, cut (not rounded) to milliseconds; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be recorded")
    utc = moment.astimezone(UTC)
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def parse_rfc3339(text: str) -> datetime:
    """The moment, in UTC, of any RFC 3339 date-time with capital T and Z; digits beyond microseconds are cut.

    ValueError if the text is no such time. A time is in record form exactly if `rfc3339(parse_rfc3339(text)) == text`.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a time like 2026-05-14T09:12:00.000Z")
    day, clock, fraction, zone = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}")
        return (local - offset(zone)).replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is not a time: {error}") from None


def offset(zone: str) -> timedelta:
    """The offset from UTC that `Z` or `+02:00` means; ValueError beyond 14 hours, as in XML Schema."""
    if zone == "Z":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError(f"offset {zone} is out of range")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if zone[0] == "-" else size
