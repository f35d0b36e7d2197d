"""The messages in a request's body: one compact JWS, a JSON list of them, or one a line (NDJSON)."""

from typing import Final

import msgspec

_TEXT: Final = msgspec.json.Decoder(str)


class EnvelopeError(ValueError):
    """The body holds no messages; the text says what to send."""


def messages_in(body: bytes, most: int) -> tuple[list[str], bool]:
    """The messages of a body, at most `most`, and whether it was one alone. EnvelopeError.

    What each of them is, is not looked at: a bad one must not lose the good ones beside it.
    """
    text = body.decode("utf-8", "replace").strip()
    if not text:
        raise EnvelopeError("The body is empty. Send a compact JWS, a JSON list of them, or one a line.")
    listed = text.startswith("[")
    found = _listed(text) if listed else [_line(line) for line in text.splitlines() if line.strip()]
    if len(found) > most:
        raise EnvelopeError(f"The body holds {len(found):,} messages; {most:,} are the most. Split it into several.")
    return found, not listed and len(found) == 1


def _listed(text: str) -> list[str]:
    try:
        found = msgspec.json.decode(text, type=list)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise EnvelopeError(f"Not a JSON list of compact JWS: {error}.") from error
    if not found:
        raise EnvelopeError("The list is empty.")
    return [one if isinstance(one, str) else "" for one in found]


def _line(line: str) -> str:
    """A line of NDJSON is a JSON text; the bare token is taken as well."""
    line = line.strip()
    try:
        return _TEXT.decode(line)
    except msgspec.MsgspecError:
        return line
