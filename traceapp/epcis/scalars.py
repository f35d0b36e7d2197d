"""Texts that are numbers or moments, as extensions, master data and queries write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from traceapp.commitments.times import parse_rfc3339

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
MOST_DIGITS = 60


def as_number(text: str) -> int | float | None:
    """The number that a text is, or None. Whole ones stay whole, so that nothing is rounded away."""
    if len(text) > MOST_DIGITS or not _NUMBER.fullmatch(text):
        return None
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    if abs(exact) < Decimal(10) ** 30 and exact == exact.to_integral_value():
        return int(exact)
    found = float(exact)
    return found if math.isfinite(found) else None


def as_time(text: str) -> datetime | None:
    """The moment that a text is, a date being its beginning in UTC; or None."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        pass
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
