"""Conformal intervals: as wide as the backtest's errors say, no shape assumed. Pure.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): of n past errors, the ceil((n + 1)(1 - a/2))-th
smallest and its mirror bound the next one with probability at least 1 - a, if errors are exchangeable. Ends are taken
apart, so that errors may lean to one side, and a series with too few errors borrows those of all series, scaled.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = (0.80, 0.95)
ENOUGH = 40  # errors: with fewer, the 95% ends would be the extremes themselves


@dataclass(frozen=True)
class Band:
    """Offsets from the mean that hold the truth with the level's probability."""

    low: float
    high: float


def band(errors: Sequence[float], level: float) -> Band:
    """Offsets for `level` from errors (actual minus said). Without errors the band has no width."""
    ordered = sorted(errors)
    if not ordered:
        return Band(0.0, 0.0)
    rank = min(len(ordered), math.ceil((len(ordered) + 1) * (1 + level) / 2))
    return Band(min(0.0, ordered[len(ordered) - rank]), max(0.0, ordered[rank - 1]))


def bands(own: Sequence[float], scale: float, pooled: Sequence[float]) -> dict[float, Band]:
    """Bands of a series: from its own errors, or from everybody's errors in units of `scale`."""
    if len(own) >= ENOUGH or not pooled:
        return {level: band(own, level) for level in LEVELS}
    scaled = {level: band(pooled, level) for level in LEVELS}
    return {level: Band(each.low * scale, each.high * scale) for level, each in scaled.items()}
