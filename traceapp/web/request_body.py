"""The bytes of a request as they were sent, within a limit, whether or not their number was told beforehand."""

from typing import BinaryIO, Final

from django.http import HttpRequest

MOST_UNSEEN: Final = 64 * 1024 * 1024
"""Bytes of a body too large that are taken in before it is refused."""


class LengthError(ValueError):
    """The Content-Length is no number."""


class BodyTooLarge(ValueError):
    """More bytes than are taken. `size` is None where it was not told."""

    def __init__(self, size: int | None) -> None:
        super().__init__("the body is too large")
        self.size = size


def read_body(request: HttpRequest, most: int) -> bytes:
    """The body, of at most `most` bytes. LengthError, BodyTooLarge."""
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise LengthError("Content-Length is no number") from None
    if not size and request.META.get("wsgi.input_terminated"):
        return _of_unknown_length(request.META["wsgi.input"], most)
    if size > most:
        _read_on(request)
        raise BodyTooLarge(size)
    return request.body


def _of_unknown_length(stream: BinaryIO, most: int) -> bytes:
    """A body sent in chunks, without a Content-Length: Django would take it for an empty one."""
    body = stream.read(most + 1)
    if len(body) > most:
        _read_on(stream)
        raise BodyTooLarge(None)
    return body


def _read_on(stream: BinaryIO | HttpRequest) -> None:
    """Take in the rest unseen, within reason: a client that still sends when we hang up never reads our answer."""
    left = MOST_UNSEEN
    while left > 0 and (piece := stream.read(min(left, 1 << 20))):
        left -= len(piece)
