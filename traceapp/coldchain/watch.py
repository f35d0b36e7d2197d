"""The walk that keeps legs, cases and alarms in step with what comes in. Run by Celery beat; several may run.

New events cut legs anew; new messages have their legs judged. Nothing is lost if a run is: the next one begins where
the last finished one ended, and every step is idempotent.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from traceapp.capture.models import Event, EventKey, Link, LinkAction
from traceapp.coldchain import alerts, cases, partners
from traceapp.coldchain.facts import uri_of
from traceapp.coldchain.judging import judge, with_waiting
from traceapp.coldchain.keeping import keep_new
from traceapp.coldchain.legs import recut
from traceapp.coldchain.models import Follower, Leg
from traceapp.coldchain.recording import record_ended
from traceapp.epcis import identifiers
from traceapp.ledger.models import Record
from traceapp.sensors.models import Device, Message
from traceapp.sensors.units import Quantity

_LOOK_BACK = 2000  # records: a transaction that drew its number earlier may commit later
_MOST = 20_000  # records a run
log = logging.getLogger(__name__)


def run() -> None:
    """One round."""
    follow_events()
    for leg in legs_to_judge():
        look_at(leg)
    record_ended(timezone.now())
    alerts.send_waiting()
    keep_new()


def follow_events() -> int:
    """Cut anew the legs that new events concern, and judge what partners report. Returns how many devices it were."""
    follower, _ = Follower.objects.get_or_create(pk="events")
    newest = Record.objects.filter(pk__lte=follower.record + _MOST).aggregate(newest=Max("pk"))["newest"] or 0
    since = max(0, follower.record - _LOOK_BACK)
    fresh = Event.objects.filter(record_id__gt=since, record_id__lte=newest)
    devices = concerned(
        list(fresh.filter(type__in=("AssociationEvent", "AggregationEvent")).values_list("pk", flat=True))
    )
    for device in devices:
        recut(device)
    partners.judge_new(since, newest)
    Follower.objects.filter(pk=follower.pk, record__lt=newest).update(record=newest)
    return len(devices)


def concerned(records: list[int]) -> list[Device]:
    """The devices that these events name, or that travel with goods which they name."""
    if not records:
        return []
    keys: set[int] = set()
    for start in range(0, len(records), 500):
        page = records[start : start + 500]
        keys.update(EventKey.objects.filter(record_id__in=page).values_list("key", flat=True))
    unpacked = Link.objects.filter(record_id__in=records[:900], action=LinkAction.UNPACK).values_list(
        "target", flat=True
    )
    tied = set(
        Leg.objects.filter(superseded=None, goods_key__in=list(unpacked)[:900]).values_list("device_id", flat=True)
    )
    return [one for one in Device.objects.order_by("pk") if one.pk in tied or identifiers.key(uri_of(one)) in keys]


def legs_to_judge() -> list[Leg]:
    """Legs with messages that came in since they were last judged, and open ones never judged."""
    found = []
    for leg in Leg.objects.filter(superseded=None).select_related("device").order_by("pk"):
        newest = _newest(leg)
        if newest is not None and (leg.watched_until is None or newest > leg.watched_until):
            found.append(leg)
    return found


def _newest(leg: Leg) -> datetime | None:
    told = Message.objects.filter(key__device=leg.device_id, last__gte=leg.began)
    if leg.ended is not None:
        told = told.filter(first__lte=leg.ended)
    newest: datetime | None = told.aggregate(newest=Max("received_at"))["newest"]
    return newest


@transaction.atomic
def look_at(leg: Leg, now: datetime | None = None) -> None:
    """Judge a leg by all its readings, open and grow cases, warn, and note until when it was looked at."""
    newest = _newest(leg)
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
    Leg.objects.filter(Q(watched_until=None) | Q(watched_until__lt=newest), pk=leg.pk).update(watched_until=newest)
