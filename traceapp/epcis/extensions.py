"""Extension fields of an event, wherever they stand: their full names and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from traceapp.epcis.context import STANDARD

Scalar: TypeAlias = str | int | float | bool


class Field(NamedTuple):
    """One field. `scope` is the part of the event it stands in, as query parameters name it; `inner` says that it
    lies inside another extension; `written` is its name as it stands there; `value` is None where it holds others."""

    scope: str
    inner: bool
    name: str
    written: str
    value: Scalar | None


EVENT, ILMD, ERROR_DECLARATION = "", "ILMD", "ERROR_DECLARATION"
READ_POINT, BIZ_LOCATION = "readPoint", "bizLocation"
SENSOR_ELEMENT, SENSOR_METADATA, SENSOR_REPORT = "SENSORELEMENT", "SENSORMETADATA", "SENSORREPORT"
SCOPES = (EVENT, ILMD, ERROR_DECLARATION, READ_POINT, BIZ_LOCATION, SENSOR_ELEMENT, SENSOR_METADATA, SENSOR_REPORT)


def full_name(name: str, prefixes: Mapping[str, str]) -> str:
    """The name with its prefix spelled out. `namespace#field`, as XML writes it, is the same name without `#`."""
    prefix, colon, rest = name.partition(":")
    if colon and not rest.startswith("//"):
        start = prefixes.get(prefix) or STANDARD.get(prefix)
        if start is not None:
            name = start + rest
    start, mark, local = name.rpartition("#")
    return start.rstrip("#") + local if mark else name


def fields_of(event: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[Field]:
    """Every extension field of an event, and those of its master data, with each of its values."""
    for scope, members in _parts(event):
        for name, value in members.items():
            if ":" in name:
                yield from _field(Field(scope, False, full_name(name, prefixes), name, None), value, prefixes)


def _parts(event: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield EVENT, event
    for scope, member in (
        (ILMD, "ilmd"),
        (ERROR_DECLARATION, "errorDeclaration"),
        (READ_POINT, "readPoint"),
        (BIZ_LOCATION, "bizLocation"),
    ):
        part = event.get(member)
        if isinstance(part, dict):
            yield scope, part
    for element in event.get("sensorElementList") or ():
        yield SENSOR_ELEMENT, element
        yield SENSOR_METADATA, element.get("sensorMetadata") or {}
        for report in element.get("sensorReport") or ():
            yield SENSOR_REPORT, report


def _field(here: Field, value: Any, prefixes: Mapping[str, str]) -> Iterator[Field]:
    """Documents are no deeper than a parser lets them be, so this is not either."""
    if isinstance(value, list):
        if not value:
            yield here
        for one in value:
            yield from _field(here, one, prefixes)
    elif isinstance(value, dict):
        plain = value.get("@value", value.get("@id"))
        yield here._replace(value=plain if isinstance(plain, Scalar) else None)
        for below, nested in value.items():
            if not below.startswith("@"):
                yield from _field(Field(here.scope, True, full_name(below, prefixes), below, None), nested, prefixes)
    else:
        yield here._replace(value=value)
