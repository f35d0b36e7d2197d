"""HASATTR_ and EQATTR_: events whose place has master data of a kind, or with a value."""

import re
from collections.abc import Mapping
from typing import Any

from traceapp.epcis.identifiers import location
from traceapp.masterdata import vocabulary
from traceapp.masterdata.models import Location
from traceapp.query import values
from traceapp.query.criteria import Criterion
from traceapp.query.errors import QueryError, QueryTooComplex
from traceapp.query.standard import place

_NAME = re.compile(r"(HASATTR|EQATTR|EQ_ATTR)_(bizLocation|readPoint)(?:_(.+))?")
_FAMILY = re.compile(r"(HASATTR|EQATTR|EQ_ATTR)_.*")
_STARTS = ("urn:epcglobal:cbv:mda#", "urn:epcglobal:cbv:mda:", "cbvmda:")
ATTRIBUTES = {
    "name": "name",
    "city": "city",
    "countryCode": "country",
    "latitude": "latitude",
    "longitude": "longitude",
}
"""Attributes of places by their names in the CBV, and the column that holds them."""
MOST_PLACES = 2000


def attribute(name: str, given: Any, prefixes: Mapping[str, str], asker: int | None) -> Criterion | None:
    """The criterion of a parameter of these families; None for another one."""
    if not _FAMILY.fullmatch(name):
        return None
    match = _NAME.fullmatch(name)
    if match is None:
        raise QueryError(name, "master data is asked for by bizLocation or readPoint, such as HASATTR_bizLocation")
    family, field, attribute_name = match.groups()
    wanted = values.texts(name, given)
    if family == "HASATTR":
        if attribute_name:
            raise QueryError(name, "the attribute is the parameter's value")
        found = {one for attribute_name in wanted for one in _places(name, attribute_name, None, prefixes, asker)}
    else:
        if not attribute_name:
            raise QueryError(name, "the attribute is missing, such as EQATTR_bizLocation_cbvmda:city")
        found = _places(name, attribute_name, wanted, prefixes, asker)
    return place(name, field, frozenset(found), within=True)


def _places(
    name: str, attribute_name: str, wanted: list[str] | None, prefixes: Mapping[str, str], asker: int | None
) -> set[str]:
    """Places that have the attribute, or have it with one of these values: in the register of places, which all see, or
    in what the asker told of them."""
    told = vocabulary.having(asker, attribute_name, wanted, prefixes, MOST_PLACES + 1)
    found = {*map(location, _with_field(attribute_name, wanted)), *told}
    if len(found) > MOST_PLACES:
        raise QueryTooComplex(name, f"holds for more than {MOST_PLACES:,} places; ask for fewer")
    return found


def _with_field(attribute_name: str, wanted: list[str] | None) -> set[str]:
    for start in _STARTS:
        attribute_name = attribute_name.removeprefix(start)
    column = ATTRIBUTES.get(attribute_name)
    if column is None:
        return set()
    rows = Location.objects.exclude(**{f"{column}__isnull": True}).order_by("pk")
    rows = rows.filter(**{f"{column}__in": _typed(column, wanted)}) if wanted else rows
    if column in ("name", "city", "country"):
        rows = rows.exclude(**{column: ""})
    return set(rows.values_list("gln", flat=True)[: MOST_PLACES + 1])


def _typed(column: str, wanted: list[str]) -> list[Any]:
    if column not in ("latitude", "longitude"):
        return list(wanted)
    return [number for number in map(values.as_number, wanted) if number is not None]
