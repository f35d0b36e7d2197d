"""Named queries, and page tokens that were given back before they expired."""

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
