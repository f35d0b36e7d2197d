"""What a device measured, from verified bytes: the door for figures, charts and exports.

Messages on the ledger are hashed again for each answer; their readings are decoded once and kept (`blocks`). What does
not match the ledger gives no readings, and is told. What still waits for the ledger comes apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from traceapp.coldchain.blocks import KEPT, Kept, bodies
from traceapp.coldchain.calibration import Span, spans
from traceapp.ledger import shapes, verified
from traceapp.ledger.models import Record
from traceapp.ledger.rows import PENDING, Unverified
from traceapp.sensors.models import Device, Message

if TYPE_CHECKING:
    from traceapp.coldchain.gathered import Series

SHOWN: Final = KEPT
_PAGE: Final = 500


class Changed(NamedTuple):
    """A message that the ledger does not confirm, as the table of messages, which nobody vouches for, tells of it."""

    uid: UUID
    seq: int
    first: datetime
    last: datetime


@dataclass
class Measured:
    """Readings in order of time, in canonical units, by quantity: (seconds since 1970, values).

    `findings`: messages that the ledger does not confirm. `waiting`: messages not on it yet, and `pending` their
    readings. `distrusted`: messages of a key from when it was no longer to be trusted; they give no readings.
    `uncalibrated`: stretches after calibration was due; their readings count and are marked. `changed`: what is known
    of the messages of the findings. `records`: the verified messages' records, by pk.
    """

    series: dict[str, Series] = field(default_factory=dict)
    pending: dict[str, Series] = field(default_factory=dict)
    findings: list[Unverified] = field(default_factory=list)
    waiting: int = 0
    messages: int = 0
    distrusted: int = 0
    uncalibrated: list[Span] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    records: list[int] = field(default_factory=list)

    def of(self, quantity: str) -> Series:
        """One quantity; empty arrays where nothing was measured."""
        return self.series.get(quantity) or _joined([], (0.0, 0.0))


ALL: Final = Q()
_DISTRUSTED: Final = Q(key__revoked_from__isnull=False, last__gte=F("key__revoked_from"))


def measured(
    device: Device, since: datetime, until: datetime, quantities: Sequence[str] = SHOWN, *, pending: bool = True,
    which: Q = ALL,
) -> Measured:  # fmt: skip
    """Readings of a device with since <= time <= until; `which` of its messages, but for distrusted ones."""
    told = Message.objects.filter(which, key__device=device, last__gte=since, first__lte=until)
    ordered = told.exclude(_DISTRUSTED).order_by("first", "pk")
    rows = list(ordered.values_list("pk", "count", "out_of_calibration"))
    pks = [pk for pk, *_ in rows]
    found = Measured(distrusted=told.filter(_DISTRUSTED).count())
    found.messages = len(pks) + found.distrusted
    if any(marked for _, _, marked in rows):  # else no moments are read: of a year's messages they take long
        moments = ordered.values_list("first", "last", "out_of_calibration")
        found.uncalibrated = spans(moments, device.calibration_due)

    names, span = [str(one) for one in quantities], (since.timestamp(), until.timestamp())
    kept = Kept(device, names, room=sum(count for _, count, _ in rows))
    good = kept.unchanged(pks, since, until)
    waiting = _read([pk for pk in pks if pk not in good], kept, good, found.findings)
    found.changed = _changed([one.pk for one in found.findings if one.pk is not None])
    found.waiting = len(waiting)
    found.records = [pk for pk in pks if pk in good]
    found.series = {name: _joined([kept.series(name)], span) for name in names}
    if pending and waiting:
        found.pending = _unanchored(waiting, names, span)
    return found


def _read(pks: Sequence[int], kept: Kept, good: set[int], findings: list[Unverified]) -> list[int]:
    """Verify messages, a page at a time, and keep what they say. Adds to `good` and `findings`; returns what waits."""
    waiting: list[int] = []
    asked = set(pks)
    for start in range(0, len(pks), _PAGE):
        answer = verified.read(pks[start : start + _PAGE])
        kept.add(answer.verified)
        good.update(one.pk for one in answer.verified)
        beside = [one for one in answer.rivals if one.pk not in asked]
        findings += [one for one in (*answer.unverified, *beside) if one.state != PENDING]
        waiting += [one.pk for one in answer.unverified if one.state == PENDING and one.pk is not None]
    return waiting


def _changed(pks: Sequence[int]) -> list[Changed]:
    told = Message.objects.filter(pk__in=pks[:_PAGE], record__uid__isnull=False).order_by("first", "pk")
    return [Changed(*row) for row in told.values_list("record__uid", "seq", "first", "last")]


def _unanchored(pks: Sequence[int], names: Sequence[str], span: tuple[float, float]) -> dict[str, Series]:
    """Readings of messages that wait: from the stored bytes, which nobody has confirmed yet."""
    import numpy as np

    told: dict[str, list[Series]] = {name: [] for name in names}
    for start in range(0, len(pks), _PAGE):
        for stored in Record.objects.filter(pk__in=pks[start : start + _PAGE]).values_list("disclosures", flat=True):
            for name, body in bodies(shapes.opened(bytes(stored))["message"], names).items():
                both = np.frombuffer(body, dtype=np.float64)
                told[name].append((both[: both.size // 2], both[both.size // 2 :]))
    return {name: _joined(parts, span) for name, parts in told.items()}


def _joined(parts: Iterable[Series], span: tuple[float, float]) -> Series:
    """One series in order of time, cut to the span."""
    import numpy as np

    given = list(parts)
    if len(given) == 1:
        times, values = given[0]
    else:
        times, values = (np.concatenate([np.empty(0), *(one[part] for one in given)]) for part in (0, 1))
    if times.size and np.any(times[1:] < times[:-1]):
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
    inside = slice(int(np.searchsorted(times, span[0])), int(np.searchsorted(times, span[1], side="right")))
    return times[inside], values[inside]
