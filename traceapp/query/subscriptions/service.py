"""Subscribe, unsubscribe, send once more: what people and their programs do about subscriptions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.visibility import Viewer
from traceapp.commitments.times import rfc3339
from traceapp.epcis.formats import EpcFormat
from traceapp.query import parse, values
from traceapp.query.models import Delivery, NamedQuery, Subscription
from traceapp.query.subscriptions import destination, order, schedule, signature

MEMBERS = ("dest", "signatureToken", "initialRecordTime", "reportIfEmpty", "stream", "schedule", "@context")
MOST_SUBSCRIPTIONS = 100  # of one organisation
LONGEST_TOKEN = 500


class SubscriptionError(ValueError):
    """`member` names what is wrong, `exception` is the standard's word for it."""

    def __init__(self, member: str, why: str, exception: str = "SubscriptionControlsException") -> None:
        self.member, self.why, self.exception = member, why, exception
        super().__init__(f"{member}: {why}" if member else why)


def subscribe(*, query: NamedQuery, user: User | None, given: Any, epc_format: EpcFormat) -> Subscription:
    """Begin to send a query's events. SubscriptionError names the member that is wrong."""
    given = _members(given)
    _check_query(query)
    dest = _destination(given.get("dest"))
    token = _token(given.get("signatureToken", ""))
    planned = _schedule(given)
    now = timezone.now()
    since = _time(given["initialRecordTime"]) if given.get("initialRecordTime") is not None else now
    start = order.beginning(since)
    return Subscription.objects.create(
        query=query,
        organisation=query.organisation,
        user=user,
        dest=dest,
        signature_token=signature.seal(token, settings.SECRET_KEY) if token else "",
        epc_format=epc_format.value,
        schedule=given.get("schedule"),
        report_if_empty=_flag(given, "reportIfEmpty"),
        initial_record_time=since,
        block=start.block,
        due=planned.after(now) if planned else None,
    )


def follow(*, topic: str, organisation: Organisation, user: User | None, dest: Any, token: Any) -> Subscription:
    """Begin to send what a topic is about, from now on. SubscriptionError names what is wrong."""
    _check_number(organisation)
    sealed = signature.seal(_token(token), settings.SECRET_KEY) if token else ""
    return Subscription.objects.create(
        topic=topic,
        organisation=organisation,
        user=user,
        dest=_destination(dest),
        signature_token=sealed,
        epc_format=EpcFormat.NO_PREFERENCE.value,
        initial_record_time=timezone.now(),
        block=order.tip() + 1,
    )


