"""How long a delivery takes, as some equally likely numbers of days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean, pstdev

STEPS = 9
LEAST = 10  # deliveries: fewer have a mean and a spread, but no shape of their own


def _normal() -> tuple[float, ...]:
    """Means of equal parts of the standard normal, stretched to a spread of 1."""
    bell = NormalDist()
    ends = [0.0, *(bell.pdf(bell.inv_cdf(at / STEPS)) for at in range(1, STEPS)), 0.0]
    return _standard([STEPS * (low - high) for low, high in pairwise(ends)])


def _standard(values: Sequence[float]) -> tuple[float, ...]:
    middle, spread = fmean(values), pstdev(values)
    return tuple((value - middle) / spread if spread else 0.0 for value in values)


NORMAL = _normal()


@dataclass(frozen=True)
class LeadTime:
    """Days on average, their standard deviation, and the shape: equally likely deviations in units of it."""

    days: float
    spread: float
    shape: tuple[float, ...] = NORMAL

    def cases(self) -> list[float]:
        """Equally likely numbers of days, none below zero. They grow with `days`."""
        return [max(0.0, self.days + self.spread * each) for each in self.shape]


def learnt(days: Sequence[float]) -> LeadTime:
    """From what deliveries took. `days` is not empty."""
    ordered = sorted(days)
    if len(ordered) < LEAST or ordered[0] == ordered[-1]:
        return LeadTime(fmean(ordered), pstdev(ordered))
    cuts = [len(ordered) * at // STEPS for at in range(STEPS + 1)]
    parts = [fmean(ordered[low:high]) for low, high in pairwise(cuts)]
    return LeadTime(fmean(ordered), pstdev(ordered), _standard(parts))
