"""Models of one series by itself: statsforecast's and Prophet. Imported by fitting workers only."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from forecasting.demand import candidates, usual, workdays
from forecasting.demand.calendar import SEASON
from forecasting.demand.history import filled, tamed
from forecasting.demand.series import Series

LATEST = {"day": 730, "week": 260, "month": 240}  # periods of history that these models look at
LEAST = 6  # values
FARTHEST = 10.0  # times the largest value ever: beyond, a model has run away
SMOOTHING = 0.1  # TSB's, for both the size of a sale and its chance


class CannotFit(Exception):
    """Why this model says nothing for this series."""


def _builders(season: int) -> Mapping[str, Callable[[], Any]]:
    from statsforecast import models

    return {
        "ets": lambda: models.AutoETS(season_length=season),
        "ets_log": lambda: models.AutoETS(season_length=season, model="ANA" if season > 1 else "ANN"),
        "ces": lambda: models.AutoCES(season_length=season),
        "theta": lambda: models.AutoTheta(season_length=season),
        "croston_sba": models.CrostonSBA,
        "tsb": lambda: models.TSB(alpha_d=SMOOTHING, alpha_p=SMOOTHING),
        "adida": models.ADIDA,
        "imapa": models.IMAPA,
    }


def season_for(series: Series, end: int) -> int:
    """The season to look for in [0, end): 1 where it did not come twice."""
    season = SEASON[series.every]
    return season if end >= 2 * season + 1 else 1


def say(series: Series, model: str, end: int, horizon: int, pull: float = 0.0) -> list[float]:
    """What `model` says of the `horizon` periods after [0, end). Raises CannotFit; reads nothing at or after `end`.

    `pull`: of working days (`workdays.py`), by which the model sees all months alike.
    """
    sizes = workdays.factors(series, pull, max(end + horizon, len(series.values)))
    said = _say(workdays.alike(series, sizes), model, end, horizon)
    return [value * size for value, size in zip(said, sizes[end:], strict=False)]


def _say(series: Series, model: str, end: int, horizon: int) -> list[float]:
    known = [value for value in series.values[:end] if value is not None]
    if len(known) < LEAST:
        raise CannotFit(f"{len(known)} values only")
    if model in (candidates.PROPHET, candidates.PROPHET_TIMES):
        from forecasting.demand.prophet_model import fit_prophet

        mode = "additive" if model == candidates.PROPHET else "multiplicative"
        said: Sequence[float] = fit_prophet(series, end, horizon, mode).mean  # type: ignore[arg-type]
    elif model in candidates.YEARLY:
        said = _of_years(series, model, end, horizon)
    else:
        said = _smoothed(series, model, end, horizon)
    limit = FARTHEST * max(abs(value) for value in known)
    if not all(math.isfinite(value) and abs(value) <= limit for value in said):
        raise CannotFit("it ran away from anything ever seen")
    lowest = -math.inf if min(known) < 0 else 0.0
    return [max(lowest, float(value)) for value in said]


def _of_years(series: Series, model: str, end: int, horizon: int) -> list[float]:
    season = SEASON[series.every]
    if end < 2 * season:
        raise CannotFit("less than two years")
    history = filled(tamed(series.values[:end]), season)
    return (usual.grown if model == "grown" else usual.usual)(history, season, horizon)


def _smoothed(series: Series, model: str, end: int, horizon: int) -> Sequence[float]:
    import numpy as np

    season = season_for(series, end)
    history = np.array(filled(tamed(series.values[:end]), season)[-LATEST[series.every] :])
    if np.ptp(history) == 0:
        return [float(history[-1])] * horizon
    logs = model == "ets_log"
    if logs and history.min() < 0:
        raise CannotFit("values below zero have no logarithm")
    said = _builders(season)[model]().forecast(y=np.log1p(history) if logs else history, h=horizon)["mean"]
    return list(map(float, np.expm1(np.minimum(said, 700.0)) if logs else said))
