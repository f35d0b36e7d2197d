"""What a device's page says first: when it was last seen, its latest reading, its battery, its clock."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection

from traceapp.sensors.kinds import moment
from traceapp.sensors.outcomes import Checked
from traceapp.sensors.senml import Readings
from traceapp.sensors.units import Quantity


def keep(checked: Iterable[Checked], now: float) -> None:
    """Note the latest of these new messages on each device's row. A late upload changes only when it was seen."""
    latest: dict[int, Checked] = {}
    for one in checked:
        device = one.key.device_id
        if device not in latest or latest[device].last < one.last:
            latest[device] = one
    told = sorted(latest.items())  # all uploads in one order, so that no two wait for each other
    seen, moments = moment(now), connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(_SEEN, [(moments(seen), device) for device, _ in told])
        cursor.executemany(_LATEST, [(*_words(one, now), device) for device, one in told])


_SEEN: Final = "UPDATE sensors_device SET last_seen = %s WHERE id = %s"
_LATEST: Final = (
    "UPDATE sensors_device SET clock_offset = %s, battery = COALESCE(%s, battery), last_reading = %s"
    " WHERE (last_reading IS NULL OR last_reading <= %s) AND id = %s"
)


def _words(one: Checked, now: float) -> tuple[Any, ...]:
    last = connection.ops.adapt_datetimefield_value(moment(one.last))
    return one.last - now, _battery(one.readings), last, last


def _battery(readings: Readings) -> float | None:
    told = [pair for series in readings.of(Quantity.BATTERY) for pair in zip(series.times, series.values, strict=True)]
    return max(told)[1] if told else None
