"""One period's demand as a distribution: through the five numbers that the forecast anchored. Pure.

The ends of the 80 and 95% intervals are its quantiles at 2.5, 10, 90 and 97.5%; beyond them tails fall exponentially
at the rate that the two ends of their side give; between them it is curved so that its mean is the forecast's own.
Below zero nothing is needed. A forecast that leans to one side, as a slow seller's does, keeps leaning.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log

from forecasting.inventory.strata import EDGES, WEIGHTS, Strata

LOW, HIGH = 0.1, 0.9
FALL = log(4.0)  # from 10 to 2.5% of probability


@dataclass(frozen=True, slots=True)
class Period:
    """What was anchored of one period, in the product's unit."""

    mean: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


def _tail(probability: float) -> float:
    """Integral of ln(0.1 / p) from 0 to `probability`."""
    return probability * (1 + log(LOW / probability)) if probability > 0 else 0.0


@lru_cache(maxsize=1024)
def strata_of(period: Period) -> Strata:
    """Its strata, none below zero."""
    lower = max(0.0, period.lo80 - period.lo95) / FALL
    upper = max(0.0, period.hi95 - period.hi80) / FALL
    found: dict[int, float] = {}
    for at, (start, end) in enumerate(pairwise(EDGES)):
        if end <= LOW:
            found[at] = period.lo80 - lower * (_tail(end) - _tail(start)) / (end - start)
        elif start >= HIGH:
            found[at] = period.hi80 + upper * (_tail(1 - start) - _tail(1 - end)) / (end - start)
    found = {at: max(0.0, value) for at, value in found.items()}
    outside = sum(WEIGHTS[at] * value for at, value in found.items())
    low, high = max(0.0, period.lo80), max(0.0, period.hi80)
    for at, value in _between(low, high, (max(0.0, period.mean) - outside) / (HIGH - LOW)).items():
        found[at] = value
    return tuple(found[at] for at in range(len(WEIGHTS)))


def _between(low: float, high: float, average: float) -> dict[int, float]:
    """Strata from 10 to 90%: low + (high - low) v^k, with k such that they are `average` on average."""
    share = (average - low) / (high - low) if high > low else 0.5
    share = min(0.999, max(0.001, share))
    power = 1 / share  # k + 1
    found = {}
    for at, (start, end) in enumerate(pairwise(EDGES)):
        if start >= LOW and end <= HIGH:
            a, b = (start - LOW) / (HIGH - LOW), (end - LOW) / (HIGH - LOW)
            found[at] = low + (high - low) * (b**power - a**power) / (power * (b - a))
    return found
