"""Telling people and systems of excursions: rows of an outbox, sent by `send_waiting`, tried again ever more slowly.

A webhook is signed and sent as deliveries of subscriptions are (`query.subscriptions`): `GS1-Signature`, the very
address that was checked, no redirect followed.
"""

import json
import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from traceapp.coldchain.models import Alarm, Alert, Case, Leg
from traceapp.commitments.times import rfc3339
from traceapp.query.subscriptions import destination, signature, webhook
from traceapp.sensors.excursions import Side, Warning

MOST_AT_ONCE: Final = 50
GIVE_UP: Final = 12  # attempts: half a day
LONGEST_WAIT: Final = timedelta(hours=1)
_LEASE: Final = timedelta(seconds=60)
SIDES: Final = {Side.ABOVE: "too warm", Side.BELOW: "too cold", Side.FREEZING: "frozen"}


def about_case(case: Case) -> None:
    """Queue a message to each alarm of the case's organisation. In the caller's transaction."""
    body = {
        "type": "excursion",
        "case": str(case.uid),
        "url": settings.PUBLIC_URL + reverse("coldchain:case", args=[case.uid]),
        "goods": case.goods,
        "side": case.side,
        "began": rfc3339(case.began),
        "extreme": round(case.extreme, 2),
        "signedByDevice": case.source == "device",
    }
    _queue(case.organisation_id, body, case=case)


def about_warning(leg: Leg, warning: Warning) -> None:
    """The same before the limit is reached; once a leg and side and day."""
    body = {
        "type": "warning",
        "url": settings.PUBLIC_URL + reverse("coldchain:leg", args=[leg.uid]),
        "goods": leg.goods,
        "side": str(warning.side),
        "at": rfc3339(datetime.fromtimestamp(warning.at, UTC)),
    }
    recent = Alert.objects.filter(leg=leg, created__gte=timezone.now() - timedelta(days=1))
    if not any(one.body.get("side") == body["side"] for one in recent):
        _queue(leg.organisation_id, body, leg=leg)


def _queue(organisation_id: int, body: dict[str, Any], **about: Any) -> None:
    Alert.objects.bulk_create(
        [Alert(alarm=alarm, body=body, **about) for alarm in Alarm.objects.filter(organisation_id=organisation_id)]
    )


def send_waiting() -> int:
    """Send what is due. Several may run: each message is leased before it is sent. Returns how many were taken."""
    taken = 0
    due = Alert.objects.filter(state=Alert.State.WAITING, not_before__lte=timezone.now()).order_by("not_before")
    for alert in due.select_related("alarm")[:MOST_AT_ONCE]:
        lease = Alert.objects.filter(pk=alert.pk, state=Alert.State.WAITING, not_before=alert.not_before)
        if lease.update(not_before=timezone.now() + _LEASE, attempts=F("attempts") + 1):
            alert.refresh_from_db()
            taken += _send(alert)
    return taken


def _send(alert: Alert) -> bool:
    taken, words = _by_webhook(alert) if alert.alarm.webhook else _by_email(alert)
    alert.words = words[:300]
    if taken:
        alert.state = Alert.State.DELIVERED
    elif alert.attempts >= GIVE_UP:
        alert.state = Alert.State.FAILED
    else:
        alert.not_before = timezone.now() + min(LONGEST_WAIT, timedelta(seconds=2 ** (alert.attempts + 2)))
    with transaction.atomic():
        alert.save(update_fields=["words", "state", "not_before"])
    return taken


def _by_webhook(alert: Alert) -> tuple[bool, str]:
    content = json.dumps(alert.body).encode()
    try:
        to = destination.read(alert.alarm.webhook, settings.SUBSCRIPTIONS_PRIVATE_HOSTS)
        token = signature.unseal(alert.alarm.token, settings.SECRET_KEY) if alert.alarm.token else ""
    except (destination.DestinationError, signature.TokenUnreadable) as error:
        return False, f"Not sent: {error}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Traceapp",
        "Traceapp-Delivery": str(alert.uid),
        "Traceapp-Attempt": str(alert.attempts),
    }
    if token:
        headers[signature.HEADER] = signature.signature(token, content)
    outcome = webhook.post(to, content, headers)
    return outcome.taken, outcome.words


def _by_email(alert: Alert) -> tuple[bool, str]:
    try:
        send_mail(subject(alert.body), text(alert.body), None, [alert.alarm.email])
    except (OSError, smtplib.SMTPException) as error:
        return False, f"The mail server did not take it: {type(error).__name__}."
    return True, "Sent."


def subject(body: dict[str, Any]) -> str:
    """The line above the message."""
    words = SIDES.get(Side(body["side"]), body["side"])
    return f"Soon {words}" if body["type"] == "warning" else f"Excursion: {words}"


def text(body: dict[str, Any]) -> str:
    """The message. No names of people in it: mail is read on the way."""
    lines = [f"Goods: {body['goods']}"]
    if body["type"] == "warning":
        lines.append(f"The limit will be passed at about {body['at']} if it goes on like this.")
    else:
        lines += [f"Since: {body['began']}", f"Furthest: {body['extreme']} °C"]
        if not body["signedByDevice"]:
            lines.append("By a partner's report, not signed by the device.")
    return "\n".join([*lines, "", body["url"]])
