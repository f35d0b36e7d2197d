"""Step 1 for a record: its disclosures are well-formed, fit together, and show what must always be shown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.commitments import disclosures
from traceapp.commitments.canonical import Json, canonical, parse_strict
from traceapp.verifier import shape
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.shape import ShapeError

_SALT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)  # 16 bytes: the last character has two bits
_BODIES: Final = {"epcis": "event", "sensor": "message", "forecast": "statement", "model": "statement"}
_ALWAYS: Final = ("kind", "recordedBy", "recordTime")
_EVENT_TEXTS: Final = ("type", "eventID", "eventTime", "action")
_WITHOUT_ACTION: Final = "TransformationEvent"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A record as far as it is shown, how many of its parts are hidden, and the leaf that commits to all of them."""

    record: Mapping[str, Json]
    hidden: int
    leaf: bytes

    @property
    def kind(self) -> str:
        return str(self.record["kind"])

    @property
    def recorded_by(self) -> str:
        return str(self.record["recordedBy"])


def read_parts(value: object) -> tuple[list[str], list[bytes]]:
    """The `record` member of a bundle: disclosures still unread, and hidden digests; ShapeError."""
    named = shape.members(value, "record", ("disclosures", "hidden"))
    shown = shape.items(named["disclosures"], "record.disclosures")
    hidden = shape.items(named["hidden"], "record.hidden")
    return (
        [shape.text(one, f"record.disclosures[{n}]") for n, one in enumerate(shown)],
        [shape.hexadecimal(one, f"record.hidden[{n}]", 32) for n, one in enumerate(hidden)],
    )


def read_record(shown: Sequence[str], hidden: Sequence[bytes]) -> Disclosed:
    """The record that disclosures make; ShapeError, StrictJsonError, DisclosureError, or NotVerified `incomplete`."""
    texts = [_disclosure(one, f"record.disclosures[{n}]") for n, one in enumerate(shown)]
    digests = [disclosures.digest(one) for one in texts] + list(hidden)
    # the same part twice, or shown and hidden at once, would make the number of hidden parts a lie
    if len(set(digests)) != len(digests):
        raise ShapeError("record: a digest is given more than once")
    record = disclosures.assemble(texts)
    check_members(record)
    return Disclosed(record, len(hidden), disclosures.leaf(digests))


def check_members(record: Mapping[str, Json]) -> None:
    """Refuse a record that hides what must be shown, or has parts that its kind does not."""
    _present(record, _ALWAYS, "")
    for name in _ALWAYS:
        shape.text(record[name], f"/{name}")
    body = _BODIES.get(str(record["kind"]))
    if body is None:
        raise ShapeError("/kind: not a known kind of record")
    shape.members(record, "record", _ALWAYS, ("context", "event") if body == "event" else (body,))
    if body == "event":
        _check_event(record)


def _check_event(record: Mapping[str, Json]) -> None:
    _present(record, ("event",), "")
    event = record["event"]
    if not isinstance(event, dict):
        raise ShapeError("/event: not an object")
    without = event.get("type") == _WITHOUT_ACTION
    texts: Sequence[str] = _EVENT_TEXTS[:-1] if without else _EVENT_TEXTS
    _present(event, (*texts, "errorDeclaration"), "/event")
    for name in texts:
        shape.text(event[name], f"/event/{name}")


def _present(value: Mapping[str, Json], names: Sequence[str], path: str) -> None:
    for name in names:
        if name not in value:
            raise NotVerified(Reason.INCOMPLETE, 1, f"{path}/{name} is not disclosed")


def _disclosure(value: str, path: str) -> bytes:
    data = value.encode()
    parts = parse_strict(data)
    if canonical(parts) != data:
        raise ShapeError(f"{path}: not RFC 8785")
    if not isinstance(parts, list) or len(parts) != 3:
        raise ShapeError(f"{path}: not a salt, a pointer and a value")
    if not _SALT.fullmatch(shape.text(parts[0], path)):
        raise ShapeError(f"{path}: the salt is not 16 bytes in base64url")
    shape.text(parts[1], path)
    return data
