"""The readings of one message for its page: from its stored bytes, as they were hashed for this answer."""

from itertools import islice
from typing import Any, Final

from traceapp.ledger import verified
from traceapp.ledger.models import Record
from traceapp.ledger.rows import PENDING
from traceapp.ledger.shapes import opened
from traceapp.sensors import senml
from traceapp.sensors.kinds import moment
from traceapp.sensors.message import payload_of
from traceapp.sensors.models import Message
from traceapp.sensors.units import CANONICAL, Quantity

SHOWN: Final = 500
UNITS: Final = {
    **CANONICAL,
    Quantity.TEMPERATURE: "°C",
    Quantity.HUMIDITY: "%",
    Quantity.ACCELERATION: "m/s²",
    Quantity.LATITUDE: "°",
    Quantity.LONGITUDE: "°",
    Quantity.BATTERY: "%",
}
"""As people write them."""


def readings_of(message: Message) -> dict[str, Any]:
    """`state` (a badge), `why`, and `rows` of (time, what, value, unit); none where the bytes do not match."""
    answer = verified.read([message.pk])
    if answer.verified:
        return {"state": "verified", "why": "", **_shown(answer.verified[0].body["message"])}
    one = answer.unverified[0]
    if one.state != PENDING:
        return {"state": one.state, "why": one.reason, "rows": [], "more": 0}
    stored = Record.objects.filter(pk=message.pk).values_list("disclosures", flat=True).get()
    return {"state": "pending", "why": one.reason, **_shown(opened(bytes(stored))["message"])}


def _shown(compact: str) -> dict[str, Any]:
    found = senml.readings(payload_of(compact))
    rows = sorted(
        (time, probe, value)
        for probe, series in found.series.items()
        for time, value in zip(series.times, series.values, strict=True)
    )
    first = [
        {"time": moment(time), "what": probe.quantity.value, "probe": probe.name, "value": value,
         "unit": UNITS[probe.quantity]}
        for time, probe, value in islice(rows, SHOWN)
    ]  # fmt: skip
    return {"rows": first, "more": max(0, len(rows) - SHOWN)}
