"""What is expected of a series without any learning, and how far off that usually is. Worker code: brings numpy.

Trees learn how the truth differs from it, in units of how much that differs anyhow: so what is large and steady and
what is small and wild teach each other. Of days and of slow sellers, whose last season is mostly chance, nothing is
expected, and the unit is a series' level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.demand.arrays import Grid
from forecasting.demand.means import mean
from forecasting.demand.seasons import seasons_of
from forecasting.demand.usual import FRESH, LEAST_SHARE, MOST_GROWTH, SEASONS

USUAL = 3  # seasons whose differences from the one before are the unit
MOST_PACE = 0.5  # of the last year's growth: more of it overshoots (Gardner and McKenzie 1985)
UNKNOWN, LEAST = 0.2, 0.02  # of the level: a unit that cannot be measured, and the least of any


@dataclass(frozen=True)
class Plain:
    """By series, in units of the level: `expected`, and the `unit` of what differs. `clues` is what trees see of it."""

    expected: Any
    unit: Any
    clues: Any


def plain(grid: Grid, origin: int, steps: Sequence[int], level: Any) -> list[Plain]:
    """For each step: half of last year, half of the usual year's shape, each with its part of last year's growth."""
    import numpy as np

    season = grid.panel.season
    own = grid.values[:, :origin] / level[:, None]
    count = len(own)
    if grid.panel.every == "day" or season == 1 or origin < season:
        return [Plain(np.zeros(count), np.ones(count), np.empty((count, 0))) for _ in steps]
    block, size, shape = seasons_of(own, season)
    growth = size[:, -1] / np.where(size[:, -2] > 0, size[:, -2], np.nan) if size.shape[1] > 1 else np.ones(count)
    growth = np.clip(np.nan_to_num(growth, nan=1.0), 1 / MOST_GROWTH, MOST_GROWTH)
    steady = ~np.array(grid.panel.slow)
    unit = np.where(steady, _unit(own, season), 1.0)
    moved = [_moved(own, season, width) / unit for width in (season, season // 2, season // 4)]
    today = _today(own, shape, season)
    found = []
    for step in steps:
        last, usual = block[:, -1, step % season], shape[:, step % season] * today
        grown = last * growth**grid.pace + usual * growth ** (grid.pace / 2)
        expected = np.where(steady, np.nan_to_num(grown) / 2, 0.0)
        clues = np.column_stack([expected, unit, (last - expected) / unit, *moved])
        found.append(Plain(expected, unit, clues))
    return found


def pace(grid: Grid, origin: int) -> float:
    """How much of a year's growth came again in the year after, over all steady series; 0 to MOST_PACE.

    Where years go up and down by turns it is nothing. With fewer than three years it is the most.
    """
    import numpy as np

    season = grid.panel.season
    years = min(origin // season, 2 * SEASONS)
    if grid.panel.every == "day" or season == 1 or years < 3:
        return MOST_PACE
    own = grid.values[~np.array(grid.panel.slow), origin - years * season : origin]
    sizes = own.reshape(len(own), years, season).mean(axis=2)
    sizes = sizes[(sizes > 0).all(axis=1)]
    growth = np.clip(np.diff(np.log(sizes), axis=1), -np.log(MOST_GROWTH), np.log(MOST_GROWTH))
    weight = np.sqrt(sizes[:, -1:])
    spread = (weight * growth[:, :-1] ** 2).sum()
    again = (weight * growth[:, :-1] * growth[:, 1:]).sum() / spread if spread > 0 else 0.0
    return float(np.clip(np.round(again, 6), 0.0, MOST_PACE))


def _unit(own: Any, season: int) -> Any:
    """How much a period usually differs from the one a season before."""
    import numpy as np

    start = own.shape[1]
    first = min(start, max(season, start - USUAL * season))
    found = mean(np.abs(own[:, first:] - own[:, first - season : start - season]))
    return np.maximum(np.nan_to_num(found, nan=UNKNOWN), LEAST)


def _today(own: Any, shape: Any, season: int) -> Any:
    """The level of now, as `usual.usual` has it."""
    import numpy as np

    age = np.arange(min(own.shape[1], SEASONS * season), 0, -1)
    sizes = own[:, own.shape[1] - len(age) :] / np.maximum(shape[:, -age % season], LEAST_SHARE)
    weights = 0.5 ** (age / (FRESH * season)) * ~np.isnan(sizes)
    total = weights.sum(axis=1)
    return (np.nan_to_num(sizes) * weights).sum(axis=1) / np.where(total > 0, total, 1.0)


def _moved(own: Any, season: int, width: int) -> Any:
    """The last periods against the same a season before; not a number where those are not known."""
    import numpy as np

    start = own.shape[1]
    if start < season + width:
        return np.full(len(own), np.nan)
    return mean(own[:, start - width :]) - mean(own[:, start - season - width : start - season])
