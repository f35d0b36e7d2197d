"""Which models speak for a group of series: those whose mean did best on rolling validation. Pure.

It is the mean of three; fewer may speak where many tests say so, since means of fewer also win by chance. Slow sellers
may always have fewer: methods for them err to the same side, which no mean of them mends.

Steady series are judged by absolute errors in units of the one that seasonal naive makes in each (MASE: Hyndman and
Koehler 2006): else the few largest, and their luck, decide for all. Slow sellers are judged by what a stock
must last for: the absolute error of a test's total. Period by period it would choose whoever says zero, and a stock of
zero sells nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

MEMBERS = 3
MANY = 100  # tests: from so many on, fewer than three may be better than any three
FINAL = 10  # means that are compared once more
DOUBT = 40  # tests that say that the level is right, before any was made
LEVELS = [1 + step / 100 for step in range(-10, 26)]  # stock is planned by it: no more than a tenth is taken off


@dataclass(frozen=True)
class Trial:
    """One series' test window: the truth where it is known, and what each candidate said there.

    `scale`: the error that is usual for the series.
    """

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
            total += abs(math.fsum(trial.actual) - math.fsum(said))
        else:
            total += math.fsum(abs(a - s) for a, s in zip(trial.actual, said, strict=True)) / trial.scale
    return total


def level(tests: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    """What a mean of slow sellers' methods is to be multiplied by: least absolute error over tests' totals.

    Each test is (actual, said). Methods for slow sellers go on about the last good year; by how much they say too much,
    all series tell together. Few tests are trusted little. Ties go to what changes least.
    """
    totals = [(math.fsum(actual), math.fsum(said)) for actual, said in tests]
    doubt = DOUBT * math.fsum(said for _, said in totals) / max(1, len(totals))

    def error(factor: float) -> tuple[float, float]:
        off = math.fsum(abs(actual - factor * said) for actual, said in totals)
        return off + doubt * abs(1 - factor), abs(1 - factor)

    return min(LEVELS, key=error) if doubt > 0 else 1.0


def choose(names: Sequence[str], trials: Sequence[Trial], *, slow: bool, default: Sequence[str]) -> list[str]:
    """The best mean of three of `names` (of slow sellers, or by many tests: up to three); `default` without tests."""
    return sorted(_best(names, trials, slow=slow)[0]) if trials else list(default)


def finalists(names: Sequence[str], trials: Sequence[Trial], *, slow: bool) -> list[str]:
    """Those of `names` that speak in any of the best means, in their order; all of them without tests."""
    if not trials:
        return list(names)
    among = {name for members in _best(names, trials, slow=slow)[:FINAL] for name in members}
    return [name for name in names if name in among]


def _best(names: Sequence[str], trials: Sequence[Trial], *, slow: bool) -> list[tuple[str, ...]]:
    """Means of some, the best first."""
    single = sorted(names, key=lambda name: (loss([name], trials, slow=slow), names.index(name)))
    most = min(MEMBERS, len(single))
    least = 1 if slow or len(trials) >= MANY else most
    means = [members for size in range(least, most + 1) for members in combinations(single, size)]
    return sorted(means, key=lambda members: loss(members, trials, slow=slow))
