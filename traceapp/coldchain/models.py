"""How goods are to be kept, which logger travelled with them, and what went wrong on the way.

Legs are derived from events and may be made again from them at any time. What a leg measured is worked out from
verified bytes for each answer; what stands here of it was sent to the ledger, or says when somebody has to look.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from traceapp.accounts.models import Organisation, User
from traceapp.coldchain.decoded import Decoded  # noqa: F401 (Django looks for models here)
from traceapp.ledger.outgoing import Call
from traceapp.sensors.conditions import ProductClass
from traceapp.sensors.models import Device


class Conditions(models.Model):
    """How an organisation wants one product, or everything without conditions of its own, to be kept.

    Degrees in °C, durations in minutes. `gtin` empty: for all else of this organisation.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="storage_conditions")
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    name = models.CharField(_("name"), max_length=100)
    product_class = models.CharField(_("kind of goods"), max_length=16, choices=ProductClass.choices)
    low = models.FloatField(_("keep above, °C"), null=True, blank=True)
    high = models.FloatField(_("keep below, °C"), null=True, blank=True)
    hysteresis = models.FloatField(_("back inside by, °C"), default=0.5)
    minimum = models.PositiveIntegerField(_("counts from, minutes"), default=10)
    warn_within = models.PositiveIntegerField(_("warn ahead, minutes"), default=30)
    budget = models.PositiveIntegerField(_("may be outside for, minutes"), null=True, blank=True)
    ceiling = models.FloatField(_("never above, °C"), null=True, blank=True)
    floor = models.FloatField(_("never below, °C"), null=True, blank=True)
    max_interval = models.PositiveIntegerField(_("a gap is longer than, minutes"), default=15)

    class Meta:
        ordering: ClassVar[list[str]] = ["gtin", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "gtin"], name="one_set_of_conditions_a_product"),
        ]

    def __str__(self) -> str:
        return self.name


class Leg(models.Model):
    """One device with one holder of goods (SSCC or asset), from an association until it ended.

    `began_by` and `ended_by` are the events' records. A leg that later events cut otherwise is `superseded`, and kept
    only if it had gone to the ledger.
    """

    class Ended(models.TextChoices):
        REMOVED = "removed", _("the logger was taken off")
        MOVED = "moved", _("the logger went to other goods")
        UNPACKED = "unpacked", _("the goods were unpacked")

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="legs")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="legs")
    goods = models.CharField(max_length=300, help_text="Canonical identifier of the holder.")
    goods_key = models.BigIntegerField(help_text="Its 8-byte key.")
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    began_by = models.BigIntegerField(help_text="Record of the event that tied the device to the goods.")
    ended_by = models.BigIntegerField(null=True)
    superseded = models.DateTimeField(null=True, help_text="When later events were seen to say otherwise.")
    watched_until = models.DateTimeField(
        null=True, help_text="Reception of the last message judged for excursions; None: to be judged."
    )
    record_due = models.DateTimeField(
        null=True, help_text="When to see what of it can go on the ledger; None: nothing."
    )
    why_waiting = models.CharField(max_length=200, blank=True, help_text="Why the rest of it is not on the ledger.")
    published = models.BooleanField(default=False, help_text="Whether its event of figures was captured.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-began", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["goods_key", "began"], name="legs_of_goods"),
            models.Index(fields=["device", "began"], name="legs_of_a_device"),
            models.Index(fields=["record_due"], condition=models.Q(record_due__isnull=False), name="legs_to_record"),
            models.Index(fields=["id"], condition=models.Q(watched_until=None, superseded=None), name="legs_to_judge"),
        ]

    def __str__(self) -> str:
        return f"{self.device} with {self.goods}"


class LedgerLeg(models.Model):
    """A piece of a leg as a leg on the ledger: what was sent, and then what its document `leg/<call_id>` says.

    The goods' salt and the rule of the figures (`interval`, `mkt_window`, seconds) are kept here alone.
    """

    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="pieces")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    call_id = models.CharField(max_length=64, unique=True, help_text="Its id on the ledger.")
    kid = models.CharField(max_length=64)
    shipment = models.CharField(max_length=64, blank=True, db_index=True)
    began = models.DateTimeField()
    ended = models.DateTimeField()
    figures = models.JSONField()
    goods_salt = models.BinaryField(max_length=16, default=bytes, help_text="Of the hash that names the goods there.")
    interval = models.FloatField()
    mkt_window = models.FloatField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["began", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["device", "began"], name="ledger_legs_of_a_device"),
        ]

    def __str__(self) -> str:
        return f"leg {self.call_id[:8]} on the ledger"


