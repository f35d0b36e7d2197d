"""What people want a transaction to do, and that they confirmed exactly this."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.ledger.outgoing import Call


class Intent(models.Model):
    """What a person wants, as they were shown it. `ledgerd` checks `digest` and assertion again before it signs."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=32)
    requests = models.JSONField(help_text="[[function, argument in canonical JSON]], asked for in this order.")
    in_order = models.BooleanField(default=False, help_text="Each only once the one before is on the ledger.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over whose it is and all that is asked for.")
    title = models.CharField(max_length=200)
    facts = models.JSONField(help_text="What the person was shown: [{label, value}].")
    back = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    confirmed = models.DateTimeField(null=True)
    assertion = models.JSONField(default=dict, help_text="Of `accounts.second_factor`, over the digest.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["by", "-created"], name="intents_of_a_person")]

    def __str__(self) -> str:
        return f"{self.title} ({self.uid})"


class Confirmed(models.Model):
    """A transaction that an intent asked for."""

    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="confirmed_calls")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="confirmed_by")
    index = models.PositiveSmallIntegerField(help_text="Which of the intent's requests.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["intent", "index"], name="each_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.intent_id}: {self.index}"
