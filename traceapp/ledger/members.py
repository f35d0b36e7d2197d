"""Whose certificates sign: an organisation's, a role each, and a person's own where the contract asks for persons."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.ledger.outgoing import RECORDER


class Person(models.Model):
    """Under which pseudonym somebody signs for an organisation. The ledger never holds more of them than that."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_pseudonym_a_person"),
            models.UniqueConstraint(fields=["organisation", "pseudonym"], name="one_person_a_pseudonym"),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class Identity(models.Model):
    """A certificate to send an organisation's transactions of one role. Its key lies in the key store.

    `person`: the pseudonym of the one person whose it is, where the role asks for persons; else empty.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ledger_identities")
    role = models.CharField(max_length=32, default=RECORDER)
    person = models.CharField(max_length=64, blank=True)
    certificate = models.TextField()
    key_reference = models.CharField(max_length=100)
    created = models.DateTimeField(auto_now_add=True, help_text="Since when it signs.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "role", "person"], name="one_identity_a_role"),
        ]

    def __str__(self) -> str:
        return f"ledger identity of {self.organisation} as {self.role}"


class FormerIdentity(models.Model):
    """A certificate that another one has replaced. Its key stays until no envelope that it signed is open."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="former_identities")
    role = models.CharField(max_length=32, default=RECORDER)
    person = models.CharField(max_length=64, blank=True)
    certificate = models.TextField()
    key_reference = models.CharField(max_length=100)
    began = models.DateTimeField()
    replaced = models.DateTimeField()
    key_removed = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-replaced", "-pk"]

    def __str__(self) -> str:
        return f"former ledger identity of {self.organisation}"
