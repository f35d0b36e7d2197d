"""Which models speak for a group of series: those whose mean did best on rolling validation. Pure.

Of steady series it is the mean of three: means of fewer win by chance. Slow sellers may have fewer: methods for them
err to the same side, which no mean of them mends.

Steady series are judged by the sum of absolute errors, as planners count them. Slow sellers are judged by what a stock
must last for: the squared error of a test's total, in units of each series. Period by period, absolute error would
choose whoever says zero, and a stock of zero sells nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

MEMBERS = 3
DOUBT = 40  # tests that say that the level is right, before any was made
LEAST_LEVEL, MOST_LEVEL = 0.8, 1.25


@dataclass(frozen=True)
class Trial:
    """One series' test window: the truth where it is known, and what each candidate said there."""

    scale: float
    actual: Sequence[float]
    said: Mapping[str, Sequence[float]]


def mean_of(members: Sequence[str], said: Mapping[str, Sequence[float]]) -> list[float]:
    return [sum(values) / len(members) for values in zip(*(said[name] for name in members), strict=True)]


def loss(members: Sequence[str], trials: Sequence[Trial], *, slow: bool) -> float:
    total = 0.0
    for trial in trials:
        said = mean_of(members, trial.said)
        if slow:
            total += (math.fsum(trial.actual) - math.fsum(said)) ** 2 / (trial.scale**2 * len(said))
        else:
            total += math.fsum(abs(a - s) for a, s in zip(trial.actual, said, strict=True))
    return total


def level(tests: Iterable[tuple[float, Sequence[float], Sequence[float]]]) -> float:
    """What a mean of slow sellers' methods is to be multiplied by: least squares over tests' totals.

    Each test is (scale, actual, said). Methods for slow sellers say too much after a good year and go on about parts
    that nobody wants any more; by how much, all series tell together. Few tests are trusted little.
    """
    both, own, count = 0.0, 0.0, 0
    for scale, actual, said in tests:
        size = math.fsum(said)
        both += math.fsum(actual) * size / (scale**2 * len(said))
        own += size**2 / (scale**2 * len(said))
        count += 1
    if own <= 0:
        return 1.0
    doubt = DOUBT * own / count
    return max(LEAST_LEVEL, min(MOST_LEVEL, (both + doubt) / (own + doubt)))


def choose(names: Sequence[str], trials: Sequence[Trial], *, slow: bool, default: Sequence[str]) -> list[str]:
    """The best mean of three of `names` (of slow sellers: up to three), ties by order; `default` without tests."""
    if not trials:
        return list(default)
    single = sorted(names, key=lambda name: (loss([name], trials, slow=slow), names.index(name)))
    most = min(MEMBERS, len(single))
    means = [members for size in range(1 if slow else most, most + 1) for members in combinations(single, size)]
    best = min(means, key=lambda members: loss(members, trials, slow=slow))
    return sorted(best)
