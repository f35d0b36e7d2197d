"""Times in state and requests: RFC 3339, UTC, whole milliseconds, `2026-05-14T09:12:00.000Z`."""

import re
from datetime import UTC, datetime, timedelta

_SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def rfc3339(moment: datetime) -> str:
    """An aware datetime, cut (not rounded) to whole milliseconds."""
    at = moment.astimezone(UTC)
    # Not strftime: its %Y does not pad years below 1000 everywhere.
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def is_rfc3339(text: str) -> bool:
    """Whether the text is exactly a time of this form, and a moment that exists."""
    if not _SHAPE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def later(moment: str, *, hours: int = 0, minutes: int = 0, milliseconds: int = 0) -> str:
    """So much after (or, negative, before) a time of this form."""
    return rfc3339(datetime.fromisoformat(moment) + timedelta(hours=hours, minutes=minutes, milliseconds=milliseconds))


def milliseconds(start: str, end: str) -> int:
    """From one time of this form to another."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)) // timedelta(milliseconds=1)
