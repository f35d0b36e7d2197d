"""Training jobs, runs and what they said. What a run says is checked against its statement whenever it is shown."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, ngettext

from forecasting.reasons import Reason
from traceapp.accounts.models import Organisation
from traceapp.jobs.models import Job
from traceapp.ledger.models import Record


class Kind(models.TextChoices):
    DEMAND = "demand", "Demand"
    DELAY = "delay", "Delays"


class TrainingJob(Job):
    """A wish to train, and how far it got."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="training_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    parameters = models.JSONField(default=dict)
    block = models.BigIntegerField(null=True, help_text="As of which block it learns; the same when it is resumed.")
    plan: "models.JSONField[Any, Any]" = models.JSONField(
        null=True, help_text="Planned offers that it knows; the same when it is resumed."
    )
    seconds_left = models.PositiveIntegerField(null=True, help_text="How long it will still take, as far as it knows.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} training, {self.get_state_display().lower()}"

    @property
    def said(self) -> str:
        """Percent and time left, in words."""
        if self.seconds_left is None:
            return f"{self.progress} %"
        minutes = round(self.seconds_left / 60)
        left = ngettext("about a minute left", "about %(n)d minutes left", minutes) % {"n": minutes}
        return f"{self.progress} %, {left if minutes else gettext('less than a minute left')}"

    @property
    def asked(self) -> str:
        """Which of several trainings this is, in words."""
        words = {"until": self.parameters["until"], "n": self.parameters["horizon"]}
        known = gettext("Known up to %(until)s") if words["until"] else gettext("All that is known")
        ahead = gettext("%(n)s days ahead") if self.kind == Kind.DELAY else gettext("%(n)s periods ahead")
        return f"{known}, {ahead}" % words


class Panel(models.Model):
    """Series that trees learn from together, kept for the chunks that ask for them. JSON, compressed."""

    training = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="panels")
    key = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["training", "key"], name="one_panel_a_training_and_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Chunk(Job):
    """Some series of a training and what is asked of them. Its key is the hash of that: asked again is not done again.

    Question and answer are compressed JSON, and are dropped when the training has ended.
    """

    training = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="chunks")
    key = models.CharField(max_length=64)
    number = models.PositiveIntegerField(help_text="In this order they are taken.")
    question = models.BinaryField()
    answer = models.BinaryField(null=True)
    worker = models.CharField(max_length=100, blank=True, help_text="Who took it last: host and process.")

    class Meta:
        ordering: ClassVar[list[str]] = ["number", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["training", "key"], name="one_chunk_a_training_and_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["training", "state", "number"])]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.training_id}, {self.get_state_display().lower()}"


class Run(models.Model):
    """One finished training: what it learnt from, how good it was, and the statement that went on the ledger."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    job = models.OneToOneField(TrainingJob, on_delete=models.CASCADE, related_name="run")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    record = models.OneToOneField(
        Record, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="forecast_run"
    )
    statement = models.JSONField()
    dataset_root = models.CharField(max_length=64)
    as_of_block = models.BigIntegerField()
    until = models.DateField()
    horizon = models.PositiveIntegerField()
    rows_used = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict, help_text="Rows left out, by reason.")
    metrics = models.JSONField(default=dict)
    predictions_hash = models.CharField(max_length=64)
    model_hash = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.until}"

    @property
    def rows_left_out(self) -> int:
        """Rows left out, not counting events of another kind: nobody would have expected those in."""
        return sum(count for reason, count in self.left_out.items() if reason != Reason.OTHER)


class LeftOutRow(models.Model):
    """One row that a run did not learn from, and why."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="left_out_rows")
    reason = models.CharField(max_length=16)
    record_uid = models.UUIDField(null=True)
    batch_id = models.CharField(max_length=32, blank=True)
    position = models.PositiveIntegerField(null=True)
    detail = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["run", "reason"])]

    def __str__(self) -> str:
        return f"{self.record_uid or self.batch_id}: {self.words}"

    @property
    def words(self) -> str:
        return Reason(self.reason).words


class Series(models.Model):
    """One product at one place in a run: the champion, its figures, and recent history for the drawing."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="series")
    product = models.CharField(max_length=500)
    place = models.CharField(max_length=500)
    product_name = models.CharField(max_length=200)
    place_name = models.CharField(max_length=200)
    every = models.CharField(max_length=8)
    unit = models.CharField(max_length=16, blank=True)
    champion = models.CharField(max_length=120, help_text="The models whose mean it is, joined by plus signs.")
    mode = models.CharField(max_length=16)
    metrics = models.JSONField(default=dict)
    drivers = models.JSONField(default=dict)
    history = models.JSONField(default=list, help_text="[day, quantity or null, promotion], oldest first.")

    class Meta:
        ordering: ClassVar[list[str]] = ["product_name", "place_name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "product", "place"], name="one_series_a_product_and_place"),
        ]

    def __str__(self) -> str:
        return f"{self.product_name}, {self.place_name}"


class Forecast(models.Model):
    """One period's forecast with its intervals."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="forecasts")
    day = models.DateField()
    mean = models.FloatField()
    lo80 = models.FloatField()
    hi80 = models.FloatField()
    lo95 = models.FloatField()
    hi95 = models.FloatField()

    class Meta:
        ordering: ClassVar[list[str]] = ["series", "day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.mean:.1f}"


class Backtest(models.Model):
    """One test window of a series: the mean absolute error of each model, in the series' unit."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="backtests")
    start = models.DateField()
    periods = models.PositiveIntegerField()
    model = models.FloatField("error of the champion")
    naive = models.FloatField("error of seasonal naive")

    class Meta:
        ordering: ClassVar[list[str]] = ["start"]

    def __str__(self) -> str:
        return f"from {self.start}"


class Foretold(models.Model):
    """One planned delivery: chance of being late, days at 10, 50 and 90%, and why."""

    record_uid = models.UUIDField()
    delivery = models.CharField(max_length=200)
    scheduled = models.DateField()
    p_late = models.FloatField()
    days_p10 = models.FloatField()
    days_p50 = models.FloatField()
    days_p90 = models.FloatField()
    reasons: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-p_late", "scheduled", "delivery"]

    def __str__(self) -> str:
        return f"{self.delivery}: {self.p_late:.0%}"


class DelayPrediction(Foretold):
    """What a run foretells of a delivery, and what it went by."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="delays")
    attributes: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
