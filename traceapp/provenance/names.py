"""Names for the keys that verified events speak of: places and organisations, looked up in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass

from traceapp.accounts.models import Organisation
from traceapp.epcis import identifiers
from traceapp.masterdata.models import Location


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
    known = {one.gln: one for one in Location.objects.filter(gln__in=set(glns.values()))} if glns else {}
    return {uri: _place(known.get(gln), gln) for uri, gln in glns.items()}


def organisations(pglns: Iterable[str]) -> dict[str, str]:
    """Name by party GLN; who is not a member here stays out of the answer."""
    wanted = set(pglns)
    return dict(Organisation.objects.filter(pgln__in=wanted).values_list("pgln", "name")) if wanted else {}


def _gln(uri: str) -> str:
    try:
        parsed = identifiers.parse(identifiers.canonical(uri))
    except identifiers.IdentifierError:
        return ""
    return parsed.value if parsed and parsed.primary == "414" else ""


def _place(location: Location | None, gln: str) -> Place:
    if location is None:
        return Place(f"GLN {gln}")
    latitude, longitude = (None if one is None else float(one) for one in (location.latitude, location.longitude))
    return Place(location.name, location.city, location.country, location.timezone, latitude, longitude)
