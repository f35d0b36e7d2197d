"""The parameters of a query, from an address or a definition, to its criteria, order and limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from traceapp.epcis import context as contexts
from traceapp.epcis.extensions import full_name
from traceapp.query import families, masters, measures, standard, values
from traceapp.query.criteria import Criterion
from traceapp.query.errors import QueryError, QueryInvalid, QueryTooComplex

MOST_PARAMETERS = 100
MOST_CRITERIA_VALUES = 3000
ORDERS = ("eventTime", "recordTime")
SAME = {
    "GE_errorDeclaration_Time": "GE_errorDeclarationTime",
    "LT_errorDeclaration_Time": "LT_errorDeclarationTime",
    "EXISTS_sensorElementList": "EXISTS_sensorElement",
}
"""Spellings of the standard's schema for what its tables call otherwise."""

_LIMITS = ("orderBy", "orderDirection", "eventCountLimit", "maxEventCount")


@dataclass(frozen=True)
class Query:
    """A simple event query. `order_by` is empty, one of ORDERS or the full name of an extension field.

    `parameters` are as given, by name: what a page token and a definition keep.
    """

    criteria: tuple[Criterion, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    order_by: str = ""
    descending: bool = True
    first: int | None = None  # eventCountLimit
    most: int | None = None  # maxEventCount


def from_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters of an address. QueryError for one that comes twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise QueryError(name, "is given more than once; put several values into one, between |")
        found[name] = value
    return found


def query(
    parameters: Mapping[str, Any], prefixes: Mapping[str, str] | None = None, *, asker: int | None = None
) -> Query:
    """Read a query. QueryError names the parameter that is unknown, contradictory or has a wrong value.

    `asker`: the organisation whose own master data the query may go by; others' is not theirs to ask about.

    Values are texts with `|` between those of a list, or what the standard's query schema has.
    """
    if len(parameters) > MOST_PARAMETERS:
        raise QueryTooComplex("", f"a query has at most {MOST_PARAMETERS} parameters")
    known = dict(prefixes or {})
    given = dict(parameters)
    if "@context" in given:
        known |= _declared(given.pop("@context"))
    criteria: list[Criterion] = []
    met: dict[str, str] = {}
    for name, value in given.items():
        plain = SAME.get(name, name)
        if plain in met:
            raise QueryError(name, f"says the same as {met[plain]}; give one of the two")
        met[plain] = name
        if plain not in _LIMITS:
            found = _criterion(name, plain, value, known, asker)
            if found is not None:
                criteria.append(found)
    _bounded(given)
    return Query(tuple(criteria), dict(parameters), known, **_limits(given, known))


def _declared(context: Any) -> dict[str, str]:
    prefixes, faults = contexts.resolve(context, contexts.STANDARD)
    if faults:
        raise QueryInvalid(f"@context{faults[0][0]}", faults[0][1])
    return prefixes


def _criterion(name: str, plain: str, value: Any, prefixes: Mapping[str, str], asker: int | None) -> Criterion | None:
    make = standard.NAMED.get(plain)
    if make is not None:
        return make(name, value)
    if plain in standard.WITHIN:
        return standard.within(name, value, standard.WITHIN[plain], asker)
    if plain == "eventType":
        return standard.event_type(name, value, prefixes)
    if plain == "EXISTS_sensorElement":
        return measures.exists_sensors(name, value)
    found = measures.measure(name, value) or families.listed(name, value)
    found = found or masters.attribute(name, value, prefixes, asker)
    if found is not None:
        return found
    if not families.is_extension(name):
        raise QueryError(name, "is not a parameter of a simple event query")
    return families.extension(name, value, prefixes)


def _bounded(given: Mapping[str, Any]) -> None:
    count = sum(value.count("|") + 1 if isinstance(value, str) else _size(value) for value in given.values())
    if count > MOST_CRITERIA_VALUES:
        raise QueryTooComplex("", f"a query has at most {MOST_CRITERIA_VALUES:,} values")


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


def _limits(given: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "orderBy" in given:
        found["order_by"] = _order(values.one("orderBy", given["orderBy"]), prefixes)
    if "orderDirection" in given:
        direction = values.one("orderDirection", given["orderDirection"])
        if direction not in ("ASC", "DESC"):
            raise QueryError("orderDirection", f"{direction[:20]!r} is neither ASC nor DESC")
        found["descending"] = direction == "DESC"
    if "eventCountLimit" in given:
        found["first"] = values.count("eventCountLimit", given["eventCountLimit"])
        if "maxEventCount" in given:
            raise QueryError("eventCountLimit", "and maxEventCount exclude each other")
        if "orderBy" not in given:
            raise QueryError("eventCountLimit", "needs orderBy, which says which events are the first")
    if "maxEventCount" in given:
        found["most"] = values.count("maxEventCount", given["maxEventCount"])
    return found


def _order(name: str, prefixes: Mapping[str, str]) -> str:
    if name in ORDERS:
        return name
    if ":" not in name:
        raise QueryError("orderBy", f"{name[:40]!r} is not {' or '.join(ORDERS)}, nor the full name of an extension")
    return full_name(name, prefixes)
