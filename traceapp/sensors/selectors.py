"""Devices and messages as pages show them. Each is asked for by somebody, and only their organisation's are found."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, Lag
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from traceapp.accounts.visibility import Viewer
from traceapp.sensors import revocation
from traceapp.sensors.models import Device, DeviceKey, Message, Refusal
from traceapp.sensors.refusals import ALARMS, WORDS

GAPS_SHOWN: Final = 50
LATE: Final = timedelta(hours=1)
DUE_SOON: Final = 30
"""Days before the end of its calibration from which a device's page says so."""


def devices_of(viewer: Viewer, search: str = "") -> QuerySet[Device]:
    """The devices of the organisation that the viewer acts for, with what was refused and how many alarms stand."""
    found = Device.objects.filter(organisation_id=viewer.acting_for)
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(giai__icontains=word) | Q(model__icontains=word))
    alarms = Q(refusals__reason__in=list(ALARMS)) & (
        Q(refusals__seen_at=None) | Q(refusals__seen_at__lt=F("refusals__last"))
    )
    counted = found.annotate(refused=Coalesce(Sum("refusals__count"), 0), alarms=Count("refusals", filter=alarms))
    return counted.prefetch_related("keys__call", "keys__ending").order_by("name", "pk")


@dataclass(frozen=True)
class KeyState:
    """How a key stands, in a badge and words."""

    badge: str
    words: str
    why: str = ""

    @property
    def why_said(self) -> str:
        """For people: a revocation's reason is one of the contract's words."""
        return revocation.words(self.why)


def state_of(key: DeviceKey) -> KeyState:
    """The ledger's word, and what is on its way to it."""
    if key.state == DeviceKey.State.REQUESTED:
        if key.call is not None and key.call.state == key.call.State.INVALID:
            return KeyState("rejected", _("Rejected by the ledger"), key.call.reason)
        sent = key.call is not None and key.call.label == "Sent"
        why = key.call.reason if key.call is not None else ""
        return KeyState("sent" if sent else "queued", _("Waits for the ledger"), why)
    if key.state == DeviceKey.State.REVOKED:
        return KeyState("rejected", _("Revoked"), key.reason)
    if key.stopped_at is not None:
        rejected = key.ending is not None and key.ending.state == key.ending.State.INVALID
        why = key.ending.reason if key.ending is not None else ""
        return KeyState(
            "waiting", _("Stopped here; the ledger rejected that") if rejected else _("Is being revoked"), why
        )
    if key.state == DeviceKey.State.ROTATED:
        return KeyState("done", _("Replaced by a new key"))
    return KeyState("on_ledger", _("Active"))


@dataclass(frozen=True)
class Gap:
    """Numbers of a key that never came, first and last."""

    kid: str
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Sequence:
    """How a key's count stands: the highest number, how many came, and how many are missing below it."""

    kid: str
    highest: int
    came: int
    missing: int


def sequences(device: Device) -> list[Sequence]:
    """Each key's count. It begins at 1, or at 0 where a message has that number."""
    told = Message.objects.filter(key__device=device).values("key__kid").order_by("key_id")
    rows = told.annotate(low=Min("seq"), high=Max("seq"), came=Count("pk"))
    return [
        Sequence(row["key__kid"], row["high"], row["came"], row["high"] - min(row["low"], 1) + 1 - row["came"])
        for row in rows
    ]


def gaps(device: Device) -> list[Gap]:
    """The first missing runs of numbers, oldest first."""
    found: list[Gap] = []
    for one in sequences(device):
        if one.missing:
            found += _gaps_of(one.kid)
    return found[:GAPS_SHOWN]


def _gaps_of(kid: str) -> list[Gap]:
    before = Coalesce(Window(Lag("seq"), order_by="seq"), 0)
    rows = Message.objects.filter(key__kid=kid).annotate(before=before).filter(seq__gt=F("before") + 1)
    return [
        Gap(kid, previous + 1, seq - 1)
        for previous, seq in rows.order_by("seq").values_list("before", "seq")[:GAPS_SHOWN]
    ]


@dataclass(frozen=True)
class Late:
    """Messages that came in over an hour after their latest reading: uploaded late, or by a clock that is behind."""

    count: int
    longest: timedelta | None


def late_of(device: Device) -> Late:
    """How many of a device's messages came late, and by how much at the most."""
    wait = ExpressionWrapper(F("received_at") - F("last"), DurationField())
    late = Message.objects.filter(key__device=device, received_at__gt=F("last") + LATE)
    told = late.aggregate(count=Count("pk"), longest=Max(wait))
    return Late(told["count"], told["longest"])


@dataclass(frozen=True)
class Refused:
    """What was refused for one reason, in words; whether it is an alarm, and whether nobody has seen it yet."""

    row: Refusal
    words: Promise
    alarm: bool
    unseen: bool


def refusals_of(device: Device) -> list[Refused]:
    """What was refused of a device, by reason, newest first. Alarms only until somebody has seen them."""
    return _told(Refusal.objects.filter(device=device))


def refusals_without_a_device(viewer: Viewer) -> list[Refused]:
    """What the organisation sent, or what claims a number of its own, of no device that is known."""
    return _told(Refusal.objects.filter(organisation_id=viewer.acting_for))


def _told(rows: QuerySet[Refusal]) -> list[Refused]:
    found = []
    for row in rows.select_related("seen_by").order_by("-last", "pk"):
        unseen = row.seen_at is None or row.seen_at < row.last
        found.append(Refused(row, WORDS[row.reason], row.reason in ALARMS and unseen, unseen))
    return found


def messages_of(device: Device) -> QuerySet[Message]:
    """Newest first."""
    return Message.objects.filter(key__device=device).select_related("key", "record").order_by("-received_at", "-pk")


@dataclass(frozen=True)
class Calibration:
    """Whether a device's calibration holds: `tone` is a badge's."""

    due: date | None
    days: int | None

    @property
    def expired(self) -> bool:
        return self.days is not None and self.days < 0

    @property
    def soon(self) -> bool:
        return self.days is not None and 0 <= self.days <= DUE_SOON


def calibration_of(device: Device) -> Calibration:
    """Until when the calibration holds, and how many days are left."""
    due = device.calibration_due
    return Calibration(due, None if due is None else (due - timezone.now().date()).days)
