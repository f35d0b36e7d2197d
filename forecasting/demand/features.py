"""What trees look at: each period to forecast as a row of numbers. Worker code: brings numpy.

Every series is measured in units of its own level. A row is one period to forecast, seen from an origin before it, and
holds what is known there alone.
"""

from collections.abc import Sequence
from typing import Any

from forecasting.demand.arrays import Grid
from forecasting.demand.calendar import YEAR
from forecasting.demand.means import mean
from forecasting.demand.offered import around
from forecasting.demand.seasons import seasons_of


def _past(grid: Grid, origin: int, level: Any) -> Any:
    """What is known of each series at `origin`, in units of its level."""
    import numpy as np

    season, taught = grid.panel.season, grid.lessons
    own = grid.values[:, :origin] / level[:, None]
    count = len(own)
    lags = [own[:, -lag] if origin >= lag else np.full(count, np.nan) for lag in (1, 2, 3, max(2, season))]
    means = [mean(own[:, -width:]) for width in taught.widths]
    recent = own[:, -taught.level :]
    usual = mean(recent)
    spread = np.sqrt(mean((recent - usual[:, None]) ** 2))
    zero = mean(np.where(np.isnan(recent), np.nan, recent == 0))
    last = np.where(np.nan_to_num(own) != 0, np.arange(origin), -1).max(axis=1) if origin else np.zeros(count)
    faded = []
    for alpha in (0.1, 0.3):
        weights = (1 - alpha) ** np.arange(own.shape[1])[::-1] * ~np.isnan(own)
        total = weights.sum(axis=1)
        faded.append((np.nan_to_num(own) * weights).sum(axis=1) / np.where(total > 0, total, 1))
    age = (~np.isnan(own)).sum(axis=1)
    most = np.nan_to_num(recent).max(axis=1)
    offers = _offered(grid, own, origin)
    return np.column_stack(
        [*lags, *means, spread, zero, origin - last, *faded, *offers, age, means[1] - usual, most, np.log(level)]
    )


def _offered(grid: Grid, own: Any, origin: int) -> list[Any]:
    """How often there was an offer in the last year and lately, and what sold with and without one."""
    import numpy as np

    year = max(0, origin - YEAR[grid.panel.every])
    offered, sold = grid.offers[:, year:origin] > 0, own[:, year:]
    lately = offered[:, -grid.lessons.level :]
    with_one, without = (np.where(mask, sold, np.nan) for mask in (offered, ~offered))
    return [
        offered.mean(axis=1),
        lately.mean(axis=1),
        mean(with_one),
        mean(without),
        mean(without[:, -grid.lessons.level :]),
    ]


def _steps(grid: Grid, origin: int, steps: Sequence[int], level: Any) -> list[tuple[int, Any]]:
    """Each step with what is known of its place in the season: a season ago, on average, and of everybody."""
    import numpy as np

    season = grid.panel.season
    own = grid.values[:, :origin] / level[:, None]
    block, _, shape = seasons_of(own, season) if origin >= season else (None, None, None)
    everybody = mean(shape, 0) if shape is not None else None
    found = []
    for step in steps:
        at = step % season
        ago = [own[:, origin - k * season + at] if origin >= k * season else own[:, 0] * np.nan for k in (1, 2, 3)]
        mine = shape[:, at] if shape is not None else own[:, 0] * np.nan
        average = mean(block[:, :, at], 1) if block is not None else own[:, 0] * np.nan
        all_of_them = np.full(len(own), everybody[at] if everybody is not None else np.nan)
        phase = np.full(len(own), (origin + step) % season)
        recent = mine * mean(own[:, -season:])
        row = [*ago, average, mine, all_of_them, np.full(len(own), step), phase, recent]
        found.append((step, np.column_stack(row)))
    return found


def _year(grid: Grid, origin: int, step: int, own: Any) -> Any:
    """Time of the year of daily and weekly periods, which their season does not tell, and what it meant before."""
    import numpy as np

    panel, count = grid.panel, len(own)
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
        share = mean(near) / np.where(mean(then) > 0, mean(then), np.nan)
        found += [mean(near), share, np.full(count, mean(share, 0))]
    return np.column_stack(found)


def rows(grid: Grid, origin: int, steps: Sequence[int], level: Any) -> list[Any]:
    import numpy as np

    own = grid.values[:, :origin] / level[:, None]
    past = _past(grid, origin, level)
    beside = [np.empty((len(own), 0)) for _ in steps]
    if grid.panel.every == "day" and steps:
        beside = around(own, grid.offers_known(origin, max(steps) + 2), steps, grid.sharing(origin))
    return [
        np.column_stack([past, each, _year(grid, origin, step, own), more])
        for (step, each), more in zip(_steps(grid, origin, steps, level), beside, strict=True)
    ]
