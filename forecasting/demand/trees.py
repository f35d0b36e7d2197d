"""Gradient-boosted trees (LightGBM) over all series of a panel at once. Worker code: brings numpy and LightGBM.

Every series is measured in units of its own level, so that large and small ones teach each other, and a new product
is forecast by analogy with those that sell alike. A row is one period to forecast, seen from an origin before it; rows
come from many origins, each with its own past only. The forecast is the mean of what is said with and without an offer,
weighted by the chance of one: planned ones are certain (`history.offers_ahead`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecasting.demand.candidates import TREES, TREES_MIDDLE, TREES_SUM
from forecasting.demand.features import Table, plain, rows
from forecasting.demand.history import offers_ahead
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


def say(table: Table, name: str, origin: int, horizon: int, pull: float = 0.0) -> Any:
    """An array of series by steps: what is said at `origin` of the periods from it on. `pull`: of working days."""
    import numpy as np

    table, sizes = table.alike(pull, horizon)
    level = table.level(origin)
    lessons = _lessons(table, origin, horizon)
    if len(lessons.targets) < LEAST_ROWS:
        return np.full((len(level), horizon), np.nan)
    if not lessons.targets.any():
        return np.zeros((len(level), horizon))
    model = _learnt(name, lessons)
    said = np.empty((len(level), horizon))
    panel = table.panel
    chances = np.array(
        [offers_ahead(each, panel.end_of(place, origin), horizon) for place, each in enumerate(panel.series)]
    )
    before = plain(table, origin, range(horizon), level)
    for step, row in enumerate(rows(table, origin, range(horizon), level)):
        learnt = model.predict(np.column_stack([row, np.zeros(len(row))]))
        if (chance := chances[:, step]).any():
            learnt = (1 - chance) * learnt + chance * model.predict(np.column_stack([row, np.ones(len(row))]))
        said[:, step] = learnt * level if name == TREES_SUM else (before[step] + learnt) * level
    return np.maximum(said * sizes[:, origin : origin + horizon], table.lowest[:, None])


@dataclass(frozen=True)
class Taught:
    """Rows to learn from: `before`, what is expected without learning, and `targets` are in units of the level."""

    features: Any
    before: Any
    targets: Any
    weights: Any


def _learnt(name: str, taught: Taught) -> Any:
    """A fitted model: of what differs from what is expected anyhow, or, of sums with their many zeros, of all."""
    import lightgbm
    import numpy as np

    targets = np.clip(taught.targets, -MOST, MOST)
    targets = np.maximum(targets, 0.0) if name == TREES_SUM else targets - taught.before
    data = lightgbm.Dataset(taught.features, targets, weight=taught.weights, params={"verbose": -1})
    return lightgbm.train({**SETTINGS, **OBJECTIVES[name], "seed": SEED}, data, ROUNDS)


def _lessons(table: Table, origin: int, horizon: int) -> Taught:
    """From origins before `origin`, none reaching past it."""
    import numpy as np

    season, taught = table.panel.season, table.lessons
    least = 2 * season + 1 if origin > 4 * season else season + 2
    count = len(table.values)
    thin = min(horizon, -(-count * horizon * taught.origins // MOST_ROWS))
    most = max(2, min(taught.origins, MOST_ROWS // (count * -(-horizon // thin))))
    apart = max(1, horizon // 3)
    starts = [origin - 1 - k * apart for k in range(most) if origin - 1 - k * apart >= least]
    parts: list[list[Any]] = [[], [], [], []]
    for turn, start in enumerate(starts):
        level = table.level(start)
        steps = range(turn % thin, min(horizon, origin - start), thin)
        before = plain(table, start, steps, level)
        for step, row, expected in zip(steps, rows(table, start, steps, level), before, strict=True):
            truth = table.values[:, start + step] / level
            seen = ~np.isnan(truth) & ~np.isnan(table.values[:, start - 1])
            offered = (table.offers[:, start + step] > 0).astype(float)
            weight = np.sqrt(np.minimum(level, LOUDEST * np.median(level)))
            for part, found in zip(parts, (np.column_stack([row, offered]), expected, truth, weight), strict=True):
                part.append(found[seen])
    return Taught(*(np.concatenate(part) if part else np.empty(0) for part in parts))
