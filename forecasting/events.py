"""What forecasting reads from the body of a verified EPCIS record. Pure; plain dictionaries in, plain values out."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from traceapp.epcis.identifiers import IdentifierError, canonical, parse
from traceapp.epcis.vocabulary import VocabularyError, bare

VOCABULARY = "https://traceapp.example/voc/"


@lru_cache(maxsize=65536)
def product_of(uri: str) -> str:
    """The GTIN of a class, lot or item; the canonical URI itself for what has none; empty for no identifier at all."""
    return _key(uri, "01")


@lru_cache(maxsize=65536)
def place_of(uri: str) -> str:
    """The GLN of a place (with its extension after a dot, if any); the URI itself for somebody's own."""
    return _key(uri, "414")


def _key(uri: str, primary: str) -> str:
    try:
        whole = canonical(uri)
    except IdentifierError:
        return ""
    gs1 = parse(whole)
    if gs1 is None or gs1.primary != primary:
        return whole
    extension = dict(gs1.qualifiers).get("254")
    return f"{gs1.value}.{extension}" if primary == "414" and extension else gs1.value


@lru_cache(maxsize=1024)
def step_of(value: str | None) -> str:
    """The bare word of a business step; empty for none or for a word that is no URI."""
    try:
        return bare("bizStep", value) if value else ""
    except VocabularyError:
        return ""


@lru_cache(maxsize=256)
def _offset(text: str) -> timezone:
    sign = -1 if text.startswith("-") else 1
    hours, _, minutes = text.lstrip("+-").partition(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))


def moment(text: str) -> datetime:
    """A point in time; a date alone is its midnight in UTC. ValueError for anything else."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def local_day(event: Mapping[str, Any]) -> date:
    """The day on the clock of the place where it happened. KeyError or ValueError without a usable time."""
    return moment(event["eventTime"]).astimezone(_offset(event.get("eventTimeZoneOffset") or "+00:00")).date()


def extension(body: Mapping[str, Any], name: str) -> Any:
    """An extension field of our vocabulary, under whatever prefix the sender declared for it; None where absent."""
    event = body["event"]
    context = body.get("context") or {"traceapp": VOCABULARY}
    for prefix, uri in context.items():
        if uri == VOCABULARY and (value := event.get(f"{prefix}:{name}")) is not None:
            return value
    return event.get(VOCABULARY + name)


def is_declaration(event: Mapping[str, Any]) -> bool:
    """Whether the event declares an earlier one with the same eventID wrong."""
    return event.get("errorDeclaration") is not None


def declared_on(event: Mapping[str, Any]) -> date:
    """The day of an error declaration, in UTC; the first of all days where it has no usable time, so that it counts."""
    try:
        return moment(event["errorDeclaration"]["declarationTime"]).astimezone(UTC).date()
    except (KeyError, TypeError, ValueError):
        return date.min


def recorded_on(body: Mapping[str, Any]) -> date | None:
    """The day an import says a fact was written down. None where it says nothing: then the event's own day counts."""
    value = extension(body, "recorded")
    try:
        return moment(str(value)).date() if value else None
    except ValueError:
        return None
