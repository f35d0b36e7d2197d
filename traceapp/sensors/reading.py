"""The door to readings: of one device and quantity, from messages whose stored bytes were hashed for this answer.

Charts, legs and exports read here. What the ledger has not confirmed yet comes apart from what it has, and what does
not match it any more is named instead of being read. numpy is imported at the first reading, never at the web's start.
"""

from __future__ import annotations

import binascii
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from traceapp.ledger import verified
from traceapp.ledger.models import Record
from traceapp.ledger.rows import PENDING, Unverified
from traceapp.ledger.shapes import opened
from traceapp.sensors import senml
from traceapp.sensors.kinds import moment
from traceapp.sensors.models import Device, Message
from traceapp.sensors.units import Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAGE: Final = 500
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True)
class Arrays:
    """Readings in order of time: seconds since 1970 (UTC), values in the quantity's canonical unit, float64 each."""

    times: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """A message that readings came from. `batch` is its batch's id; `pk` its record's."""

    pk: int
    kid: str
    seq: int
    first: float
    last: float
    batch: str
    out_of_calibration: bool


@dataclass(frozen=True)
class Answer:
    """Readings in [from, to]: `verified` by the ledger, and `pending`, which it has not confirmed yet.

    `probes` are the names found. `sources` are the verified messages in order of their first reading; `damaged` are
    messages that do not match the ledger or cannot be read, of which nothing is in the arrays.
    """

    verified: Arrays
    pending: Arrays
    probes: tuple[str, ...] = ()
    sources: list[Source] = field(default_factory=list)
    damaged: list[Unverified] = field(default_factory=list)


@dataclass
class _Heap:
    """Readings as they are found."""

    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def sorted(self, start: float, end: float) -> Arrays:
        import numpy as np

        times, values = np.frombuffer(self.times), np.frombuffer(self.values)
        inside = (times >= start) & (times <= end)
        times, values = times[inside], values[inside]
        order = np.argsort(times, kind="stable")
        return Arrays(times[order], values[order])


def readings(device: Device, quantity: Quantity, start: float, end: float, *, probe: str | None = None) -> Answer:
    """All readings of a device from `start` to `end` (seconds since 1970, UTC, both included).

    `probe`: only those under this name; without, those of all probes together.
    """
    rows = _messages(device, start, end)
    good, waiting, names = _Heap(), _Heap(), set[str]()
    sources: list[Source] = []
    damaged: list[Unverified] = []
    for at in range(0, len(rows), _PAGE):
        page = {row.pk: row for row in rows[at : at + _PAGE]}
        answer = verified.read(list(page))
        for one in answer.verified:
            _gather(one.body["message"], quantity, probe, good, names)
            sources.append(_source(page[one.pk], one.batch_id))
        pending = [one.pk for one in answer.unverified if one.state == PENDING and one.pk is not None]
        for message in _pending(pending):
            _gather(message, quantity, probe, waiting, names)
        damaged += [one for one in answer.unverified if one.state != PENDING]
    return Answer(good.sorted(start, end), waiting.sorted(start, end), tuple(sorted(names)), sources, damaged)


def _messages(device: Device, start: float, end: float) -> list[Message]:
    found = Message.objects.filter(key__device=device, first__lte=moment(end), last__gte=moment(start))
    return list(found.select_related("key").order_by("first", "pk"))


def _source(row: Message, batch: str) -> Source:
    first, last = row.first.timestamp(), row.last.timestamp()
    return Source(row.pk, row.key.kid, row.seq, first, last, batch, row.out_of_calibration)


def _pending(pks: Sequence[int]) -> Iterator[str]:
    """The messages of records that wait for the ledger, as they were accepted."""
    for stored in Record.objects.filter(pk__in=pks).values_list("disclosures", flat=True):
        yield opened(bytes(stored))["message"]


def _gather(compact: str, quantity: Quantity, probe: str | None, into: _Heap, names: set[str]) -> None:
    for found, series in senml.readings(payload_of(compact)).series.items():
        if found.quantity == quantity:
            names.add(found.name)
            if probe is None or found.name == probe:
                into.times.extend(series.times)
                into.values.extend(series.values)


def payload_of(compact: str) -> bytes:
    """The payload of a message whose form was checked when it came in."""
    middle = compact[compact.index(".") + 1 : compact.rindex(".")]
    return binascii.a2b_base64(middle.encode().translate(_URL_SAFE) + b"==")
