"""Bytes of an EPCIS document (JSON-LD or XML) to events that may be stored, or every reason why not, with its place."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from traceapp.capture.errors import CaptureRefused, DocumentTooLarge, Place
from traceapp.capture.models import EVENT_ID_LENGTH
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.parse import Document, EpcisError, ParsedEvent, parse_any

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock an event may be: what clocks of phones and scanners differ by. An event has happened."""


def read(body: bytes, *, form: str = "", one_by_one: bool = False) -> Document:
    """The document in JSON or XML (`form`; by its looks if empty), within the limits.

    CaptureRefused with all errors found, DocumentTooLarge beyond the limits. With `one_by_one`, errors of single events
    are told in the document instead.
    """
    check_size(len(body))
    if not body.strip():
        raise CaptureRefused([("", "The body is empty; an EPCISDocument is expected.")])
    try:
        document = parse_any(body, form=form, one_by_one=one_by_one)
    except EpcisError as error:
        raise CaptureRefused(places(error.errors)) from error
    count = len(document.events) + len({path.partition("]")[0] for path, _ in document.faults})
    if count or not vocabularies(document):
        check_count(count)
    return document


def vocabularies(document: Document) -> list[Any]:
    """The master data that a document's header carries."""
    header = document.raw.get("epcisHeader") or {}
    return list((header.get("epcisMasterData") or {}).get("vocabularyList") or ())


def check_size(size: int) -> None:
    """DocumentTooLarge if so many bytes are more than one document may have."""
    limit = settings.CAPTURE_MAX_BYTES
    if size > limit:
        why = f"The document has {size:,} bytes; at most {limit:,} are taken at once. Split it into several."
        raise DocumentTooLarge([("", why)])


def check_count(count: int) -> None:
    """CaptureRefused for no events, DocumentTooLarge for too many."""
    limit = settings.CAPTURE_MAX_EVENTS
    if not count:
        raise CaptureRefused([("eventList", "The list is empty; at least one event is expected.")])
    if count > limit:
        why = f"The document has {count:,} events; at most {limit:,} are taken at once. Split it into several."
        raise DocumentTooLarge([("eventList", why)])


def check_events(events: Sequence[ParsedEvent], *, now: datetime) -> None:
    """CaptureRefused for what the standard allows and we do not: a time to come, an endless event ID."""
    errors = [place for index, event in enumerate(events) for place in errors_of(event, f"eventList[{index}]", now)]
    if errors:
        raise CaptureRefused(errors)


def errors_of(event: ParsedEvent, path: str, now: datetime) -> Iterator[Place]:
    """What we refuse of an event that the standard allows."""
    if parse_rfc3339(event.raw["eventTime"]) > now + CLOCK_SKEW:
        given = event.raw["eventTime"]
        why = f"{given} is in the future (it is {now:%Y-%m-%dT%H:%M:%SZ} now); an event has already happened."
        yield f"{path}.eventTime", why
    if len(event.raw.get("eventID") or "") > EVENT_ID_LENGTH:
        yield f"{path}.eventID", f"An event ID has at most {EVENT_ID_LENGTH} characters."


def places(errors: Sequence[tuple[str, str]]) -> list[Place]:
    """Faults as sentences with their places."""
    return [(path, _sentence(why)) for path, why in errors]


def _sentence(why: str) -> str:
    why = why[:1].upper() + why[1:]
    return why if why.endswith((".", "!", "?")) else f"{why}."
