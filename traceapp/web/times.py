"""Times as people read them: in the zone of the place, with the zone named."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils import timezone as django_timezone

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def zone_of(name: str | tzinfo | None) -> tzinfo:
    """A zone by IANA name (`Europe/Berlin`) or EPCIS offset (`+02:00`). What is neither is UTC."""
    if isinstance(name, tzinfo):
        return name
    match = _OFFSET.fullmatch(name or "")
    if match:
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):  # unknown, or no name at all ("..", a folder)
        return UTC


def zone_name(moment: datetime) -> str:
    """`CEST` where the zone has letters, otherwise `UTC+05:30`."""
    name = moment.tzname() or ""
    if name.isalpha():
        return name
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}" if minutes else "UTC"


def aware(moment: datetime) -> datetime:
    return moment if django_timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def in_words(moment: datetime, zone: str | tzinfo | None = None, style: str = "full") -> str:
    """`full` 14 May 2026, 09:12 CEST; `short` 14 May, 09:12; `date` 14 May 2026; `time` 09:12 CEST."""
    local = aware(moment).astimezone(zone_of(zone))
    pattern = {"full": "j F Y, H:i", "short": "j M, H:i", "date": "j F Y", "time": "H:i"}.get(style, "j F Y, H:i")
    said = formats.date_format(local, pattern)
    return f"{said} {zone_name(local)}" if style in ("full", "time") else said
