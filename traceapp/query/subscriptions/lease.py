"""Who works on a subscription: one at a time, for as long as the lease lasts."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from traceapp.query.models import Delivery, Subscription
from traceapp.query.subscriptions import order

LEASE = timedelta(seconds=15)
"""How long a subscription rests after the process that served it was killed. Who lives renews every few seconds."""


class LeaseLost(Exception):
    """Somebody else has taken over, or the subscription was deleted: leave it alone."""


def ready(now: datetime) -> QuerySet[Subscription]:
    """Subscriptions that have something to do and nobody at work on them."""
    waiting = Exists(Delivery.objects.filter(subscription=OuterRef("pk"), state=Delivery.State.WAITING))
    behind = Q(schedule__isnull=True, block__lte=order.tip())
    work = Q(waiting) | behind | Q(until_block__isnull=False) | Q(due__lte=now)
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rested = Q(not_before=None) | Q(not_before__lte=now)
    return Subscription.objects.filter(work, free, rested, suspended="").order_by("pk")


def claim(pk: int, now: datetime, holder: uuid.UUID | None = None) -> Subscription | None:
    """Take a subscription, or None if somebody else has it."""
    taken = ready(now).filter(pk=pk).order_by().update(lease=holder or uuid.uuid4(), lease_until=now + LEASE)
    return Subscription.objects.select_related("query").get(pk=pk) if taken else None


def renew(holder: uuid.UUID, now: datetime) -> None:
    """Keep what a holder has."""
    Subscription.objects.filter(lease=holder).update(lease_until=now + LEASE)


def change(one: Subscription, **changes: Any) -> None:
    """Write changes down, in the row and here, while the lease is ours. LeaseLost."""
    if not Subscription.objects.filter(pk=one.pk, lease=one.lease).update(**changes):
        raise LeaseLost
    for name, value in changes.items():
        setattr(one, name, value)


def release(one: Subscription) -> None:
    Subscription.objects.filter(pk=one.pk, lease=one.lease).update(lease=None, lease_until=None)
