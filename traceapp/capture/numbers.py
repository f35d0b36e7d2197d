"""Numbers as index keys that stand in their order: two bytes say what is counted, six begin the number.

So one index answers "is it this" and "is it more than this". A key is a little coarse (36 bits of the fraction are
kept, and two names may share their two bytes): what a span of keys finds holds all that is asked for, and rarely more.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from traceapp.capture.models import KeyRole
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import sensor_fields
from traceapp.epcis.digital_link import CANONICAL_DOMAIN
from traceapp.epcis.extensions import Field
from traceapp.epcis.identifiers import key
from traceapp.epcis.patterns import PREFIX_STARTS
from traceapp.epcis.scalars import as_number, as_time
from traceapp.epcis.units import dimension, in_base

Number: TypeAlias = int | float | Fraction
Term = tuple[int, int]

QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
SENSOR = "SENSOR"
DECLARED = "errorDeclaration declarationTime"
PREFIX_DIGITS = 12
_BEGINS = re.compile(r"[0-9]{0,12}")
_MAY_BE = frozenset("+-.0123456789")  # how a text begins that is a number or a moment
_SIGN = 1 << 63
_key = lru_cache(maxsize=65536)(key)
_BITS = 48


def sized(name: str, unit: str | None) -> str:
    """A quantity or sensor value by what its unit measures; its numbers are in the base unit of that."""
    return f"{name} in {dimension(unit)}"


def of_field(scope: str, name: str, kind: str, *, inner: bool) -> str:
    """A field of an extension as a `number` or as a `time`."""
    return f"{kind} {'INNER_' if inner else ''}{scope} {name}"


def at(name: str, number: Number) -> int:
    """The index key of a number under a name."""
    return _start(name) + _in_order(number)


def span(name: str, least: Number | None = None, most: Number | None = None) -> tuple[int, int]:
    """The first and the last key of numbers from `least` to `most`, both included; None is without end."""
    first = 0 if least is None else _in_order(least)
    last = (1 << _BITS) - 1 if most is None else _in_order(most)
    return _start(name) + first, _start(name) + last


def _start(name: str) -> int:
    return ((_key(name) & 0xFFFF) << _BITS) - _SIGN


def _in_order(number: Number) -> int:
    """The first six bytes of the double, so that a larger number never has the smaller integer."""
    try:
        value = float(number) + 0.0  # there is one zero
    except OverflowError:
        value = float("inf") if number > 0 else float("-inf")
    bits = int.from_bytes(struct.pack(">d", value))
    return (~bits & (2 * _SIGN - 1) if bits & _SIGN else bits | _SIGN) >> (64 - _BITS)


def numbers_of(event: Mapping[str, Any], fields: Iterable[Field]) -> Iterator[Term]:
    """Every number and moment of an event that a query may compare; some may come twice."""
    for name, number in _named(event):
        yield at(name, number), KeyRole.NUMBER.value
    for one in fields:
        for kind, number in _of_value(one.value):
            for name in {one.name, one.written}:
                yield at(of_field(one.scope, name, kind, inner=one.inner), number), KeyRole.NUMBER.value


def _named(event: Mapping[str, Any]) -> Iterator[tuple[str, Number]]:
    for member in QUANTITY_LISTS:
        for one in event.get(member) or ():
            if "quantity" in one:
                yield from _measured("quantity", one["quantity"], one.get("uom"))
    if event.get("sensorElementList"):
        for name, value, unit in sensor_fields.numbers(event):
            yield from _measured(f"{SENSOR} {name}", value, unit, difference=name == "sDev")
        for name, text in sensor_fields.times(event):
            yield f"{SENSOR} {name}", parse_rfc3339(text).timestamp()
    declaration = event.get("errorDeclaration")
    if declaration:
        yield DECLARED, parse_rfc3339(declaration["declarationTime"]).timestamp()


def _measured(
    name: str, value: int | float, unit: str | None, *, difference: bool = False
) -> Iterator[tuple[str, Number]]:
    """A plain number and, with a unit, what it measures."""
    yield name, value
    if unit is not None:
        yield sized(name, unit), in_base(value, unit, difference=difference)


def _of_value(value: object) -> Iterator[tuple[str, Number]]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield "number", value
    elif isinstance(value, str) and value[:1] in _MAY_BE:
        number, moment = as_number(value), as_time(value)
        if number is not None:
            yield "number", number
        if moment is not None:
            yield "time", moment.timestamp()


def prefixes_of(identifiers: Iterable[str]) -> Iterator[Term]:
    """Where goods stand among the numbers of company prefixes and references, by kind of key; each once."""
    found = set()
    for identifier in identifiers:
        primary, _, value = identifier.removeprefix(CANONICAL_DOMAIN)[1:].partition("/")
        start = PREFIX_STARTS.get(primary)
        if start is not None and identifier.startswith(CANONICAL_DOMAIN):
            found.add((primary, _digits(value[start : start + PREFIX_DIGITS])))
    for primary, digits in found:
        yield at(f"prefix {primary}", int(digits.ljust(PREFIX_DIGITS, "0"))), KeyRole.NUMBER.value


def span_of_prefix(primary: str, begins: str) -> tuple[int, int]:
    """The keys of goods whose number begins so, from the company prefix on."""
    digits = _digits(begins)
    least, most = (int(digits.ljust(PREFIX_DIGITS, filler)) for filler in "09")
    return span(f"prefix {primary}", least, most)


def _digits(text: str) -> str:
    match = _BEGINS.match(text)
    return match[0] if match else ""
