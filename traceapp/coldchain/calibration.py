"""Which readings were measured after calibration of their device was due. They count, and are marked wherever shown."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from traceapp.sensors.models import Message

_PAGE: Final = 500
Span = tuple[datetime, datetime]


def expired_from(first: datetime, last: datetime, due: date | None) -> datetime:
    """From when on readings of a marked message are marked: the day after calibration was due, UTC.

    All of them where the device was calibrated anew since, for then nobody knows what day it was.
    """
    if due is None or due >= last.astimezone(UTC).date():
        return first
    return max(first, datetime(due.year, due.month, due.day, tzinfo=UTC) + timedelta(days=1))


def spans(messages: Iterable[tuple[datetime, datetime, bool]], due: date | None) -> list[Span]:
    """Stretches of marked readings, of messages (first, last, marked) in order of time; one unmarked parts two."""
    found: list[Span] = []
    open_ = False
    for first, last, marked in messages:
        if marked and open_:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        elif marked:
            found.append((expired_from(first, last, due), last))
        open_ = marked
    return found


def expired(pks: Sequence[int]) -> dict[int, float]:
    """Of these messages the marked ones, each with the time from which on (seconds since 1970)."""
    found: dict[int, float] = {}
    for start in range(0, len(pks), _PAGE):
        marked = Message.objects.filter(pk__in=pks[start : start + _PAGE], out_of_calibration=True)
        for pk, first, last, due in marked.values_list("pk", "first", "last", "key__device__calibration_due"):
            found[pk] = expired_from(first, last, due).timestamp()
    return found
