"""One planned delivery and, where it is known, what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class DeliveryRow:
    """A shipping event with its plan beside the receiving event that ended it.

    `delay` is delivered minus scheduled in days, below zero for early ones; `recorded` is the day from which that was
    known, which can be long after the delivery. `uid` is the shipping record's, `outcome_uid` the receiving one's.
    """

    uid: str
    delivery: str
    scheduled: date
    ordered: date | None = None
    outcome_uid: str = ""
    delay: float | None = None
    recorded: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    destination: str = ""  # where it was received; no part of what is learnt from

    @property
    def late(self) -> bool | None:
        """Delivered after the planned time; None while nobody knows."""
        return None if self.delay is None else self.delay > 0

    def known_by(self, day: date) -> bool:
        """Whether its outcome was known at the end of `day`."""
        return self.delay is not None and self.recorded is not None and self.recorded <= day

    @property
    def delivered(self) -> date | None:
        return None if self.delay is None else self.scheduled + timedelta(days=self.delay)
