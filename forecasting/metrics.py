"""Measures of forecasts, as the literature defines them. Pure; plain sequences in, one number out.

Sources: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 5.8 (MAE, RMSE, MASE) and 5.9
(pinball, coverage); Kolassa and Schuetz 2007 (WAPE); Brier 1950; Good 1952 (log loss); Hanley and McNeil 1982 (AUC
as a rank statistic); Naeini, Cooper and Hauskrecht 2015 (ECE).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Numbers = Sequence[float]


def _mean(values: Numbers) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def mae(actual: Numbers, predicted: Numbers) -> float:
    """Mean absolute error, in the unit of the series."""
    return _mean([abs(a - p) for a, p in zip(actual, predicted, strict=True)])


def rmse(actual: Numbers, predicted: Numbers) -> float:
    """Root mean squared error, in the unit of the series."""
    return math.sqrt(_mean([(a - p) ** 2 for a, p in zip(actual, predicted, strict=True)]))


def wape(actual: Numbers, predicted: Numbers) -> float:
    """Sum of absolute errors over the sum of absolute actuals; not a number where nothing was sold at all."""
    total = math.fsum(abs(a) for a in actual)
    errors = math.fsum(abs(a - p) for a, p in zip(actual, predicted, strict=True))
    return errors / total if total else math.nan


def seasonal_scale(history: Sequence[float | None], season: int) -> float:
    """Mean absolute error of seasonal naive inside the history: the denominator of MASE. Not a number if undefined."""
    pairs = zip(history[season:], history, strict=False)
    return _mean([abs(a - b) for a, b in pairs if a is not None and b is not None])


def mase(actual: Numbers, predicted: Numbers, scale: float) -> float:
    """Mean absolute scaled error: below 1 is better than seasonal naive was inside the history."""
    return mae(actual, predicted) / scale if scale > 0 else math.nan


def pinball(actual: Numbers, quantile: Numbers, level: float) -> float:
    """Mean pinball loss of a forecast quantile at `level` in (0, 1)."""
    losses = [max(level * (a - q), (level - 1) * (a - q)) for a, q in zip(actual, quantile, strict=True)]
    return _mean(losses)


def coverage(actual: Numbers, low: Numbers, high: Numbers) -> float:
    """Share of actuals inside their interval, both ends included."""
    return _mean([float(lo <= a <= hi) for a, lo, hi in zip(actual, low, high, strict=True)])


def brier(happened: Sequence[bool], probability: Numbers) -> float:
    """Mean squared difference between probability and outcome."""
    return _mean([(p - float(y)) ** 2 for y, p in zip(happened, probability, strict=True)])


def log_loss(happened: Sequence[bool], probability: Numbers) -> float:
    """Mean negative log likelihood; probabilities are kept 1e-15 away from 0 and 1."""
    tiny = 1e-15
    kept = [min(max(p, tiny), 1 - tiny) for p in probability]
    return _mean([-math.log(p if y else 1 - p) for y, p in zip(happened, kept, strict=True)])


def auc(happened: Sequence[bool], probability: Numbers) -> float:
    """Chance that a late one got a higher probability than a punctual one; ties count half."""
    order = sorted(range(len(probability)), key=lambda index: probability[index])
    ranks = [0.0] * len(order)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and probability[order[end + 1]] == probability[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2 + 1
        start = end + 1
    positives = sum(happened)
    negatives = len(happened) - positives
    if not positives or not negatives:
        return math.nan
    rank_sum = math.fsum(rank for rank, late in zip(ranks, happened, strict=True) if late)
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def average_precision(happened: Sequence[bool], probability: Numbers) -> float:
    """Area under the precision-recall curve as the mean of the precisions at each late one; equal scores come at once.

    Davis and Goadrich 2006 say why not by trapezoids.
    """
    positives = sum(happened)
    if not positives:
        return math.nan
    order = sorted(range(len(probability)), key=lambda index: -probability[index])
    area, late, start = 0.0, 0, 0
    while start < len(order):
        end = start
        while end < len(order) and probability[order[end]] == probability[order[start]]:
            end += 1
        found = sum(happened[place] for place in order[start:end])
        late += found
        area += found / positives * late / end
        start = end
    return area


@dataclass(frozen=True)
class Bin:
    """One bar of a reliability diagram: what was said, what happened, how often."""

    said: float
    happened: float
    count: int


def reliability(happened: Sequence[bool], probability: Numbers, bins: int = 10) -> list[Bin]:
    """Bins of equal count, in order of the probability said."""
    order = sorted(range(len(probability)), key=lambda index: (probability[index], index))
    size = max(1, math.ceil(len(order) / bins))
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    return [
        Bin(_mean([probability[i] for i in group]), _mean([float(happened[i]) for i in group]), len(group))
        for group in groups
    ]


def ece(happened: Sequence[bool], probability: Numbers, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count."""
    parts = reliability(happened, probability, bins)
    return math.fsum(part.count * abs(part.said - part.happened) for part in parts) / max(1, len(probability))


def ece_width(happened: Sequence[bool], probability: Numbers, bins: int = 10) -> float:
    """The same over bins of equal width."""
    parts: list[list[int]] = [[] for _ in range(bins)]
    for place, value in enumerate(probability):
        parts[min(bins - 1, int(value * bins))].append(place)
    off = [abs(math.fsum(probability[i] - happened[i] for i in part)) for part in parts]
    return math.fsum(off) / max(1, len(probability))
