"""What a device's page says first: when it was last seen, its latest reading, its battery, its clock."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from traceapp.sensors.kinds import moment
from traceapp.sensors.models import Device
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
    for device, one in latest.items():
        row = Device.objects.filter(pk=device)
        told: dict[str, Any] = {"last_reading": moment(one.last), "clock_offset": one.last - now}
        battery = _battery(one.readings)
        if battery is not None:
            told["battery"] = battery
        newest = Q(last_reading=None) | Q(last_reading__lte=told["last_reading"])
        if not row.filter(newest).update(last_seen=moment(now), **told):
            row.update(last_seen=moment(now))


def _battery(readings: Readings) -> float | None:
    told = [pair for series in readings.of(Quantity.BATTERY) for pair in zip(series.times, series.values, strict=True)]
    return max(told)[1] if told else None
