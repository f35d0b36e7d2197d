"""Devices from a CSV: each cell read, every fault named at its line and column, and all of them registered or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from traceapp.accounts.models import Organisation, User
from traceapp.capture.cells import CellError, day, filled, shown
from traceapp.capture.csv_columns import Row, RowError, as_text, rows
from traceapp.sensors import devices
from traceapp.sensors.devices import Description
from traceapp.sensors.forms import description_errors
from traceapp.sensors.identity import IdentityError, giai_of, key_of
from traceapp.sensors.models import Device

MOST: Final = 1000
COLUMNS: Final = {
    "giai": ("giai", "8004", "asset"),
    "public_key": ("public_key", "public key", "key"),
    "name": ("name",),
    "model": ("model",),
    "calibrated_on": ("calibrated_on", "calibrated on"),
    "calibration_due": ("calibration_due", "calibration due"),
    "certificate": ("certificate",),
    "band_min": ("band_min", "keep above"),
    "band_max": ("band_max", "keep below"),
}
NEEDED: Final = ("giai", "public_key", "name")


@dataclass(frozen=True)
class Line:
    """A device as one row tells it."""

    giai: str
    public_key: bytes
    about: Description


@dataclass
class Sheet:
    """What a file holds: devices that can be registered, and what is wrong where."""

    lines: list[Line] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def read(raw: bytes, name: str, organisation: Organisation) -> Sheet:
    """Read a file. CsvRefused for what is no CSV of devices at all."""
    sheet = Sheet()
    seen: dict[object, int] = {}
    for row in rows(as_text(raw, name, latin=False), COLUMNS, needed=NEEDED, file=name):
        if isinstance(row, RowError):
            sheet.errors.append(row)
        elif len(sheet.lines) + len(sheet.errors) >= MOST:
            sheet.errors.append(RowError(row.line, "", f"At most {MOST:,} devices are taken at once: split the file."))
            break
        else:
            _take(row, sheet, seen, organisation)
    return sheet


def _take(row: Row, sheet: Sheet, seen: dict[object, int], organisation: Organisation) -> None:
    try:
        line = _line(row.cells)
        wrong = devices.why_not(organisation, line.giai, line.public_key)
        if wrong:
            raise CellError(*wrong)
        for column, value in (("giai", line.giai), ("public_key", line.public_key)):
            if value in seen:
                raise CellError(column, f"This is in line {seen[value]} already.")
            seen[value] = row.line
    except CellError as error:
        sheet.errors.append(RowError(row.line, error.column, error.why))
    else:
        sheet.lines.append(line)


def _line(cells: Mapping[str, str]) -> Line:
    try:
        giai = giai_of(cells["giai"])
    except IdentityError as error:
        raise CellError("giai", str(error)) from error
    try:
        public_key = key_of(cells["public_key"])
    except IdentityError as error:
        raise CellError("public_key", str(error)) from error
    told: dict[str, Any] = {"name": filled("name", cells["name"], at_most=100)}
    for column, most in (("model", 100), ("certificate", 200)):
        told[column] = filled(column, cells[column], at_most=most) if cells.get(column) else ""
    for column in ("calibrated_on", "calibration_due"):
        told[column] = _day(column, cells.get(column, ""))
    for column in ("band_min", "band_max"):
        told[column] = _degrees(column, cells.get(column, ""))
    for column, why in description_errors(told).items():
        raise CellError(column, why)
    return Line(giai, public_key, Description(**told))


def _day(column: str, text: str) -> date | None:
    return day(column, text) if text else None


def _degrees(column: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise CellError(column, f"{shown(text)} is no number; write it like 2 or -18.5.") from error
    if not value.is_finite() or not -273 <= value < 1000:
        raise CellError(column, f"{shown(text)} °C cannot be.")
    return value.quantize(Decimal("0.01"))


@transaction.atomic
def register(*, organisation: Organisation, by: User | None, lines: list[Line]) -> list[Device]:
    """All of them, or none. DeviceRefused."""
    return [
        devices.register(organisation=organisation, by=by, giai=one.giai, public_key=one.public_key, about=one.about)
        for one in lines
    ]
