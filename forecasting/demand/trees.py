"""Gradient-boosted trees (LightGBM) over all series of a panel at once. Worker code: brings numpy and LightGBM.

Every series is measured in units of its own level, so that large and small ones teach each other, and a new product
is forecast by analogy with those that sell alike. A row is one period to forecast, seen from an origin before it; rows
come from many origins, each with its own past only. The forecast is the mean of what is said with and without an offer,
weighted by the chance of one: planned ones are certain (`history.offers_ahead`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.demand.calendar import YEAR, Every
from forecasting.demand.candidates import TREES, TREES_MIDDLE, TREES_SUM
from forecasting.demand.history import filled, offers_ahead, tamed
from forecasting.demand.panel import Panel
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


@dataclass(frozen=True)
class Lessons:
    """How the past of series in such periods is taught.

    `level`: periods whose mean is a series' unit. `widths`: of the means that are looked at. `origins`: looked back
    from, at most.
    """

    level: int
    widths: tuple[int, ...]
    origins: int


LESSONS: Mapping[Every, Lessons] = {
    "day": Lessons(56, (3, 7, 14, 28, 56, 182, 364), 120),
    "week": Lessons(26, (2, 4, 13, 26, 52), 60),
    "month": Lessons(24, (3, 12, 24, 48), 24),
}
LEAST_ROWS = 40
LOUDEST = 1e4  # times the level of the middle series: a larger one weighs no more than this; its root is the weight
MOST = 20.0  # times its level: a value beyond teaches no more than this


class Table:
    """The panel as arrays: values (not a number before a series begins), offers, and the chance of one."""

    def __init__(self, panel: Panel) -> None:
        import numpy as np

        self.panel = panel
        self.lessons = LESSONS[panel.every]
        self.values = np.full((len(panel.series), panel.length), np.nan)
        self.offers = np.zeros((len(panel.series), panel.length))
        for place, (series, shift) in enumerate(zip(panel.series, panel.shift, strict=True)):
            here = filled(tamed(series.values), panel.season)
            self.values[place, shift : shift + len(here)] = here
            self.values[place, shift + len(here) :] = here[-1]
            self.offers[place, shift : shift + len(here)] = series.promotions
        self.lowest = np.where(np.nanmin(self.values, axis=1) < 0, -np.inf, 0.0)

    def level(self, origin: int) -> Any:
        import numpy as np

        sizes = np.abs(self.values[:, :origin])
        recent = _mean(sizes[:, -self.lessons.level :])
        always = _mean(sizes)
        found = np.maximum(np.nan_to_num(recent), 0.1 * np.nan_to_num(always))
        return np.where(found > 0, found, 1.0)


def _mean(values: Any, axis: int = 1) -> Any:
    """Of what is known; not a number where nothing is."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=axis)


def _past(table: Table, origin: int, level: Any) -> Any:
    """What is known of each series at `origin`, in units of its level."""
    import numpy as np

    season, taught = table.panel.season, table.lessons
    own = table.values[:, :origin] / level[:, None]
    count = len(own)
    lags = [own[:, -lag] if origin >= lag else np.full(count, np.nan) for lag in (1, 2, 3, max(2, season))]
    means = [_mean(own[:, -width:]) for width in taught.widths]
    recent = own[:, -taught.level :]
    usual = _mean(recent)
    spread = np.sqrt(_mean((recent - usual[:, None]) ** 2))
    zero = _mean(np.where(np.isnan(recent), np.nan, recent == 0))
    last = np.where(np.nan_to_num(own) != 0, np.arange(origin), -1).max(axis=1) if origin else np.zeros(count)
    faded = []
    for alpha in (0.1, 0.3):
        weights = (1 - alpha) ** np.arange(own.shape[1])[::-1] * ~np.isnan(own)
        total = weights.sum(axis=1)
        faded.append((np.nan_to_num(own) * weights).sum(axis=1) / np.where(total > 0, total, 1))
    age = (~np.isnan(own)).sum(axis=1)
    most = np.nan_to_num(recent).max(axis=1)
    offers = _offered(table, own, origin)
    return np.column_stack(
        [*lags, *means, spread, zero, origin - last, *faded, *offers, age, means[1] - usual, most, np.log(level)]
    )


def _offered(table: Table, own: Any, origin: int) -> list[Any]:
    """How often there was an offer in the last year and lately, and what sold with and without one."""
    import numpy as np

    year = max(0, origin - YEAR[table.panel.every])
    offered, sold = table.offers[:, year:origin] > 0, own[:, year:]
    lately = offered[:, -table.lessons.level :]
    with_one, without = (np.where(mask, sold, np.nan) for mask in (offered, ~offered))
    return [
        offered.mean(axis=1),
        lately.mean(axis=1),
        _mean(with_one),
        _mean(without),
        _mean(without[:, -table.lessons.level :]),
    ]


