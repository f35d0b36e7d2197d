"""Messages in: each is checked by itself, then all good ones are stored and queued in one database transaction."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import IntegrityError, OperationalError

from traceapp.sensors import held, message, store
from traceapp.sensors.kinds import moment
from traceapp.sensors.message import CLOCK_AHEAD, Message, Reason, Refused
from traceapp.sensors.models import DeviceKey
from traceapp.sensors.outcomes import Checked, Refusals, Taken
from traceapp.sensors.senders import Owners, Senders
from traceapp.web import throttles

_PAGE: Final = 400
NOBODY: Final = Senders()


def take(compacts: Sequence[str], *, limited: bool = True, senders: Senders = NOBODY) -> list[Taken]:
    """Store and queue what can be, refuse the rest with reasons, and answer each in its order.

    Whatever is answered as taken is in the database, committed, with its leaf in the queue for the ledger.
    `limited`: no more of one key's messages than its rate; not for a broker, which lets a device through at its own.
    OperationalError: nothing can be stored now, and nothing was; what is good is counted as having had to wait.
    """
    now = time.time()
    refused: Refusals = {}
    checked = _checked(compacts, refused, now, senders, limited=limited)
    try:
        taken = _stored(checked, refused, now)
    except OperationalError:
        held.note(checked)
        raise
    held.count(moment(now))
    return [taken[position] for position in range(len(compacts))]


def _stored(checked: Sequence[Checked], refused: Refusals, now: float) -> Refusals:
    try:
        return store.store(checked, refused, now)
    except IntegrityError:  # another process took one of them meanwhile: now it is seen
        return store.store(checked, refused, now)


def _checked(
    compacts: Sequence[str], refused: Refusals, now: float, senders: Senders, *, limited: bool
) -> list[Checked]:
    """What is good in itself. No transaction is open: signatures take time."""
    read: list[tuple[int, Message]] = []
    unread: list[tuple[int, Refused]] = []
    for position, compact in enumerate(compacts):
        try:
            read.append((position, message.read(compact)))
        except Refused as error:
            unread.append((position, error))
    keys = keys_named([one.kid for _, one in read] + [why.kid for _, why in unread] + list(senders.accounts))
    owners = Owners(senders, keys)
    for position, why in unread:
        refused[position] = Taken(owners.of(position, why.kid), why.kid, refused=why)
    good: list[Checked] = []
    for position, one in read:
        try:
            good.append(_check(position, one, keys.get(one.kid), now))
        except Refused as error:
            refused[position] = Taken(owners.of(position, one.kid), one.kid, one.seq, refused=error)
    return _within_rates(good, refused) if limited else good


def _within_rates(good: Sequence[Checked], refused: Refusals) -> list[Checked]:
    """Counted once signatures are good, so that nobody else uses up what a device may send."""
    left: dict[str, int] = {}
    seconds = 0.0
    for kid, number in Counter(one.key.kid for one in good).items():
        left[kid], seconds = throttles.several("device", kid, number)
    kept: list[Checked] = []
    for one in good:
        kid = one.key.kid
        left[kid] -= 1
        if left[kid] >= 0:
            kept.append(one)
            continue
        why = f"This device sends too many messages. Send this one again in {seconds:.0f} seconds."
        refused[one.position] = Taken(one.key.device, kid, one.message.seq, refused=Refused(Reason.RATE, why, kid))
    return kept


def keys_named(kids: Iterable[str]) -> dict[str, DeviceKey]:
    """Keys, with device and organisation, by their kids; unknown ones are left out."""
    wanted = sorted({kid for kid in kids if kid})
    found: dict[str, DeviceKey] = {}
    for start in range(0, len(wanted), _PAGE):
        page = DeviceKey.objects.filter(kid__in=wanted[start : start + _PAGE])
        found.update((key.kid, key) for key in page.select_related("device__organisation"))
    return found


def _check(position: int, one: Message, key: DeviceKey | None, now: float) -> Checked:
    if key is None:
        why = f"No device here has a key {one.kid[:64]!r}. Register the device first."
        raise Refused(Reason.UNKNOWN_DEVICE, why, one.kid)
    if key.state == DeviceKey.State.REQUESTED:
        raise Refused(Reason.NOT_ACTIVE, "This key is not on the ledger yet. Send the message again later.", one.kid)
    if key.state == DeviceKey.State.REVOKED or key.stopped_at is not None:
        raise Refused(Reason.ENDED, f"The key {one.kid} was revoked. Give the device a new one.", one.kid)
    readings = message.check(one, bytes(key.public_key), now)
    first, last = readings.first, readings.last
    if key.ended_at is not None and last > key.ended_at.timestamp() + CLOCK_AHEAD:
        why = f"The key {one.kid} was replaced at {key.ended_at:%Y-%m-%d %H:%M} UTC, and a reading is later."
        raise Refused(Reason.ENDED, why, one.kid)
    digest = hashlib.sha256(one.compact.encode()).digest()
    return Checked(position, one, key, readings, first, last, digest)
