"""Named queries, subscriptions to them, and page tokens that were given back before they expired."""

import uuid
from typing import ClassVar

from django.db import models

from traceapp.accounts.models import Organisation, User


class NamedQuery(models.Model):
    """A query of an organisation under a name. Never changed: whoever reads by the name relies on what it asks."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="named_queries")
    name = models.CharField(max_length=200)
    definition = models.JSONField(help_text="The parameters, as the standard's query schema has them.")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_query_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DeletedToken(models.Model):
    """A page token that its holder deleted, until it would have expired anyway."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the token, hex.")
    expires = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:8]


class Subscription(models.Model):
    """Events of a named query, or what else a topic is about, sent to a webhook in the order of the ledger.

    `block`, `transaction` and `position` are the cursor: the last record that was looked at. `due` is when a schedule
    begins its next run, `until_block` where the run under way ends. Whoever works on it holds the lease.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    query = models.ForeignKey(NamedQuery, null=True, on_delete=models.CASCADE, related_name="subscriptions")
    topic = models.CharField(max_length=16, blank=True, help_text="Of `subscriptions.topics`, where it is of no query.")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    dest = models.CharField(max_length=2000)
    signature_token = models.TextField(blank=True, help_text="Encrypted; see `subscriptions.signature`.")
    epc_format = models.CharField(max_length=32)
    schedule = models.JSONField(null=True, help_text="As it was given; nothing for a stream.")
    report_if_empty = models.BooleanField(default=False)
    initial_record_time = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)
    block = models.BigIntegerField()
    transaction = models.IntegerField(default=-1)
    position = models.IntegerField(default=-1)
    until_block = models.BigIntegerField(null=True)
    run_empty = models.BooleanField(default=True)
    number = models.PositiveBigIntegerField(default=0, help_text="Of the last delivery made.")
    most_events = models.PositiveIntegerField(default=100, help_text="In one delivery; halved when one is too large.")
    due = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True, help_text="After a failure, or while the ledger is not ready.")
    notified = models.DateTimeField(null=True, help_text="When the receiver last took a delivery.")
    suspended = models.TextField(blank=True, help_text="Why nothing is sent any more.")
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    PAUSED: ClassVar[str] = "Paused by "

    def __str__(self) -> str:
        return f"subscription {self.uid}"

    @property
    def name(self) -> str:
        """What it is of, in a word."""
        return self.query.name if self.query else self.topic

    @property
    def is_paused(self) -> bool:
        """Held by a person; otherwise `suspended` says why it was given up."""
        return self.suspended.startswith(self.PAUSED)


class Delivery(models.Model):
    """One message to a receiver. Its body is fixed before the first attempt: a repeat is the same to the byte."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveBigIntegerField()
    body = models.BinaryField(null=True, help_text="Kept for a week after the receiver took it.")
    events = models.PositiveIntegerField()
    event_ids = models.JSONField(default=list)
    before = models.JSONField(help_text="The cursor before its first record: [block, transaction, position].")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    tried = models.JSONField(default=list, help_text="The last attempts: time, status, words, seconds.")
    replay_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replays")
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["subscription", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "number"], name="one_delivery_a_number"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subscription", "number"], condition=models.Q(state="waiting"), name="deliveries_due"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.uid}"