def _members(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise SubscriptionError("", 'an object such as {"dest": "https://..", "stream": true} is expected')
    unknown = next((name for name in given if name not in MEMBERS), None)
    if unknown is not None:
        raise SubscriptionError(str(unknown)[:60], f"is none of {', '.join(MEMBERS[:-1])}")
    return given


def _check_query(query: NamedQuery) -> None:
    read = parse.query(query.definition)
    limited = "eventCountLimit" if read.first is not None else "maxEventCount" if read.most is not None else ""
    if limited:
        why = f"a query with {limited} asks for a part of an answer, and cannot be subscribed to"
        raise SubscriptionError("", why, "SubscribeNotPermittedException")
    _check_number(query.organisation)


def _check_number(organisation: Organisation) -> None:
    held = Subscription.objects.filter(organisation=organisation).count()
    if held >= MOST_SUBSCRIPTIONS:
        why = f"there are {MOST_SUBSCRIPTIONS} subscriptions already; delete some first"
        raise SubscriptionError("", why, "SubscribeNotPermittedException")


def _destination(given: Any) -> str:
    try:
        destination.read(given, settings.SUBSCRIPTIONS_PRIVATE_HOSTS)
    except destination.DestinationError as error:
        raise SubscriptionError("dest", str(error), "InvalidURIException") from error
    return str(given)


def _token(given: Any) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_TOKEN or not given.isprintable():
        raise SubscriptionError("signatureToken", f"a text of at most {LONGEST_TOKEN} printable characters is expected")
    return given


def _schedule(given: Mapping[str, Any]) -> schedule.Schedule | None:
    """The schedule, or None for a stream: exactly one of both."""
    stream = _flag(given, "stream")
    if stream == (given.get("schedule") is not None):
        raise SubscriptionError("stream", "give either a schedule, or stream with the value true")
    if stream:
        return None
    try:
        return schedule.read(given["schedule"])
    except schedule.ScheduleError as error:
        member = f"schedule.{error.field}" if error.field else "schedule"
        raise SubscriptionError(member, error.why) from error


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        raise SubscriptionError(name, "true or false is expected")
    return bool(value)


def _time(given: Any) -> datetime:
    moment = values.as_time(given) if isinstance(given, str) else None
    if moment is None:
        raise SubscriptionError("initialRecordTime", "a time with its zone is expected, such as 2026-05-14T09:12:00Z")
    return moment


def subscriptions_of(viewer: Viewer) -> QuerySet[Subscription]:
    """Those of the viewer's organisation, oldest first."""
    if viewer.organisation_id is None:
        return Subscription.objects.none()
    return Subscription.objects.filter(organisation_id=viewer.organisation_id).select_related("query")


def pause(one: Subscription, *, by: User) -> None:
    """Hold a subscription. What was being sent is noted first; one that is held or was given up stays as it is."""
    said = f"{Subscription.PAUSED}{by} on {rfc3339(timezone.now())}."
    Subscription.objects.filter(pk=one.pk, suspended="").update(suspended=said)


@transaction.atomic
def resume(one: Subscription) -> None:
    """Go on where it stopped: what was given up is tried again."""
    failed = Delivery.objects.filter(subscription=one, state=Delivery.State.FAILED, body__isnull=False)
    failed.update(state=Delivery.State.WAITING, finished=None, created=timezone.now())
    Subscription.objects.filter(pk=one.pk).update(suspended="", not_before=None)


@transaction.atomic
def replay(delivery: Delivery) -> Delivery:
    """Send a delivery once more: one that was given up goes on, and with it the subscription; of one that was taken, a
    copy is sent after what waits now. SubscriptionError if its body is no longer kept."""
    if delivery.body is None:
        raise SubscriptionError("", "its body is no longer kept; subscribe again with an initialRecordTime")
    of = Subscription.objects.select_for_update().get(pk=delivery.subscription_id)
    if not of.is_paused:
        Subscription.objects.filter(pk=of.pk).update(suspended="", not_before=None)
    if delivery.state != Delivery.State.DELIVERED:
        again = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED)
        again.update(state=Delivery.State.WAITING, finished=None, created=timezone.now())
        delivery.refresh_from_db()
        return delivery
    last = of.deliveries.aggregate(last=Max("number"))["last"] or 0
    Subscription.objects.filter(pk=of.pk).update(number=last + 1)
    return Delivery.objects.create(
        subscription=of,
        number=last + 1,
        body=delivery.body,
        events=delivery.events,
        event_ids=delivery.event_ids,
        before=delivery.before,
        replay_of=delivery,
    )


def as_epcis(one: Subscription) -> dict[str, Any]:
    """A subscription as the standard answers it, without the token; `traceapp:` members say how it fares."""
    said: dict[str, Any] = {
        "subscriptionID": str(one.uid),
        "queryName": one.name,
        "dest": one.dest,
        "createdAt": rfc3339(one.created),
        "initialRecordTime": rfc3339(one.initial_record_time),
        "epcFormat": one.epc_format,
        "reportIfEmpty": one.report_if_empty,
    }
    said |= {"schedule": one.schedule} if one.schedule is not None else {"stream": True}
    if one.notified is not None:
        said["lastNotifiedAt"] = rfc3339(one.notified)
    if one.suspended:
        said["traceapp:suspended"] = one.suspended
    return said


def as_log(one: Delivery) -> dict[str, Any]:
    """A delivery as its log tells it."""
    return {
        "deliveryID": str(one.uid),
        "number": one.number,
        "state": one.state,
        "createdAt": rfc3339(one.created),
        "finishedAt": rfc3339(one.finished) if one.finished else None,
        "events": one.events,
        "eventIDs": one.event_ids,
        "attempts": one.attempts,
        "tried": one.tried,
        "replayOf": str(one.replay_of.uid) if one.replay_of else None,
        "canReplay": one.body is not None and one.state != Delivery.State.WAITING,
    }
