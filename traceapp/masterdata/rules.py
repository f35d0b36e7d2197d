"""What must hold of master data, as sentences. Forms and the API ask the same rules."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import IdentifierError

Errors = dict[str, str]


def lot_errors(gtin: str, number: str) -> Errors:
    """A lot number is 1 to 20 characters of GS1's set (AI 10); the identifier itself says what is wrong."""
    try:
        identifiers.lot(gtin, number)
    except IdentifierError as error:
        return {"number": str(error)}
    return {}


def product_errors(values: Mapping[str, Any]) -> Errors:
    low, high = values.get("storage_min_c"), values.get("storage_max_c")
    if low is not None and high is not None and low > high:
        return {"storage_max_c": f"Keep below {high} °C is colder than keep above {low} °C. Exchange the two."}
    return {}


def location_errors(values: Mapping[str, Any]) -> Errors:
    errors: Errors = {}
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if (latitude is None) != (longitude is None):
        errors["longitude" if longitude is None else "latitude"] = "Give both latitude and longitude, or neither."
    if latitude is not None and not -90 <= latitude <= 90:
        errors["latitude"] = "Latitude lies between -90 and 90."
    if longitude is not None and not -180 <= longitude <= 180:
        errors["longitude"] = "Longitude lies between -180 and 180."
    if not _is_zone(str(values.get("timezone", "UTC"))):
        errors["timezone"] = f"There is no time zone {values['timezone']!r}. Write it as Europe/Berlin or UTC."
    return errors


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
