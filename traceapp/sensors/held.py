"""Good messages that could not be stored: remembered by this process until something can be, then counted once each.

Only their number is lost with the process. The messages are not: a device or the broker has each until it is taken.
"""

from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import Final

from django.db import DatabaseError, OperationalError, transaction

from traceapp.sensors import refusals
from traceapp.sensors.message import Reason, Refused
from traceapp.sensors.models import Device
from traceapp.sensors.outcomes import Checked

_MOST: Final = 10_000  # places that are remembered: a device that asks again is counted once
WHY: Final = "Nothing could be stored when it came: the server's disk was full, or its database away. It was to wait."
_lock = Lock()
_held: dict[tuple[int, int], Device] = {}


def note(checked: Iterable[Checked]) -> None:
    """These are good, and have to wait."""
    with _lock:
        for one in checked:
            if len(_held) < _MOST:
                _held.setdefault(one.place, one.key.device)


def count(now: datetime) -> None:
    """Something was stored: what had to wait until now is counted on its devices' pages."""
    if not _held:
        return
    with _lock:
        waited = dict(_held)
        _held.clear()
    try:
        with transaction.atomic():
            refusals.count([(device, Refused(Reason.STORE, WHY)) for device in waited.values()], now)
    except OperationalError:
        with _lock:
            _held.update(waited)
    except DatabaseError:  # one of the devices is gone
        return
