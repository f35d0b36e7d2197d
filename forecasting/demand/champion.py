"""Which three models speak for a group of series: those whose mean did best on rolling validation. Pure.

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
    """The best mean of up to three of `names`, ties by their order; `default` where nothing could be tested."""
    if not trials:
        return list(default)
    single = sorted(names, key=lambda name: (loss([name], trials, slow=slow), names.index(name)))
    best = min(
        combinations(single, min(MEMBERS, len(single))),
        key=lambda members: loss(members, trials, slow=slow),
    )
    return sorted(best)
