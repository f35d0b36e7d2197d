"""Which models speak for a group of series: those whose mean did best on rolling validation. Pure.

Of steady series it is the mean of three: means of fewer win by chance. Slow sellers may have fewer: methods for them
err to the same side, which no mean of them mends.

Steady series are judged by the sum of absolute errors, as planners count them. Slow sellers are judged by squared
errors in units of each series: absolute error would choose whoever says zero, and a stock of zero sells nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

MEMBERS = 3


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
        for actual, said in zip(trial.actual, mean_of(members, trial.said), strict=True):
            total += ((actual - said) / trial.scale) ** 2 if slow else abs(actual - said)
    return total


def choose(names: Sequence[str], trials: Sequence[Trial], *, slow: bool, default: Sequence[str]) -> list[str]:
    """The best mean of three of `names` (of slow sellers: up to three), ties by order; `default` without tests."""
    if not trials:
        return list(default)
    single = sorted(names, key=lambda name: (loss([name], trials, slow=slow), names.index(name)))
    most = min(MEMBERS, len(single))
    means = [members for size in range(1 if slow else most, most + 1) for members in combinations(single, size)]
    best = min(means, key=lambda members: loss(members, trials, slow=slow))
    return sorted(best)
