"""What a sensor element of an event says of temperature: (time, °C) pairs. Pure.

`value` is a reading at the report's time. Of a report over a time, `minValue` and `maxValue` held at some moment of it
that nobody told: the span is judged as if they had held throughout, which errs on the side of the goods.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.sensor_fields import word

_CELSIUS: Final[dict[str, Callable[[float], float]]] = {
    "CEL": lambda value: value,
    "FAH": lambda value: (value - 32) / 1.8,
    "KEL": lambda value: value - 273.15,
    "A48": lambda value: (value - 491.67) / 1.8,
}


@dataclass(frozen=True)
class Report:
    """Temperatures from `start` to `end` (seconds since 1970). For a single reading both are its time."""

    start: float
    end: float
    least: float
    most: float
    device: str = ""
    method: str = ""


def reports_of(event: Mapping[str, Any]) -> Iterator[Report]:
    """Every temperature in a unit of temperature. Mere marks of an exception, and other quantities, say none."""
    for element in event.get("sensorElementList") or ():
        about = element.get("sensorMetadata") or {}
        for report in element.get("sensorReport") or ():
            if word("type", str(report.get("type", ""))) == "Temperature":
                yield from _read(report, about, event)


def _read(report: Mapping[str, Any], about: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[Report]:
    convert = _CELSIUS.get(str(report.get("uom", "")))
    values = [report[name] for name in ("value", "minValue", "maxValue", "meanValue") if _is_number(report.get(name))]
    if convert is None or not values:
        return
    both = {**about, **report}
    moment = both.get("time") or event["eventTime"]
    single = "value" in report
    start, end = (moment, moment) if single else (both.get("startTime") or moment, both.get("endTime") or moment)
    degrees = [convert(float(value)) for value in values]
    yield Report(
        parse_rfc3339(start).timestamp(),
        parse_rfc3339(end).timestamp(),
        min(degrees),
        max(degrees),
        str(both.get("deviceID") or ""),
        str(both.get("dataProcessingMethod") or ""),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
