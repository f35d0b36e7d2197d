"""Organisations, the people in them and the roles they hold there."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from knox.models import AuthToken
from simple_history.models import HistoricalRecords

from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.epcis.identifiers import valid_gln
from traceapp.web.validators import identifier_validator


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address alone."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Organisation(models.Model):
    """A firm of the consortium: a party by its PGLN, a member of the channel by its MSP id."""

    name = models.CharField(max_length=200)
    pgln = models.CharField(
        "party GLN",
        max_length=13,
        unique=True,
        validators=[identifier_validator(valid_gln)],
        help_text="13 digits; also the `org` attribute of the organisation's certificates and "
        "`recordedBy` of its records.",
    )
    msp_id = models.CharField("MSP id", max_length=64, unique=True)
    company_prefix = models.CharField(
        "GS1 company prefix",
        max_length=12,
        blank=True,
        help_text="4 to 12 digits; products and places imported by plain name are numbered under it.",
    )
    default_visibility = models.PositiveSmallIntegerField(choices=Visibility.choices, default=Visibility.CHAIN)
    created = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person in one organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    created = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_row_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} at {self.organisation}"


class ApiToken(models.Model):
    """What an API token is for: it acts for one organisation, with the roles its owner holds there at the time.

    The token itself is knox's, of which only the hash is stored.
    """

    token = models.OneToOneField(AuthToken, on_delete=models.CASCADE, related_name="api")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="What it is used by, such as the warehouse system.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.token.token_key[:4]}…)"


class UsedCode(models.Model):
    """A one-time code that confirmed a decision: it confirms no other."""

    authenticator = models.BigIntegerField()
    counter = models.BigIntegerField(help_text="Which period of 30 seconds the code stands for.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["authenticator", "counter"], name="one_code_one_decision"),
        ]

    def __str__(self) -> str:
        return f"code {self.counter} of authenticator {self.authenticator}"
