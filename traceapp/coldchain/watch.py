"""The walk that keeps legs, cases and alarms in step with what comes in. Run by Celery beat; several may run.

New events cut legs anew; new messages have the legs of their time judged. What a round costs depends on what is new,
not on how many legs and devices there are. Nothing is lost if a round is, and one leg's fault stops no other.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from traceapp.capture.models import GOODS_ROLES, Event, EventKey
from traceapp.coldchain import alerts, cases, following, partners
from traceapp.coldchain.facts import devices_named
from traceapp.coldchain.judging import judge, with_waiting
from traceapp.coldchain.keeping import keep_new
from traceapp.coldchain.legs import recut
from traceapp.coldchain.models import Leg
from traceapp.coldchain.recording import record_due
from traceapp.sensors.models import Device, Message
from traceapp.sensors.units import Quantity

_NOTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)  # a leg without messages was looked at, too
_AT_ONCE: Final = 500
log = logging.getLogger(__name__)


def run() -> None:
    """One round."""
    follow_events()
    follow_messages()
    for pk in legs_to_judge():
        _each(look_at, pk, "judged")
    record_due(timezone.now())
    alerts.send_waiting()
    keep_new()


def _each(do: Callable[[Any], Any], one: Any, word: str) -> None:
    try:
        do(one)
    except Exception:
        log.exception("%s %s cannot be %s.", type(one).__name__, one, word)


def follow_events() -> int:
    """Cut anew the legs that new events concern, and judge what partners report. Returns how many devices it were."""
    follower, records = following.fresh("events", new_events())
    devices = concerned(records)
    for device in devices:
        _each(recut, device, "cut")
    partners.judge_new(records)
    following.seen(follower, records, timezone.now())
    return len(devices)


def new_events() -> "QuerySet[Event, int]":
    """Keys of the events that may be new, in order (`following.fresh`)."""
    return Event.objects.filter(pk__gt=following.since("events")).order_by("pk").values_list("pk", flat=True)


def concerned(records: Collection[int]) -> list[Device]:
    """The devices that these events tie, or that travel with goods which they name."""
    found: dict[int, Device] = {}
    for page in _pages(records):
        told = Event.objects.filter(pk__in=page, type__in=("AssociationEvent", "AggregationEvent"))
        pks = list(told.values_list("pk", flat=True))
        named = devices_named(told.filter(type="AssociationEvent").values_list("pk", flat=True))
        found.update({one.pk: one for one in Device.objects.filter(giai__in=named)})
        goods = EventKey.objects.filter(record_id__in=pks, role__in=GOODS_ROLES).values("key")
        tied = Leg.objects.filter(superseded=None, goods_key__in=goods).select_related("device")
        found.update({one.device_id: one.device for one in tied})
    return [found[pk] for pk in sorted(found)]


def follow_messages() -> int:
    """Have the legs judged that new messages tell of. Returns how many legs it were."""
    rows = Message.objects.filter(pk__gt=following.since("messages")).order_by("pk").values_list("pk", flat=True)
    follower, records = following.fresh("messages", rows)
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    for page in _pages(records):
        for device, first, last in Message.objects.filter(pk__in=page).values_list("key__device", "first", "last"):
            spans.setdefault(device, []).append((first, last))
    told = [pk for page in _pages(spans) for pk in _told(page, spans)]
    for page in _pages(told):
        Leg.objects.filter(pk__in=page).update(watched_until=None)
    following.seen(follower, records, timezone.now())
    return len(told)


def _told(devices: list[int], spans: dict[int, list[tuple[datetime, datetime]]]) -> Iterable[int]:
    """The legs of these devices that some new message has a time of."""
    earliest = min(first for device in devices for first, _ in spans[device])
    legs = Leg.objects.filter(Q(ended=None) | Q(ended__gte=earliest), device__in=devices, superseded=None)
    for pk, device, began, ended in legs.values_list("pk", "device", "began", "ended"):
        if any(last >= began and (ended is None or first <= ended) for first, last in spans[device]):
            yield pk


def legs_to_judge() -> list[int]:
    """Legs that are new, cut otherwise, or told of by new messages."""
    waiting = Leg.objects.filter(superseded=None, watched_until=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


@transaction.atomic
def look_at(pk: int, now: datetime | None = None) -> None:
    """Judge a leg by all its readings, open and grow cases, warn, and note until when it was looked at."""
    leg = Leg.objects.select_for_update(of=("self",)).select_related("device", "organisation").get(pk=pk)
    newest = newest_message(leg)
    judged = judge(leg, now or timezone.now(), quantities=(Quantity.TEMPERATURE,))
    found, warning = with_waiting(judged)
    cases.observe(
        leg=leg,
        goods=leg.goods,
        goods_key=leg.goods_key,
        organisation_id=leg.organisation_id,
        found=found,
        rule=judged.rule,
    )
    if warning is not None and not any(one.end is None for one in found):
        alerts.about_warning(leg, warning)
    Leg.objects.filter(pk=leg.pk).update(watched_until=newest)


def newest_message(leg: Leg) -> datetime:
    """When the newest message of a leg's time was received; a time before any where there is none."""
    told = Message.objects.filter(key__device=leg.device_id, last__gte=leg.began)
    if leg.ended is not None:
        told = told.filter(first__lte=leg.ended)
    newest: datetime | None = told.aggregate(newest=Max("received_at"))["newest"]
    return newest or _NOTHING


def _pages(found: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(found)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
