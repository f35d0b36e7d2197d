"""Quantities and sensor readings: compared as numbers, with their units converted, and as words and times."""

import operator
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from traceapp.capture import numbers, terms
from traceapp.capture.models import KeyRole
from traceapp.epcis import sensor_fields
from traceapp.epcis.units import dimension, in_base
from traceapp.query import values
from traceapp.query.criteria import Criterion, Keys, LookUp
from traceapp.query.errors import QueryError
from traceapp.query.seen import SeenEvent
from traceapp.query.standard import uris

Compare = Callable[[Any, Any], bool]
COMPARISONS: dict[str, Compare] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
_SIZE = re.compile(r"(EQ|GT|GE|LT|LE)_(quantity|value|minValue|maxValue|meanValue|sDev|percRank|percValue)(?:_(.+))?")
_UNIT = re.compile(r"[A-Z0-9]{2,4}")
_WORD = re.compile(rf"EQ_({'|'.join(sorted(sensor_fields.TEXTS))})")
_TIME = re.compile(r"(EQ|GE|LT)_(time|startTime|endTime)")
SENSORS = frozenset({"sensorElementList"})
QUANTITIES = frozenset(numbers.QUANTITY_LISTS)


def measure(name: str, given: Any) -> Criterion | None:
    """The criterion of a parameter of these families; None if it is of another. QueryError for a wrong value."""
    if match := _SIZE.fullmatch(name):
        return _size(name, match[1], match[2], match[3], given)
    if match := _WORD.fullmatch(name):
        return _word(name, match[1], given)
    if match := _TIME.fullmatch(name):
        return _time(name, match[1], match[2], given)
    return None


def exists_sensors(name: str, given: Any) -> Criterion | None:
    """Any sensor element at all."""
    if not values.flag(name, given):
        return None
    key = terms.field(numbers.SENSOR, "sensorElementList")
    look_up = Keys(frozenset({key}), frozenset({KeyRole.FIELD.value}))
    return Criterion(name, SENSORS, lambda seen: bool(seen.event.get("sensorElementList")), (look_up,))


def _size(name: str, comparison: str, what: str, unit: str | None, given: Any) -> Criterion:
    if unit is not None and not _UNIT.fullmatch(unit):
        raise QueryError(name, f"{unit[:20]!r} is not a unit of UN/ECE Recommendation 20, such as KGM or CEL")
    bounds = values.numbers(name, given) if comparison == "EQ" else [values.number(name, given)]
    holds = _holds(COMPARISONS[comparison], what, unit, bounds)
    named = what if what == "quantity" else f"{numbers.SENSOR} {what}"
    if unit is None:
        look_ups = within(comparison, named, bounds)
    else:
        converted = [in_base(bound, unit, difference=what == "sDev") for bound in bounds]
        look_ups = within(comparison, numbers.sized(named, unit), converted)
    if what == "quantity":
        return Criterion(name, QUANTITIES, lambda seen: any(holds(*one) for one in seen.amounts()), look_ups)

    def test(seen: SeenEvent) -> bool:
        return any(member == what and holds(value, its) for member, value, its in sensor_fields.numbers(seen.event))

    return Criterion(name, SENSORS, test, look_ups)


def within(comparison: str, name: str, bounds: Iterable[numbers.Number]) -> tuple[LookUp, ...]:
    """The look-up of numbers under a name that compare so with any of the bounds."""
    ends = {"EQ": (True, True), "GT": (True, False), "GE": (True, False), "LT": (False, True), "LE": (False, True)}
    least, most = ends[comparison]
    spans = (numbers.span(name, bound if least else None, bound if most else None) for bound in bounds)
    return (Keys(spans=frozenset(spans)),)


def _holds(
    compare: Compare, what: str, unit: str | None, bounds: list[int | float]
) -> Callable[[int | float, str | None], bool]:
    """Without a unit plain numbers are compared; with one, whatever measures the same."""
    if unit is None:
        plain = [Fraction(str(bound)) for bound in bounds]
        return lambda value, _: any(compare(Fraction(str(value)), bound) for bound in plain)
    span = what == "sDev"
    wanted = dimension(unit)
    converted = [in_base(bound, unit, difference=span) for bound in bounds]
    return lambda value, its: (
        dimension(its) == wanted and any(compare(in_base(value, its, difference=span), one) for one in converted)
    )


def _word(name: str, member: str, given: Any) -> Criterion:
    if member == "booleanValue":
        wanted = frozenset({values.boolean(name, given)})
    elif member in sensor_fields.IDENTIFIERS:
        wanted = uris(name, given)
    else:
        wanted = frozenset(sensor_fields.word(member, one) for one in values.texts(name, given))

    def test(seen: SeenEvent) -> bool:
        return any(found == member and text in wanted for found, text in sensor_fields.texts(seen.event))

    keys = frozenset(terms.value(numbers.SENSOR, member, one) for one in wanted)
    return Criterion(name, SENSORS, test, (Keys(keys, frozenset({KeyRole.VALUE.value})),))


def _time(name: str, comparison: str, member: str, given: Any) -> Criterion:
    bound = values.time(name, given)
    compare = COMPARISONS[comparison]

    def test(seen: SeenEvent) -> bool:
        for found, text in sensor_fields.times(seen.event):
            moment = values.as_time(text) if found == member else None
            if moment is not None and compare(moment, bound):
                return True
        return False

    named = f"{numbers.SENSOR} {member}"
    return Criterion(name, SENSORS, test, within(comparison, named, [bound.timestamp()]))
