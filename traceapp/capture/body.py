"""The body of a request to the capture interface: its bytes as sent, within the limits, and which form they are in."""

from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import UnsupportedMediaType

from traceapp.capture import documents
from traceapp.capture.errors import CaptureRefused, DocumentTooLarge

MOST_UNSEEN = 64 * 1024 * 1024  # bytes of a document too large that are read before it is refused
FORMS = {
    **dict.fromkeys(("application/json", "application/ld+json"), "json"),
    **dict.fromkeys(("application/xml", "text/xml"), "xml"),
    "": "",
}
"""Media types that are taken; without one, the body's looks decide."""


def body_of(request: HttpRequest) -> tuple[bytes, str]:
    """The bytes as sent, since what is hashed is what came, and their form. CaptureRefused, DocumentTooLarge."""
    media_type = (request.content_type or "").lower()
    if media_type not in FORMS:
        why = "Send EPCIS as application/json, application/ld+json, application/xml or text/xml."
        raise UnsupportedMediaType(media_type, why)
    return _bytes(request), FORMS[media_type]


def _bytes(request: HttpRequest) -> bytes:
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise CaptureRefused([("Content-Length", "This header must be a number.")]) from None
    if not size and request.META.get("wsgi.input_terminated"):
        return _of_unknown_length(request.META["wsgi.input"])
    try:
        documents.check_size(size)
    except DocumentTooLarge:
        _read_on(request)
        raise
    return request.body


def _of_unknown_length(stream: BinaryIO) -> bytes:
    """A body sent in chunks, without a Content-Length: Django would take it for an empty one."""
    body = stream.read(settings.CAPTURE_MAX_BYTES + 1)
    try:
        documents.check_size(len(body))
    except DocumentTooLarge as error:
        _read_on(stream)
        why = f"The document has more than {settings.CAPTURE_MAX_BYTES:,} bytes, the most that are taken at once."
        raise DocumentTooLarge([("", f"{why} Split it into several.")]) from error
    return body


def _read_on(stream: BinaryIO | HttpRequest) -> None:
    """Take in the rest unseen, within reason: a client that still sends when we hang up never reads our answer."""
    left = MOST_UNSEEN
    while left > 0 and (piece := stream.read(min(left, 1 << 20))):
        left -= len(piece)