def _steps(table: Table, origin: int, steps: Sequence[int], level: Any) -> list[tuple[int, Any]]:
    """Each step with what is known of its place in the season: a season ago, on average, and of everybody."""
    import numpy as np

    season = table.panel.season
    own = table.values[:, :origin] / level[:, None]
    seasons = min(origin // season, 5)
    block = own[:, origin - seasons * season :].reshape(len(own), seasons, season) if seasons else own[:, :0, None]
    usual = _mean(block, 2)
    shape = _mean(block / np.where(usual > 0, usual, np.nan)[:, :, None], 1) if seasons else None
    everybody = _mean(shape, 0) if shape is not None else None
    found = []
    for step in steps:
        at = step % season
        ago = [own[:, origin - k * season + at] if origin >= k * season else own[:, 0] * np.nan for k in (1, 2, 3)]
        mine = shape[:, at] if shape is not None else own[:, 0] * np.nan
        mean = _mean(block[:, :, at], 1) if seasons else own[:, 0] * np.nan
        all_of_them = np.full(len(own), everybody[at] if everybody is not None else np.nan)
        phase = np.full(len(own), (origin + step) % season)
        recent = mine * _mean(own[:, -season:])
        row = [*ago, mean, mine, all_of_them, np.full(len(own), step), phase, recent]
        found.append((step, np.column_stack(row)))
    return found


def _year(table: Table, origin: int, step: int, own: Any) -> Any:
    """Time of the year of daily and weekly periods, which their season does not tell, and what it meant before."""
    import numpy as np

    panel, count = table.panel, len(own)
    if panel.every == "month":
        return np.zeros((count, 1))
    year = 364 if panel.every == "day" else 52  # whole weeks: the same weekday
    around = 7 if panel.every == "day" else 1
    day = panel.series[0].day(origin + step - panel.shift[0])
    found = [np.full(count, day.timetuple().tm_yday), np.full(count, day.day)]
    for ago in (1, 2):
        at = origin + step - ago * year
        near = own[:, max(0, at - around) : at + around + 1] if at <= origin else own[:, :0]
        then = own[:, max(0, at - year // 2) : max(0, at + year // 2)]
        share = _mean(near) / np.where(_mean(then) > 0, _mean(then), np.nan)
        found += [_mean(near), share, np.full(count, _mean(share, 0))]
    return np.column_stack(found)


def _rows(table: Table, origin: int, steps: Sequence[int], level: Any) -> list[Any]:
    import numpy as np

    own = table.values[:, :origin] / level[:, None]
    past = _past(table, origin, level)
    return [
        np.column_stack([past, each, _year(table, origin, step, own)])
        for step, each in _steps(table, origin, steps, level)
    ]


def say(table: Table, name: str, origin: int, horizon: int) -> Any:
    """An array of series by steps: what is said at `origin` of the periods from it on."""
    import lightgbm
    import numpy as np

    features, targets, weights = _lessons(table, origin, horizon)
    level = table.level(origin)
    if len(targets) < LEAST_ROWS:
        return np.full((len(level), horizon), np.nan)
    if not targets.any():
        return np.zeros((len(level), horizon))
    kind = OBJECTIVES[name]
    if name == TREES_SUM:
        targets = np.maximum(targets, 0.0)
    data = lightgbm.Dataset(features, np.clip(targets, -MOST, MOST), weight=weights, params={"verbose": -1})
    model = lightgbm.train({**SETTINGS, **kind, "seed": SEED}, data, ROUNDS)
    said = np.empty((len(level), horizon))
    panel = table.panel
    chances = np.array(
        [offers_ahead(each, panel.end_of(place, origin), horizon) for place, each in enumerate(panel.series)]
    )
    for step, row in enumerate(_rows(table, origin, range(horizon), level)):
        without, offered = (model.predict(np.column_stack([row, np.full(len(row), at)])) for at in (0.0, 1.0))
        chance = chances[:, step]
        said[:, step] = ((1 - chance) * without + chance * offered) * level
    return np.maximum(said, table.lowest[:, None])


def _lessons(table: Table, origin: int, horizon: int) -> tuple[Any, Any, Any]:
    """(features, targets in units of the level, weights) from origins before `origin`, none reaching past it."""
    import numpy as np

    season, taught = table.panel.season, table.lessons
    least = 2 * season + 1 if origin > 4 * season else season + 2
    count = len(table.values)
    thin = min(horizon, -(-count * horizon * taught.origins // MOST_ROWS))
    most = max(2, min(taught.origins, MOST_ROWS // (count * -(-horizon // thin))))
    apart = max(1, horizon // 3)
    starts = [origin - 1 - k * apart for k in range(most) if origin - 1 - k * apart >= least]
    features, targets, weights = [], [], []
    for turn, start in enumerate(starts):
        level = table.level(start)
        steps = range(turn % thin, min(horizon, origin - start), thin)
        for step, row in zip(steps, _rows(table, start, steps, level), strict=True):
            truth = table.values[:, start + step] / level
            seen = ~np.isnan(truth) & ~np.isnan(table.values[:, start - 1])
            features.append(np.column_stack([row, (table.offers[:, start + step] > 0).astype(float)])[seen])
            targets.append(truth[seen])
            weights.append(np.sqrt(np.minimum(level, LOUDEST * np.median(level)))[seen])
    if not features:
        return np.empty((0, 1)), np.empty(0), np.empty(0)
    return np.concatenate(features), np.concatenate(targets), np.concatenate(weights)
