"""Conformal intervals: as wide as the backtest's errors say, no shape assumed. Pure.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018), with errors measured by a yardstick of each series
(Papadopoulos et al. 2008): how far a test was off, in units of what is usual for its series by the *other* windows.
Of n such scores the ceil((n + 1) a)-th smallest bounds the next one with probability a, if scores are exchangeable.
One score for both sides keeps the promise for slow sellers as well, whose lower end is zero and never missed.

Where history is too short for any test, errors are taken to be seasonal naive's inside the history, with the tails of
Laplace's distribution: of a mean absolute error of 1, a share of e^-r is beyond r.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

LEVELS = (0.80, 0.95)
TRUST = {False: 3.0, True: 5.0}  # windows that outweigh what is usual for all: slow sellers' errors are mostly chance
FURTHEST = 4.0  # times the usual forecast: beyond, a larger or smaller one moves the yardstick no more
TAIL = 0.80  # of each side's scores, to measure how far errors lean to it


@dataclass(frozen=True)
class Band:
    """Offsets from the mean that hold the truth with the level's probability."""

    low: float
    high: float


def band(errors: Sequence[float], level: float) -> Band:
    """Of one series by itself, each side apart, from errors (actual minus said). Without any it has no width."""
    high = _rank(sorted(errors), (1 + level) / 2)
    low = -_rank(sorted(-error for error in errors), (1 + level) / 2)
    return Band(min(0.0, low), max(0.0, high))


@dataclass(frozen=True)
class Record:
    """How a series' forecasts did: (said, actual) of its test windows by their start, and a first guess of its error
    (`scale`: the one that seasonal naive makes inside the history)."""

    scale: float
    windows: Mapping[str, Sequence[tuple[float, float]]]

    def without(self, start: str) -> "Record":
        return Record(self.scale, {key: window for key, window in self.windows.items() if key != start})

    def sizes(self) -> list[float]:
        """Mean absolute error of each window in units of the scale."""
        return [_mean([abs(actual - said) for said, actual in each]) / self.scale for each in self.windows.values()]


@dataclass(frozen=True)
class Yardstick:
    """Of one series: its usual error where it says `level`. Errors grow as the root of what is said, as counts' do."""

    usual: float
    level: float

    def at(self, said: float) -> float:
        share = abs(said) / self.level if self.level > 0 else 1.0
        return self.usual * math.sqrt(max(1 / FURTHEST, min(FURTHEST, share)))


@dataclass(frozen=True)
class Conformal:
    """What a group of series showed. `below` and `above`: how far errors lean; `reach`: how many of them by level.

    `typical`: the usual error in units of the scale, which weighs as much as `trust` windows of a series' own.
    """

    trust: float
    typical: float
    below: float
    above: float
    reach: Mapping[float, float]

    def yardstick(self, record: Record) -> Yardstick:
        """Of a series with these windows: the fewer they are, the more it is the group's."""
        sizes = record.sizes()
        usual = (math.fsum(sizes) + self.trust * self.typical) / (len(sizes) + self.trust)
        return Yardstick(
            usual * record.scale, _mean([abs(said) for each in record.windows.values() for said, _ in each])
        )

    def ends(self, said: float, yardstick: Yardstick, level: float) -> tuple[float, float]:
        """Around `said`, the ends that hold the truth with the probability of `level`."""
        width = self.reach[level] * yardstick.at(said)
        return said - self.below * width, said + self.above * width


def conformal(records: Sequence[Record], *, slow: bool) -> Conformal:
    """What the tests of these series, slow sellers or not, show."""
    sizes = [size for record in records for size in record.sizes()]
    if not sizes:
        return Conformal(1.0, 1.0, 1.0, 1.0, {level: -math.log(1 - level) for level in LEVELS})
    start = Conformal(TRUST[slow], _mean(sizes), 1.0, 1.0, dict.fromkeys(LEVELS, 0.0))
    scores = [score for record in records for score in _scores(record, start)]
    below = _rank(sorted(-score for score in scores if score < 0), TAIL) or 1.0
    above = _rank(sorted(score for score in scores if score > 0), TAIL) or 1.0
    far = sorted(score / above if score > 0 else -score / below for score in scores)
    return replace(start, below=below, above=above, reach={level: _rank(far, level) for level in LEVELS})


def _scores(record: Record, start: Conformal) -> list[float]:
    found = []
    for key, window in record.windows.items():
        yardstick = start.yardstick(record.without(key))
        for said, actual in window:
            width = yardstick.at(said)
            found.append((actual - said) / width if width > 0 else 0.0)
    return found


def _rank(ordered: Sequence[float], level: float) -> float:
    """The conformal quantile; 0 of nothing."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered), math.ceil((len(ordered) + 1) * level)) - 1]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
