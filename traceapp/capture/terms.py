"""Terms: what an event can be found by besides its goods and places, each as an 8-byte key under a role.

The index writes them and queries look them up, so both take them from here.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import lru_cache
from typing import Any

from traceapp.capture.models import KeyRole
from traceapp.capture.numbers import SENSOR, numbers_of
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import sensor_fields
from traceapp.epcis.extensions import Scalar, fields_of, full_name
from traceapp.epcis.identifiers import key
from traceapp.epcis.sensor_fields import any_form
from traceapp.epcis.vocabulary import one_form

Term = tuple[int, int]
"""(key, role)"""

TYPE = "type"

cached_key = lru_cache(maxsize=65536)(key)


def event_id(value: str) -> int:
    """An eventID is compared as it is."""
    return cached_key(value)


def typed(kind: str, identifier: str) -> int:
    """A source or destination with its type as a bare word."""
    return cached_key(f"{kind} {any_form(identifier)}")


def persistent(member: str, disposition: str) -> int:
    """A persistent disposition, `set` or `unset`."""
    return cached_key(f"{member} {disposition}")


def field(scope: str, name: str, *, inner: bool = False) -> int:
    """That a field stands in a part of the event at all."""
    return cached_key(f"{'INNER_' if inner else ''}{scope} {name}")


def value(scope: str, name: str, normal: str, *, inner: bool = False) -> int:
    """That it has this value (`normal`)."""
    return cached_key(f"{'INNER_' if inner else ''}{scope} {name} {normal}")


def normal(given: Scalar) -> str:
    """A value such that what is equal reads equal: 5 and 5.0, or one moment in two zones."""
    if isinstance(given, bool):
        return "s:true" if given else "s:false"
    if isinstance(given, int | float):
        return f"n:{float(given)!r}"
    if given[4:5] == "-" and "T" in given:
        try:
            return f"t:{parse_rfc3339(given).astimezone(UTC).isoformat()}"
        except ValueError:
            pass
    return f"s:{given}"


def terms_of(event: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[Term]:
    """Every term of an event; some may come twice."""
    yield event_id(event["eventID"]), KeyRole.EVENT_ID.value
    if ":" in event["type"]:
        for name in {event["type"], full_name(event["type"], prefixes)}:
            yield field(TYPE, name), KeyRole.FIELD.value
    if "transformationID" in event:
        yield cached_key(any_form(event["transformationID"])), KeyRole.TRANSFORMATION.value
    yield from _parties(event)
    yield from _persistent(event)
    yield from _declared(event)
    fields = list(fields_of(event, prefixes))
    for one in fields:
        for name in {one.name, one.written}:
            yield field(one.scope, name, inner=one.inner), KeyRole.FIELD.value
            if one.value is not None:
                yield value(one.scope, name, normal(one.value), inner=one.inner), KeyRole.VALUE.value
    if event.get("sensorElementList"):
        yield from _sensors(event)
    yield from numbers_of(event, fields)


def _parties(event: Mapping[str, Any]) -> Iterator[Term]:
    for member, name, role in (
        ("sourceList", "source", KeyRole.SOURCE.value),
        ("destinationList", "destination", KeyRole.DESTINATION.value),
    ):
        for entry in event.get(member) or ():
            yield typed(one_form("sourceOrDestination", entry["type"]), entry[name]), role


def _persistent(event: Mapping[str, Any]) -> Iterator[Term]:
    for member, dispositions in (event.get("persistentDisposition") or {}).items():
        for one in dispositions:
            yield persistent(member, one_form("disposition", one)), KeyRole.PERSISTENT.value


def _declared(event: Mapping[str, Any]) -> Iterator[Term]:
    declaration = event.get("errorDeclaration")
    if not declaration:
        return
    yield cached_key("errorDeclaration"), KeyRole.ERROR.value
    if declaration.get("reason"):
        yield cached_key(f"reason {one_form('errorReason', declaration['reason'])}"), KeyRole.ERROR.value
    for one in declaration.get("correctiveEventIDs") or ():
        yield cached_key(f"corrective {one}"), KeyRole.ERROR.value


def _sensors(event: Mapping[str, Any]) -> Iterator[Term]:
    yield field(SENSOR, "sensorElementList"), KeyRole.FIELD.value
    for name, text in sensor_fields.texts(event):
        yield value(SENSOR, name, text), KeyRole.VALUE.value
