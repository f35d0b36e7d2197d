"""Cutting the legs of a device anew from its events, and keeping the rows in step."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from traceapp.coldchain import events
from traceapp.coldchain.facts import facts_of
from traceapp.coldchain.models import Leg
from traceapp.coldchain.ties import Span, cut
from traceapp.epcis import identifiers
from traceapp.sensors.models import Device


@transaction.atomic
def recut(device: Device) -> list[Leg]:
    """Make the rows of a device what its events say now. Late events and corrections come to count here.

    A leg that is on the ledger for longer than it was stays there as it was recorded: its row is superseded, and
    another stands for what is known now.
    """
    Device.objects.select_for_update().get(pk=device.pk)  # two workers must not cut the same device at once
    spans = {(span.goods, span.began): span for span in cut(facts_of(device))}
    kept: list[Leg] = []
    for leg in Leg.objects.filter(device=device, superseded=None):
        span = spans.get((leg.goods, leg.began))
        if span is not None and _fits(leg, span):
            del spans[leg.goods, leg.began]
            kept.append(leg)
        elif span is not None and not _recorded_beyond(leg, span):
            del spans[leg.goods, leg.began]
            kept.append(_change(leg, span))
        else:
            _put_aside(leg, timezone.now())
    return sorted([*kept, *(_new(device, span) for span in spans.values())], key=lambda leg: leg.began)


def _fits(leg: Leg, span: Span) -> bool:
    return (leg.ended, leg.began_by, leg.ended_by) == (span.ended, span.began_by, span.ended_by)


def _recorded_beyond(leg: Leg, span: Span) -> bool:
    """Whether what is on the ledger says that the device was with the goods for longer than it was."""
    return span.ended is not None and leg.pieces.filter(ended__gt=span.ended).exists()


def _change(leg: Leg, span: Span) -> Leg:
    leg.ended, leg.why_ended, leg.ended_by, leg.began_by = span.ended, span.why, span.ended_by, span.began_by
    leg.watched_until, leg.record_due, leg.published = None, leg.began, False
    leg.save()
    return leg


def _put_aside(leg: Leg, now: datetime) -> None:
    if leg.pieces.exists() or leg.cases.exists():
        leg.superseded = now
        leg.save(update_fields=["superseded"])
        events.withdraw(leg)
    else:
        leg.delete()


def _new(device: Device, span: Span) -> Leg:
    return Leg.objects.create(
        organisation_id=device.organisation_id,
        device=device,
        goods=span.goods,
        goods_key=identifiers.key(span.goods),
        began=span.began,
        ended=span.ended,
        why_ended=span.why,
        began_by=span.began_by,
        ended_by=span.ended_by,
        record_due=span.began,
    )
