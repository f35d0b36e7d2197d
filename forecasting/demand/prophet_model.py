"""Prophet with a promotion regressor. Imported by fitting workers only: it brings pandas and Stan along."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forecasting.demand.calendar import YEAR, Every, dated
from forecasting.demand.history import offers_ahead
from forecasting.demand.holiday import name_of
from forecasting.demand.series import Series

Mode = Literal["additive", "multiplicative"]
# Stiffer than Prophet's own settings for days, where noise is most of what there is (MASE 0.75 instead of 0.78).
SETTINGS: dict[Every, dict[str, Any]] = {
    "day": {"changepoint_prior_scale": 0.01, "weekly": 3, "yearly": 3},
    "week": {"changepoint_prior_scale": 0.05, "weekly": False, "yearly": 4},
    "month": {"changepoint_prior_scale": 0.05, "weekly": False, "yearly": 4},
}
CHANGEPOINTS = 25
ITERATIONS = 2000


@dataclass(frozen=True)
class Fitted:
    """Forecast by period, and the parameters without any history."""

    mean: list[float]
    parameters: dict[str, Any]


def _frame(series: Series, end: int) -> Any:
    import pandas as pd

    rows = [
        (series.day(position), value, promotion)
        for position, (value, promotion) in enumerate(zip(series.values[:end], series.promotions, strict=False))
        if value is not None
    ]
    frame = pd.DataFrame(rows, columns=["ds", "y", "promotion"])
    frame["ds"] = pd.to_datetime(frame["ds"])
    return frame


def _model(every: Every, length: int, span: int, mode: Mode, promoted: bool) -> Any:
    """`length` known periods within `span` periods."""
    logging.getLogger("prophet").setLevel(logging.CRITICAL)
    logging.getLogger("cmdstanpy").setLevel(logging.CRITICAL)
    from prophet import Prophet

    chosen = SETTINGS[every]
    model = Prophet(
        seasonality_mode=mode,
        weekly_seasonality=chosen["weekly"] if length >= 14 else False,
        # A year and a half shows every season once, and half of them twice; closed days count as time that passed.
        yearly_seasonality=chosen["yearly"] if span >= 1.5 * YEAR[every] else False,
        daily_seasonality=False,
        changepoint_prior_scale=chosen["changepoint_prior_scale"],
        n_changepoints=min(CHANGEPOINTS, max(1, length // 4)),
        uncertainty_samples=0,  # intervals are conformal: no random draw anywhere
    )
    if promoted:
        model.add_regressor("promotion", standardize=False)
    return model


def fit_prophet(series: Series, end: int, horizon: int, mode: Mode) -> Fitted:
    """Learn from periods [0, end), forecast the next `horizon`. Nothing at or after `end` is read."""
    import pandas as pd

    frame = _frame(series, end)
    promoted = 0 < frame["promotion"].sum() < len(frame)
    days = [dated(end + step, series.every, series.start) for step in range(horizon)]
    model = _model(series.every, len(frame), end, mode, promoted)
    model.holidays = _holidays(series, end, days)
    # The seed is for the record: the optimiser starts from Prophet's own computed values and draws nothing.
    model.fit(frame, iter=ITERATIONS, seed=1)
    future = pd.DataFrame({"ds": pd.to_datetime(days), "promotion": offers_ahead(series, end, horizon)})
    predicted = model.predict(future)
    return Fitted([float(value) for value in predicted["yhat"]], _bare(model))


def _holidays(series: Series, end: int, days: Sequence[date]) -> Any:
    """Public holidays of the place's country as Prophet takes them; None where one of them never came in the past."""
    import pandas as pd

    if not series.country or series.every != "day":
        return None
    past = [(series.day(at), name) for at in range(end) if (name := name_of(series.country, series.day(at)))]
    seen = {name for _, name in past}
    coming = [(day, name) for day in days if (name := name_of(series.country, day)) in seen]
    rows = [*past, *coming]
    return pd.DataFrame(rows, columns=["ds", "holiday"]).astype({"ds": "datetime64[ns]"}) if past else None


def _bare(model: Any) -> dict[str, Any]:
    """Prophet's own JSON holds the training history; these are the fitted numbers alone."""
    kept = {name: values for name, values in model.params.items() if name not in ("trend", "lp__")}
    params = {name: [float(value) for value in values.ravel()] for name, values in kept.items()}
    return {"mode": model.seasonality_mode, "scale": float(model.y_scale), "params": params}
