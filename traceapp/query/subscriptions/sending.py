"""Send what waits, in order, and note what came of it. A receiver that is away is tried again, ever more slowly."""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from traceapp.commitments.times import rfc3339
from traceapp.query.models import Delivery, Subscription
from traceapp.query.subscriptions import destination, lease, making, signature, webhook
from traceapp.query.subscriptions.webhook import Outcome
from traceapp.web.epcis_rest import headers as gs1

DELIVERY, ATTEMPT = "Traceapp-Delivery", "Traceapp-Attempt"
MOST_STEPS = 50  # under one lease: others want to be served, too
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP = timedelta(days=3)
KEPT = timedelta(days=7)  # bodies, for a replay
KEPT_TRIES = 20
GONE, TOO_LARGE = 410, 413
log = logging.getLogger(__name__)


def work(pk: int, holder: uuid.UUID | None = None) -> None:
    """Do what there is to do for one subscription, if nobody else is at it. `holder` renews its leases meanwhile."""
    one = lease.claim(pk, timezone.now(), holder)
    if one is None:
        return
    try:
        for _ in range(MOST_STEPS):
            lease.change(one, lease_until=timezone.now() + lease.LEASE)
            one.refresh_from_db(fields=["suspended"])
            if one.suspended or not _step(one):
                break
    except lease.LeaseLost:
        log.info("%s was taken over or deleted.", one)
    finally:
        lease.release(one)


def _step(one: Subscription) -> bool:
    """Send what waits, else make the next. False when it has to wait."""
    waiting = one.deliveries.filter(state=Delivery.State.WAITING).order_by("number").first()
    if waiting is None:
        return making.make(one, timezone.now())
    outcome = _send(one, waiting)
    _note(one, waiting, outcome, timezone.now())
    return outcome.taken or (outcome.status == TOO_LARGE and waiting.events > 1)


def _send(one: Subscription, delivery: Delivery) -> Outcome:
    try:
        to = destination.read(one.dest, settings.SUBSCRIPTIONS_PRIVATE_HOSTS)
        token = signature.unseal(one.signature_token, settings.SECRET_KEY) if one.signature_token else ""
    except (destination.DestinationError, signature.TokenUnreadable) as error:
        return Outcome(None, f"Not sent: {error}", 0.0)
    content = bytes(delivery.body or b"")
    headers = {
        **gs1.ALWAYS,
        "Content-Type": "application/json",
        "User-Agent": "Traceapp",
        DELIVERY: str(delivery.uid),
        ATTEMPT: str(delivery.attempts + 1),
    }
    if token:
        headers[signature.HEADER] = signature.signature(token, content)
    return webhook.post(to, content, headers)


@transaction.atomic
def _note(one: Subscription, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    tried = {"at": rfc3339(now), "status": outcome.status, "words": outcome.words, "seconds": round(outcome.seconds, 3)}
    delivery.attempts += 1
    delivery.tried = [*delivery.tried, tried][-KEPT_TRIES:]
    if outcome.taken:
        delivery.state, delivery.finished = Delivery.State.DELIVERED, now
        lease.change(one, notified=now, not_before=None)
    elif outcome.status == TOO_LARGE and delivery.events > 1 and delivery.replay_of_id is None:
        _make_smaller(one, delivery)
        return
    elif outcome.status == GONE or now - delivery.created > GIVE_UP:
        delivery.state, delivery.finished = Delivery.State.FAILED, now
        lease.change(one, suspended=f"Given up on {rfc3339(now)}. {outcome.words}")
    else:
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(delivery.attempts, 12)))
        lease.change(one, not_before=now + wait)
    delivery.save(update_fields=["attempts", "tried", "state", "finished"])


def _make_smaller(one: Subscription, delivery: Delivery) -> None:
    """The receiver took nothing of it: the same events go again, in deliveries of half as many."""
    cursor = dict(zip(("block", "transaction", "position"), delivery.before, strict=True))
    lease.change(one, most_events=max(1, delivery.events // 2), not_before=None, **cursor)
    delivery.delete()


def forget_bodies(now: datetime) -> None:
    """What receivers have is not kept here for ever."""
    Delivery.objects.filter(finished__lt=now - KEPT, body__isnull=False).update(body=None)
