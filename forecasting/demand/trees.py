"""Gradient-boosted trees (LightGBM) over all series of a panel at once. Worker code: brings numpy and LightGBM.

Every series is measured in units of its own level, so that large and small ones teach each other, and a new product
is forecast by analogy with those that sell alike. A row is one period to forecast, seen from an origin before it;
rows are of many origins, each with its own past only. What is learnt is how the truth differs from a plain forecast
(`plain.py`), the logarithm of a day's sales, or sales with their many zeros. The forecast is the mean of what
is said with and without an offer, weighted by the chance of one: planned ones are certain (`history.offers_ahead`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecasting.demand.arrays import Grid
from forecasting.demand.candidates import TREES, TREES_MIDDLE, TREES_SUM
from forecasting.demand.features import rows
from forecasting.demand.plain import Plain, pace, plain
from forecasting.runtime import SEED

SETTINGS: Mapping[str, Any] = {
    "learning_rate": 0.03,
    "num_leaves": 31,
    "min_child_samples": 30,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
OBJECTIVES: Mapping[str, Mapping[str, Any]] = {
    TREES: {"objective": "l2"},
    TREES_SUM: {"objective": "tweedie", "tweedie_variance_power": 1.3},
    TREES_MIDDLE: {"objective": "l1"},
}
ROUNDS = 300
MOST_ROWS = 100_000  # beyond, of each origin only every second, third... period ahead is learnt
LEAST_ROWS = 40
LOUDEST = 1e4  # times the level of the middle series: a larger one weighs no more than this; its root is the weight
MOST = 20.0  # times its level: a value beyond teaches no more than this
FURTHEST = 8.0  # times its usual difference from a plain forecast, likewise


def say(grid: Grid, name: str, origin: int, horizon: int, pull: float = 0.0) -> Any:
    """An array of series by steps: what is said at `origin` of the periods from it on. `pull`: of working days."""
    import numpy as np

    grid, sizes = grid.alike(pull, horizon)
    grid.pace = pace(grid, origin)
    level = grid.level(origin)
    taught = _taught(grid, name, origin, horizon)
    if len(taught.targets) < LEAST_ROWS:
        return np.full((len(level), horizon), np.nan)
    if not taught.sold:
        return np.zeros((len(level), horizon))
    model = _learnt(name, taught)
    said = np.empty((len(level), horizon))
    chances = grid.chances(origin, horizon)
    expected = plain(grid, origin, range(horizon), level)
    for step, (row, before) in enumerate(zip(rows(grid, origin, range(horizon), level), expected, strict=True)):

        def sold(offered: float, row: Any = row, before: Plain = before) -> Any:
            seen = np.column_stack([row, before.clues, np.full(len(row), offered)])
            return _back(_kind(grid, name), model.predict(seen), before)

        chance = chances[:, step]
        said[:, step] = (1 - chance) * sold(0.0) + chance * sold(1.0) if chance.any() else sold(0.0)
    return np.maximum(said * level[:, None] * sizes[:, origin : origin + horizon], grid.lowest[:, None])


def _kind(grid: Grid, name: str) -> str:
    if name == TREES_SUM:
        return "sum"
    return "logarithm" if name == TREES and grid.panel.every == "day" else "difference"


def _target(kind: str, truth: Any, before: Plain) -> Any:
    """What is learnt of a truth in units of the level."""
    import numpy as np

    known = np.clip(truth, -MOST, MOST)
    if kind == "sum":
        return np.maximum(known, 0.0)
    if kind == "logarithm":
        return np.sign(known) * np.log1p(np.abs(known))
    limit = np.where(before.unit == 1.0, MOST, FURTHEST)
    return np.clip((truth - before.expected) / before.unit, -limit, limit)


def _back(kind: str, learnt: Any, before: Plain) -> Any:
    """What was learnt, in units of the level."""
    import numpy as np

    if kind == "sum":
        return learnt
    if kind == "logarithm":
        return np.sign(learnt) * np.expm1(np.abs(learnt))
    return before.expected + learnt * before.unit


@dataclass(frozen=True)
class Taught:
    """Rows to learn from. `sold`: whether anything was, ever."""

    features: Any
    targets: Any
    weights: Any
    sold: bool


def _learnt(name: str, taught: Taught) -> Any:
    import lightgbm

    data = lightgbm.Dataset(taught.features, taught.targets, weight=taught.weights, params={"verbose": -1})
    return lightgbm.train({**SETTINGS, **OBJECTIVES[name], "seed": SEED}, data, ROUNDS)


def _taught(grid: Grid, name: str, origin: int, horizon: int) -> Taught:
    """From origins before `origin`, none reaching past it."""
    import numpy as np

    season, lessons, kind = grid.panel.season, grid.lessons, _kind(grid, name)
    least = 2 * season + 1 if origin > 4 * season else season + 2
    count = len(grid.values)
    thin = min(horizon, -(-count * horizon * lessons.origins // MOST_ROWS))
    most = max(2, min(lessons.origins, MOST_ROWS // (count * -(-horizon // thin))))
    apart = max(1, horizon // 3)
    starts = [origin - 1 - k * apart for k in range(most) if origin - 1 - k * apart >= least]
    parts: list[list[Any]] = [[], [], []]
    sold = False
    for turn, start in enumerate(starts):
        level = grid.level(start)
        steps = range(turn % thin, min(horizon, origin - start), thin)
        expected = plain(grid, start, steps, level)
        for step, row, before in zip(steps, rows(grid, start, steps, level), expected, strict=True):
            truth = grid.values[:, start + step] / level
            seen = ~np.isnan(truth) & ~np.isnan(grid.values[:, start - 1])
            sold = sold or bool(truth[seen].any())
            features = np.column_stack([row, before.clues, grid.offers[:, start + step] > 0])
            loud = level if kind == "sum" else level * before.unit
            weight = np.sqrt(np.minimum(loud, LOUDEST * np.median(loud)))
            for part, found in zip(parts, (features, _target(kind, truth, before), weight), strict=True):
                part.append(found[seen])
    features, targets, weights = (np.concatenate(part) if part else np.empty(0) for part in parts)
    return Taught(features, targets, weights, sold)
