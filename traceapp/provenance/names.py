"""Names for the keys that verified events speak of: places and organisations, looked up in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from traceapp.accounts.models import Organisation
from traceapp.epcis import identifiers
from traceapp.masterdata.models import Location
from traceapp.web import prepared


@dataclass(frozen=True)
class Place:
    """Where something happened, as far as we know the place."""

    name: str
    city: str = ""
    country: str = ""
    timezone: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def short(self) -> str:
        """For a step's title: the town says more to a stranger than the name of a hall."""
        return self.city or self.name

    @property
    def full(self) -> str:
        return ", ".join(part for part in (self.name, self.city, self.country) if part)


def places(uris: Iterable[str]) -> dict[str, Place]:
    """Place by the identifier used in an event. An unknown GLN is shown as such, any other identifier as it is."""
    glns = {uri: gln for uri in set(uris) if (gln := _gln(uri))}
    known = {gln: told for gln, *told in prepared.rows("places", _located, sorted(set(glns.values())))} if glns else {}
    return {uri: _place(known.get(gln), gln) for uri, gln in glns.items()}


def organisations(pglns: Iterable[str]) -> dict[str, str]:
    """Name by party GLN; who is not a member here stays out of the answer."""
    wanted = set(pglns)
    return dict(prepared.rows("firms", _named, sorted(wanted))) if wanted else {}


def _located(glns: Sequence[str]) -> "QuerySet[Location, Any]":
    columns = ("gln", "name", "city", "country", "timezone", "latitude", "longitude")
    return Location.objects.filter(gln__in=glns).values_list(*columns)


def _named(pglns: Sequence[str]) -> "QuerySet[Organisation, Any]":
    return Organisation.objects.filter(pgln__in=pglns).values_list("pgln", "name")


def _gln(uri: str) -> str:
    try:
        parsed = identifiers.parse(identifiers.canonical(uri))
    except identifiers.IdentifierError:
        return ""
    return parsed.value if parsed and parsed.primary == "414" else ""


def _place(told: Sequence[Any] | None, gln: str) -> Place:
    if told is None:
        return Place(f"GLN {gln}")
    *words, latitude, longitude = told
    return Place(*words, *(None if one is None else float(one) for one in (latitude, longitude)))