class Objection(models.Model):
    """What somebody said against a leg on the ledger, which holds the hash of `words` and `salt` alone."""

    leg_id = models.CharField(max_length=64, db_index=True, help_text="The leg's id on the ledger.")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"objection to leg {self.leg_id[:8]}"


class ShipmentDevice(models.Model):
    """That a shipment's terms name a device: an index. What holds stands in the document `shipment/<id>`."""

    shipment = models.CharField(max_length=64)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    open = models.BooleanField(help_text="Whether it may still take legs.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["shipment", "device"], name="one_naming_a_device"),
        ]

    def __str__(self) -> str:
        return f"{self.device} in shipment {self.shipment[:8]}"


class Source(models.TextChoices):
    """Who vouches for the readings."""

    DEVICE = "device", _("signed by the device")
    PARTNER = "partner", _("not signed by the device")


class Case(models.Model):
    """An excursion that somebody has to look into. Its steps are kept apart and never change."""

    class State(models.TextChoices):
        OPEN = "open", _("Nobody has looked at it yet")
        ACKNOWLEDGED = "acknowledged", _("Somebody is on it")
        CLOSED = "closed", _("Decided")

    class Disposition(models.TextChoices):
        RELEASE = "release", _("Release: the goods are fit for use")
        REWORK = "rework", _("Use with restrictions")
        REJECT = "reject", _("Reject: the goods must not be used")

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="excursion_cases")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.DEVICE)
    leg = models.ForeignKey(Leg, null=True, on_delete=models.SET_NULL, related_name="cases")
    record_pk = models.BigIntegerField(null=True, help_text="The partner's event, where the readings are a partner's.")
    goods = models.CharField(max_length=300)
    goods_key = models.BigIntegerField()
    side = models.CharField(max_length=10)
    began = models.DateTimeField(help_text="When the excursion began.")
    ended = models.DateTimeField(null=True)
    extreme = models.FloatField(help_text="°C")
    outside = models.FloatField(help_text="Seconds beyond the limit.")
    limits = models.JSONField(help_text="The rule that it broke, as it stood.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    on_hold = models.BooleanField(default=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    opened = models.DateTimeField(auto_now_add=True)
    acknowledged = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    disposition = models.CharField(max_length=8, choices=Disposition.choices, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-opened", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["leg", "side", "began"], condition=models.Q(source="device"), name="one_case_an_excursion"
            ),
            models.UniqueConstraint(
                fields=["organisation", "record_pk", "goods_key", "side", "began"],
                condition=models.Q(source="partner"),
                name="one_case_a_report",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["goods_key"], name="cases_of_goods")]

    def __str__(self) -> str:
        return f"{self.side} at {self.goods}"


class Step(models.Model):
    """What was done about a case, by whom. A disposition is signed: with the second factor, over its very words."""

    class What(models.TextChoices):
        OPENED = "opened", _("Case opened")
        GREW = "grew", _("The excursion went on")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        OWNER = "owner", _("Handed over")
        HELD = "held", _("Put on hold")
        FREED = "freed", _("Hold lifted")
        NOTE = "note", _("Note")
        CLOSED = "closed", _("Decided")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    what = models.CharField(max_length=12, choices=What.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(blank=True)
    signature = models.JSONField(null=True, help_text="Hash of what was signed, and the second factor's assertion.")

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_what_display()


class Alarm(models.Model):
    """Where an organisation is told of excursions, beside the app: an address of a person, or of a system."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="alarms")
    email = models.EmailField(_("e-mail address"), blank=True)
    webhook = models.CharField(_("webhook"), max_length=2000, blank=True)
    token = models.TextField(blank=True, help_text="Key of the webhook's signature, encrypted.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.email or self.webhook


class Alert(models.Model):
    """One message of one alarm about one case or one leg: an outbox row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="alerts")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="alerts")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.CASCADE, related_name="alerts")
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True, help_text="What came of the last attempt.")
    not_before = models.DateTimeField(auto_now_add=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["not_before"], condition=models.Q(state="waiting"), name="alerts_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.alarm}: {self.state}"


class Follower(models.Model):
    """How far a walk over new rows has come (`following`)."""

    name = models.CharField(primary_key=True, max_length=32)
    record = models.BigIntegerField(default=0, help_text="No row up to this one can still appear.")
    mark = models.BigIntegerField(default=0, help_text="The newest row when last marked.")
    marked = models.DateTimeField(null=True)
    seen = models.JSONField(default=list, help_text="Rows after `record` that were looked at.")

    def __str__(self) -> str:
        return f"{self.name} at {self.record}"
