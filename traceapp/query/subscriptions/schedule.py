"""When a scheduled subscription is due: EPCIS 2.0.1, section 8.2.5.3. Pure. All times are UTC.

A field is a number, a range in square brackets, or several of these between commas: `0`, `[9-17]`, `0,15,[30-45]`. `*`
is any value, and `0/30` every thirtieth from 0 on, as the standard's own example of an answer has it. A moment is due
when all fields hold at once. Fields that are left out are any value where they are coarser than the finest field that
is given, and the least value where they are finer: `{"hour": "1"}` is one o'clock, not each second of that hour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

FIELDS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),  # Monday is 1
}
YEARS = 40
"""29 February falls on each day of the week within so many years, also across 2100."""

_NUMBER = re.compile(r"(\d{1,2})", re.ASCII)
_RANGE = re.compile(r"\[(\d{1,2})-(\d{1,2})\]", re.ASCII)
_STEPS = re.compile(r"(\d{1,2}|\*)/(\d{1,2})", re.ASCII)
_LONGEST = 200


class ScheduleError(ValueError):
    """`field` names what is wrong; empty for the schedule as a whole."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}" if field else why)


@dataclass(frozen=True)
class Schedule:
    """The values of each field, ascending."""

    second: tuple[int, ...]
    minute: tuple[int, ...]
    hour: tuple[int, ...]
    day_of_month: frozenset[int]
    month: frozenset[int]
    day_of_week: frozenset[int]

    def due_on(self, day: date) -> bool:
        return day.month in self.month and day.day in self.day_of_month and day.isoweekday() in self.day_of_week

    def after(self, moment: datetime) -> datetime:
        """The first moment due after this one. ScheduleError if there is none in 40 years."""
        moment = moment.astimezone(UTC).replace(microsecond=0)
        day = moment.date()
        if self.due_on(day):
            time = (moment.hour, moment.minute, moment.second)
            later = next((at for at in product(self.hour, self.minute, self.second) if at > time), None)
            if later is not None:
                return datetime(day.year, day.month, day.day, *later, tzinfo=UTC)
        for ahead in range(1, YEARS * 366):
            other = day + timedelta(days=ahead)
            if self.due_on(other):
                first = (self.hour[0], self.minute[0], self.second[0])
                return datetime(other.year, other.month, other.day, *first, tzinfo=UTC)
        raise ScheduleError("", "no day is ever like this")


def read(given: Any) -> Schedule:
    """A schedule as the standard writes it. ScheduleError names the field that is wrong."""
    if not isinstance(given, Mapping) or not given:
        raise ScheduleError("", f"an object with at least one of {', '.join(FIELDS)} is expected")
    unknown = next((name for name in given if name not in FIELDS), None)
    if unknown is not None:
        raise ScheduleError(str(unknown)[:40], f"is none of {', '.join(FIELDS)}")
    values = {name: _field(name, given[name]) if name in given else _left_out(name, given) for name in FIELDS}
    made = Schedule(
        second=tuple(sorted(values["second"])),
        minute=tuple(sorted(values["minute"])),
        hour=tuple(sorted(values["hour"])),
        day_of_month=frozenset(values["dayOfMonth"]),
        month=frozenset(values["month"]),
        day_of_week=frozenset(values["dayOfWeek"]),
    )
    made.after(datetime(2000, 1, 1, tzinfo=UTC))
    return made


def _left_out(name: str, given: Mapping[str, Any]) -> set[int]:
    """Any value, unless everything that is given is coarser."""
    least, most = FIELDS[name]
    finer_than = {
        "second": ("minute", "hour", "dayOfMonth", "month", "dayOfWeek"),
        "minute": ("hour", "dayOfMonth", "month", "dayOfWeek"),
        "hour": ("dayOfMonth", "month", "dayOfWeek"),
        "dayOfMonth": ("month",),
    }.get(name, ())
    given_is_coarser = set(given) <= set(finer_than)
    return {least} if given_is_coarser else set(range(least, most + 1))


def _field(name: str, given: Any) -> set[int]:
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not given or len(given) > _LONGEST:
        raise ScheduleError(name, "a text such as `5`, `[9-17]` or `0,30` is expected")
    return set().union(*(_element(name, element.strip()) for element in given.split(",")))


def _element(name: str, element: str) -> set[int]:
    least, most = FIELDS[name]
    if element == "*":
        return set(range(least, most + 1))
    if found := _NUMBER.fullmatch(element):
        return {_number(name, found[1])}
    if found := _RANGE.fullmatch(element):
        first, last = _number(name, found[1]), _number(name, found[2])
        if first > last:
            raise ScheduleError(name, f"{element} ends before it begins")
        return set(range(first, last + 1))
    if found := _STEPS.fullmatch(element):
        first, step = least if found[1] == "*" else _number(name, found[1]), int(found[2])
        if step:
            return set(range(first, most + 1, step))
    raise ScheduleError(name, f"{element[:20]!r} is no number, range such as `[9-17]`, `*`, or step such as `0/30`")


def _number(name: str, digits: str) -> int:
    least, most = FIELDS[name]
    value = int(digits)
    if not least <= value <= most:
        raise ScheduleError(name, f"{value} is not between {least} and {most}")
    return value
