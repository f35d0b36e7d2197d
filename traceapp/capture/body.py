"""The body of a request to the capture interface: its bytes as sent, within the limits, and which form they are in."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import UnsupportedMediaType

from traceapp.capture import documents
from traceapp.capture.errors import CaptureRefused, DocumentTooLarge
from traceapp.web.request_body import BodyTooLarge, LengthError, read_body

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
        return read_body(request, settings.CAPTURE_MAX_BYTES)
    except LengthError:
        raise CaptureRefused([("Content-Length", "This header must be a number.")]) from None
    except BodyTooLarge as error:
        if error.size is not None:
            documents.check_size(error.size)
        why = f"The document has more than {settings.CAPTURE_MAX_BYTES:,} bytes, the most that are taken at once."
        raise DocumentTooLarge([("", f"{why} Split it into several.")]) from error
