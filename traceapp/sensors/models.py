"""Devices, their keys, and their messages. A message is a row; a reading is not.

The committed disclosures of `ledger.Record` hold the message as it came. What `Message` says of it is derived and can
be rebuilt; what `DeviceKey` says of a key's life is a copy of the ledger's document `device/<kid>`.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from traceapp.accounts.models import Organisation, User
from traceapp.ledger.models import Record
from traceapp.ledger.outgoing import Call


class Device(models.Model):
    """A logger or gateway: an asset (GIAI) that signs what it measures."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="devices")
    giai = models.CharField("GIAI", max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    model = models.CharField(_("model"), max_length=100, blank=True)
    calibrated_on = models.DateField(_("calibrated on"), null=True, blank=True)
    calibration_due = models.DateField(_("calibration due"), null=True, blank=True)
    certificate = models.CharField(_("calibration certificate"), max_length=200, blank=True)
    band_min = models.DecimalField(_("keep above, °C"), max_digits=5, decimal_places=2, null=True, blank=True)
    band_max = models.DecimalField(_("keep below, °C"), max_digits=5, decimal_places=2, null=True, blank=True)
    salt = models.BinaryField(max_length=16, help_text="Of the details whose hash is on the ledger.")
    last_seen = models.DateTimeField(null=True, help_text="When its last message came in.")
    last_reading = models.DateTimeField(null=True, help_text="The time of its latest reading.")
    battery = models.FloatField(null=True, help_text="Percent, as last told.")
    clock_offset = models.FloatField(
        null=True, help_text="Seconds its clock was ahead of ours, at least, when last seen."
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class DeviceKey(models.Model):
    """One of a device's keys, by its id in messages. Active once its document is on the ledger."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Waiting for the ledger")
        ACTIVE = "active", _("Active")
        ROTATED = "rotated", _("Replaced by a new key")
        REVOKED = "revoked", _("Revoked")

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="keys")
    kid = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField(max_length=32, help_text="Ed25519, 32 bytes.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    replaces = models.CharField(max_length=64, blank=True, help_text="The kid that it took over from.")
    active_from = models.DateTimeField(null=True, help_text="The time of the transaction that put it on the ledger.")
    ended_at = models.DateTimeField(null=True, help_text="The time of the transaction that ended it.")
    revoked_from = models.DateTimeField(null=True, help_text="Since when its readings are not to be trusted.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was revoked, or rejected.")
    stopped_at = models.DateTimeField(null=True, help_text="When its revocation was asked for: nothing more is taken.")
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Asks for it.")
    ending = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Ends it.")
    tx_id = models.CharField(max_length=64, blank=True, help_text="The transaction that put it on the ledger.")
    block = models.PositiveBigIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.kid


class Message(models.Model):
    """A message that was taken: where it stands in its key's count, and what its readings span."""

    record = models.OneToOneField(
        Record, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="message"
    )
    key = models.ForeignKey(DeviceKey, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField()
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the compact JWS.")
    first = models.DateTimeField(help_text="The time of its earliest reading.")
    last = models.DateTimeField(help_text="The time of its latest reading.")
    count = models.PositiveIntegerField(help_text="Readings in it.")
    out_of_calibration = models.BooleanField(default=False, help_text="A reading is later than calibration was due.")
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "seq"], name="one_message_a_number"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key", "first"], name="messages_by_reading_time"),
            models.Index(fields=["key", "-received_at"], name="messages_newest_first"),
        ]

    def __str__(self) -> str:
        return f"message {self.seq} of {self.key_id}"


class Refusal(models.Model):
    """Messages that were refused for one reason, counted: of a device, else an organisation, else nobody known."""

    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="refusals")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="+", help_text="Where no device is known."
    )
    reason = models.CharField(max_length=16, help_text="A word of `message.Reason`.")
    count = models.PositiveBigIntegerField(default=0)
    first = models.DateTimeField(auto_now_add=True)
    last = models.DateTimeField()
    detail = models.CharField(max_length=300, help_text="What was said of the last one.")
    seen_at = models.DateTimeField(null=True, help_text="When somebody of the organisation last acknowledged them.")
    seen_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["device", "reason"], name="one_count_a_reason"),
            models.UniqueConstraint(
                fields=["organisation", "reason"],
                condition=models.Q(device=None),
                name="one_count_a_reason_of_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["reason"],
                condition=models.Q(device=None, organisation=None),
                name="one_count_a_reason_of_unknown_devices",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} refused: {self.reason}"
