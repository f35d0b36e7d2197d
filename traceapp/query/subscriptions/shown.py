"""Subscriptions and deliveries in the words of their pages."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.commitments.times import parse_rfc3339
from traceapp.query.models import Delivery, Subscription

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIELDS = {
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "dayOfMonth": "day of the month",
    "month": "month",
    "dayOfWeek": "weekday",
}


def state_of(one: Subscription) -> str:
    """The badge: `running`, `paused`, or `failed` where it was given up."""
    if not one.suspended:
        return "running"
    return "paused" if one.is_paused else "failed"


def row_of(one: Subscription) -> dict[str, Any]:
    """A subscription for a list or its own page."""
    waiting = one.deliveries.filter(state=Delivery.State.WAITING).count()
    return {
        "one": one,
        "state": state_of(one),
        "host": urlsplit(one.dest).hostname or one.dest,
        "when": when_of(one),
        "waiting": waiting,
        "last_words": _last_words(one) if waiting or one.suspended else "",
    }


def when_of(one: Subscription) -> str:
    if one.schedule is None:
        return _("as events come")
    told = ", ".join(f"{_FIELDS[name]} {_value(name, value)}" for name, value in one.schedule.items())
    return _("at %(told)s (UTC)") % {"told": told}


def _value(name: str, value: Any) -> str:
    text = str(value)
    is_day = name == "dayOfWeek" and text.isdecimal() and 1 <= int(text) <= 7
    return _DAYS[int(text) - 1] if is_day else text


def _last_words(one: Subscription) -> str:
    """What the receiver said to the last attempt, if it did not take it."""
    last = one.deliveries.exclude(tried=[]).order_by("-number").first()
    return str(last.tried[-1]["words"]) if last is not None and last.state != Delivery.State.DELIVERED else ""


def log_of(delivery: Delivery) -> dict[str, Any]:
    """A delivery for the log, its attempts newest first."""
    states = {"waiting": "waiting", "delivered": "done", "failed": "failed"}
    return {
        "one": delivery,
        "state": states[delivery.state],
        "events": ngettext("%(n)s event", "%(n)s events", delivery.events) % {"n": delivery.events},
        "tried": [{**tried, "at": parse_rfc3339(tried["at"])} for tried in reversed(delivery.tried)],
        "can_replay": delivery.body is not None and delivery.state != Delivery.State.WAITING,
    }
