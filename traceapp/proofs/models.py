"""Links by which chosen fields of a record are shown to somebody, and the hosts that organisations publish trust on."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from traceapp.accounts.models import Organisation
from traceapp.web.validators import host_validator


class ProofLink(models.Model):
    """Who shows which fields of what until when. Its address is signed (`links.token_of`); a row opens nothing."""

    key = models.CharField(max_length=32, unique=True)
    record_uid = models.UUIDField(help_text="Not a foreign key: a record that vanishes must be missed, not the link.")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="proof_links")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    pointers = models.JSONField(null=True, help_text="Fields to show; null for all that the organisation may see.")
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "record_uid", "-made"], name="proof_links_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"link to record {self.record_uid} until {self.expires:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """`open`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires <= timezone.now() else "open"


class TrustHost(models.Model):
    """The host name under which an organisation publishes the trust file's fingerprint (`/.well-known/`)."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="trust_host")
    host = models.CharField(max_length=253, unique=True, validators=[host_validator])

    def __str__(self) -> str:
        return self.host
