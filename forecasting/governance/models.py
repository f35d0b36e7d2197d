"""Documents of models as rows, and what stays off the ledger: cards, fitted numbers, monitoring jobs."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from forecasting.models import Run
from traceapp.accounts.models import Organisation
from traceapp.jobs.models import Job
from traceapp.ledger.models import Record


class Entry(models.Model):
    """One document of the ledger about a model. `msp_id` and `pgln` are of who wrote it; `model` whose story it is."""

    class Kind(models.TextChoices):
        MODEL = "model", "Version registered"
        DEPLOYMENT = "deployment", "Deployment proposed"
        SERVING = "serving", "What is served"
        FORECAST = "forecast", "Forecast recorded"
        METRIC = "metric", "Metrics reported"
        ROLLBACK = "rollback", "Rolled back"
        SUSPENSION = "suspension", "Suspended"

    key = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    model = models.CharField(max_length=32, blank=True, help_text="The version's id on the ledger.")
    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)
    purpose = models.CharField(max_length=32, blank=True)
    content: "models.JSONField[Any, Any]" = models.JSONField()
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["block", "position", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "model"], name="entries_of_a_model"),
            models.Index(fields=["kind", "msp_id", "pgln", "purpose"], name="entries_of_an_owner"),
        ]

    def __str__(self) -> str:
        return self.key


class Party(models.Model):
    """That an organisation votes on a version, or reports on it: it sees the version."""

    class Part(models.TextChoices):
        ELECTOR = "elector", "Votes"
        REPORTER = "reporter", "Reports"

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="parties")
    model = models.CharField(max_length=32, db_index=True)
    part = models.CharField(max_length=16, choices=Part.choices)
    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["msp_id", "pgln", "part"], name="parts_of_a_party")
        ]

    def __str__(self) -> str:
        return f"{self.pgln}: {self.part}"


class Artefact(models.Model):
    """A run's fitted numbers, as they were hashed: canonical JSON, no code and no history."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="artefact")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"numbers of {self.run_id}"


class Version(models.Model):
    """A run that was registered as a version. The ledger has the card's hash; the card is here."""

    model = models.CharField(max_length=32, unique=True, help_text="The version's id on the ledger.")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="model_versions")
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="version")
    card = models.TextField(help_text="Canonical JSON with a salt, as it was hashed.")

    def __str__(self) -> str:
        return f"version of {self.run}"


class MonitorJob(Job):
    """A reporter works out what became of a version's forecasts, window by window."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="monitor_jobs")
    model = models.CharField(max_length=32)
    done = models.PositiveIntegerField(default=0, help_text="Windows reported or passed by.")
    total = models.PositiveIntegerField(default=0)
    notes: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="Windows passed by, and why.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"Monitoring of {self.model[:8]}, {self.get_state_display().lower()}"


class Decision(models.Model):
    """What a person made of a forecast. The statement is a record on the ledger; this is its index."""

    class Kind(models.TextChoices):
        OVERRIDE = "override", "Another value, with a reason"
        SCORE = "score", "Acted on"

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="forecast_decisions")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="decisions")
    record = models.OneToOneField(
        Record, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="forecast_decision"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    statement: "models.JSONField[Any, Any]" = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.uid})"


class Retraining(models.Model):
    """That a suspicious window had its owner's model trained again, so that one window does so once."""

    key = models.CharField(max_length=300, unique=True, help_text="The report's.")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
