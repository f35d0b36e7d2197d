"""Bytes of an EPCIS 2.0 document (JSON-LD) to events that may be stored, or every reason why not, with its place."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from traceapp.capture.errors import CaptureRefused, DocumentTooLarge, Place
from traceapp.capture.models import EVENT_ID_LENGTH
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.parse import EpcisError, ParsedEvent, parse_document, parse_query_document

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock an event may be: what clocks of phones and scanners differ by. An event has happened."""

HEAD = 4096  # bytes of a document among which its type stands


def read(body: bytes) -> list[ParsedEvent]:
    """The events of a document. CaptureRefused with all errors found, DocumentTooLarge beyond the limits."""
    check_size(len(body))
    if not body.strip():
        raise CaptureRefused([("", "The body is empty; an EPCISDocument is expected.")])
    try:
        # Answers of another repository are taken too, as the standard asks.
        is_answer = b'"EPCISQueryDocument"' in body[:HEAD]
        events = (parse_query_document if is_answer else parse_document)(body).events
    except EpcisError as error:
        raise CaptureRefused(_places(error)) from error
    check_count(len(events))
    return list(events)


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
    latest = now + CLOCK_SKEW
    errors: list[Place] = []
    for index, event in enumerate(events):
        errors += _errors(event, f"eventList[{index}]", latest, now)
    if errors:
        raise CaptureRefused(errors)


def _errors(event: ParsedEvent, path: str, latest: datetime, now: datetime) -> Iterator[Place]:
    if parse_rfc3339(event.raw["eventTime"]) > latest:
        given = event.raw["eventTime"]
        why = f"{given} is in the future (it is {now:%Y-%m-%dT%H:%M:%SZ} now); an event has already happened."
        yield f"{path}.eventTime", why
    if len(event.raw.get("eventID") or "") > EVENT_ID_LENGTH:
        yield f"{path}.eventID", f"An event ID has at most {EVENT_ID_LENGTH} characters."


def _places(error: EpcisError) -> list[Place]:
    return [(path, _sentence(why)) for path, why in error.errors or [(error.path, error.why)]]


def _sentence(why: str) -> str:
    why = why[:1].upper() + why[1:]
    return why if why.endswith((".", "!", "?")) else f"{why}."
