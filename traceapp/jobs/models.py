"""What every background job is. The row is the job: a lost message loses nothing."""

import uuid
from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone

SILENT_AFTER: Final = timedelta(seconds=30)


class Job(models.Model):
    """A wish, and how far it got.

    Whoever works on it holds a lease, named by a token. Only the holder of the token may say how it ended.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    nudged = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100")
    doing = models.CharField(max_length=200, blank=True, help_text="What it is at, in words.")
    error = models.TextField(blank=True)
    cancel = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"job {self.uid}, {self.get_state_display().lower()}"

    @property
    def active(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def silent(self) -> bool:
        """Its worker has not been heard of lately: it may have died, and another takes over."""
        late = self.heartbeat is None or timezone.now() - self.heartbeat > SILENT_AFTER
        return self.state == self.State.RUNNING and late
