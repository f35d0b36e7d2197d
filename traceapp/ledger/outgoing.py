"""What goes on to the ledger: how far it is, and the calls of the contract that are no batches."""

from typing import ClassVar, Final

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation

RECORDER: Final = "recorder"  # the role that the contract's table asks of whoever records a batch


class Outgoing(models.Model):
    """One transaction under way. Claimed, Endorsed, Sent, then Valid or Invalid; a block says which."""

    class State(models.TextChoices):
        CLAIMED = "claimed"
        ENDORSED = "endorsed"
        SENT = "sent"
        VALID = "valid"
        INVALID = "invalid"

    organisation: "models.ForeignKey[Organisation, Organisation]"
    organisation_id: int
    role: str = RECORDER
    person: str = ""
    state = models.CharField(max_length=16, choices=State.choices, default=State.CLAIMED)
    tx_id = models.CharField(max_length=64, blank=True, help_text="The transaction that a block said is valid.")
    block = models.PositiveBigIntegerField(null=True)
    reason = models.TextField(blank=True, help_text="Why it is Invalid, or why it is not further yet.")
    attempts = models.PositiveIntegerField(default=0, help_text="Steps that failed since the last one that worked.")
    claimed_until = models.DateTimeField(null=True, help_text="A lease, or the time of the next attempt.")
    created = models.DateTimeField(auto_now_add=True)
    settled = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def request(self) -> tuple[str, str]:
        """The contract's function, and its argument in canonical JSON."""
        raise NotImplementedError


class Call(Outgoing):
    """A transaction of the contract other than `record_batch`, asked for in its caller's database transaction.

    People see Queued, Sent, On ledger, Rejected; then `code` and `reason` are the contract's own.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls")
    role = models.CharField(max_length=32)
    person = models.CharField(max_length=64, blank=True, help_text="The pseudonym of who signs, where one must.")
    function = models.CharField(max_length=64)
    call_id = models.CharField(max_length=64, db_index=True, help_text="The id that its caller drew for it.")
    argument = models.TextField(help_text="Canonical JSON.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    after = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    code = models.CharField(max_length=64, blank=True, help_text="The code it was refused with.")
    result = models.TextField(blank=True, help_text="What the contract answered in the valid transaction.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["claimed_until"],
                condition=models.Q(state__in=("claimed", "endorsed", "sent")),
                name="calls_with_work",
            ),
            models.Index(fields=["organisation", "-id"], name="calls_newest_first"),
            models.Index(fields=["tx_id"], name="calls_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.function} {self.call_id[:8]} ({self.state})"

    @property
    def request(self) -> tuple[str, str]:
        return self.function, self.argument

    @property
    def label(self) -> str:
        """The state as people read it."""
        return _LABELS[self.State(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.VALID, self.State.INVALID)


_LABELS: Final = {
    Call.State.CLAIMED: "Queued",
    Call.State.ENDORSED: "Queued",
    Call.State.SENT: "Sent",
    Call.State.VALID: "On ledger",
    Call.State.INVALID: "Rejected",
}
