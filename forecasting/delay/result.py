"""What is said of one delivery that is still to come. Pure."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class DelayRow:
    """Chance of being late, and days after the plan at 10, 50 and 90% (below zero: early)."""

    uid: str
    delivery: str
    scheduled: date
    p_late: float
    days_p10: float
    days_p50: float
    days_p90: float
    reasons: list[str] = field(default_factory=list)
