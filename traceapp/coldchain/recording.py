"""Putting legs on the ledger, piece by piece: device, time, messages, and the figures that anybody with the messages
can work out again. A piece of a shipment's way is recorded for the shipment, by the band of its terms.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from traceapp.coldchain import arguments, events
from traceapp.coldchain.arguments import RecordingError
from traceapp.coldchain.carriages import Carried, carried_by, may_leave_until
from traceapp.coldchain.completeness import is_complete, patience_ends
from traceapp.coldchain.judging import judge
from traceapp.coldchain.models import LedgerLeg, Leg
from traceapp.coldchain.pieces import LONGEST, KeySpan, Piece, Stretch, pieces
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call
from traceapp.sensors.models import Device
from traceapp.sensors.units import Quantity

__all__ = ["RecordingError", "record", "record_due"]

AGAIN: Final = timedelta(seconds=20)  # what waits is looked at again after so long, or what is left until its time
_LATER: Final = timedelta(minutes=10)
_AT_ONCE: Final = 200
_KEYLESS: Final = "No key of the logger was to be trusted for a part of it, which is not recorded."
_BEFORE: Final = "The logger's key was registered later than this: the ledger takes no legs from before that."
log = logging.getLogger(__name__)


def record_due(now: datetime) -> int:
    """Send what is ready of the legs that are due to be looked at. Returns how many pieces."""
    due = Leg.objects.filter(superseded=None, record_due__lte=now).order_by("record_due", "pk")
    sent = 0
    for pk in due.values_list("pk", flat=True)[:_AT_ONCE]:
        for step in (_look_at, _tell):
            try:
                sent += step(pk, now)
            except Exception:  # one leg's fault must not stop the others
                log.exception("Leg %s cannot be recorded.", pk)
                Leg.objects.filter(pk=pk).update(record_due=now + _LATER)
    return sent


@transaction.atomic
def record(*, leg: Leg) -> int:
    """Send what has ended of a leg, without waiting for messages that may still come. RecordingError says what hinders.

    Returns how many pieces were sent.
    """
    leg, now = _locked(leg.pk), timezone.now()
    left = _left(leg, now)
    if not left and leg.pieces.exists():
        raise RecordingError("This leg was sent to the ledger already.")
    if not left:
        raise RecordingError("Only a leg that has ended can be recorded.")
    with_key = [(piece, carried) for piece, carried in left if piece.kid]
    if not with_key:
        raise RecordingError(_why_keyless(leg.device, left[0][0]))
    for piece, carried in with_key:
        _send(leg, piece, carried)
    leg.record_due, leg.why_waiting = now, ""
    leg.save(update_fields=["record_due", "why_waiting"])
    return len(with_key)


@transaction.atomic
def _look_at(pk: int, now: datetime) -> int:
    leg = _locked(pk)
    waits, why, sent = list[datetime](), "", 0
    for piece, carried in _left(leg, now):
        if not piece.kid:
            why = _why_keyless(leg.device, piece)
            continue
        until = _waits_until(leg.device, piece, carried, now)
        if until is None:
            try:
                _send(leg, piece, carried)
                sent += 1
                continue
            except RecordingError as error:
                why, until = str(error), now + AGAIN
        waits.append(until)
    waits += _others(leg, now)
    Leg.objects.filter(pk=pk).update(record_due=min(waits, default=None), why_waiting=why)
    return sent


@transaction.atomic
def _tell(pk: int, now: datetime) -> int:
    """Tell the figures of a leg as an event, once, when it has ended and nothing of it waits to be sent."""
    leg = _locked(pk)
    if leg.ended is None or leg.published or any(piece.kid for piece, _ in _left(leg, now)):
        return 0
    judged = judge(leg, now, quantities=(Quantity.TEMPERATURE,))
    if judged.measured.waiting or judged.measured.findings:
        Leg.objects.filter(pk=pk).update(record_due=min(leg.record_due or now + _LATER, now + _LATER))
        return 0
    events.publish(judged)
    Leg.objects.filter(pk=pk).update(published=True)
    return 0


def _locked(pk: int) -> Leg:
    return Leg.objects.select_for_update(of=("self",)).select_related("device", "organisation").get(pk=pk)


def _others(leg: Leg, now: datetime) -> list[datetime]:
    """When to look again whatever is left: while something is under way, and when an open leg gets too long."""
    ids = list(leg.pieces.values_list("call_id", flat=True))
    under_way = _calls(ids).exclude(state__in=(Call.State.VALID, Call.State.INVALID)).exists()
    too_long = [] if leg.ended is not None else [max(now + _LATER, leg.began + LONGEST)]
    return too_long + ([now + AGAIN] if under_way else [])


def _left(leg: Leg, now: datetime) -> list[tuple[Piece, Carried | None]]:
    """Pieces that have ended and were not sent, or were refused for a reason that is over."""
    carried = {one.carriage.shipment: one for one in carried_by(leg.device, leg.goods, now)}
    sent = LedgerLeg.objects.filter(device=leg.device, ended__gt=leg.began, began__lt=leg.ended or now)
    called = _calls([one.call_id for one in sent])
    refused = set(called.filter(state=Call.State.INVALID).values_list("call_id", flat=True))
    taken: list[Stretch] = [(one.began, one.ended) for one in sent if one.call_id not in refused]
    before = {(one.began, one.ended, one.kid, one.shipment) for one in sent if one.call_id in refused}
    found = pieces(
        (leg.began, leg.ended), now, key_spans(leg.device), [one.carriage for one in carried.values()], taken
    )
    return [
        (one, carried.get(one.shipment)) for one in found if (one.began, one.ended, one.kid, one.shipment) not in before
    ]


def key_spans(device: Device) -> list[KeySpan]:
    """When each key of a device counts: from its registration until it was replaced or is not to be trusted."""
    found = []
    for key in device.keys.exclude(active_from=None):
        ends = [one for one in (key.ended_at, key.revoked_from) if one is not None]
        assert key.active_from is not None
        found.append(KeySpan(key.kid, key.active_from, min(ends, default=None)))
    return found


def _why_keyless(device: Device, piece: Piece) -> str:
    since = min((one.since for one in key_spans(device)), default=None)
    return _BEFORE if since is not None and piece.began < since else _KEYLESS


def _waits_until(device: Device, piece: Piece, carried: Carried | None, now: datetime) -> datetime | None:
    """When to look at a piece again; None if it is to be sent now."""
    may_leave = None if carried else may_leave_until(device, piece.ended)
    if may_leave is not None and may_leave > now:
        return min(may_leave, now + _LATER)
    if is_complete(device, piece):
        return None
    until = patience_ends(piece, carried)
    if until is None:
        return now + _LATER
    return None if until <= now else min(until, now + AGAIN)


def _send(leg: Leg, piece: Piece, carried: Carried | None) -> None:
    ready = arguments.made(leg, piece, arguments.ruler_of(leg, carried.band if carried else None))
    calls.request(organisation=leg.organisation, role="recorder", function="record_leg", argument=ready.argument)
    ready.row.save()


def _calls(ids: Sequence[str]) -> QuerySet[Call]:
    return Call.objects.filter(function="record_leg", call_id__in=ids)
