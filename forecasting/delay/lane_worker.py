"""A process that fits Prophet to lanes: JSON in, JSON out, then it ends. Imported by nobody."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from forecasting.runtime import one_thread, own_output

MONTHS_FOR_SEASON = 24  # each season seen twice
CHANGES = 0.05  # Prophet's own stiffness: a year of months bends little


def trend(months: Sequence[tuple[str, float, int]]) -> list[float]:
    """Prophet's trend at each month, the season taken out. No random draw: intervals are not asked for."""
    import logging

    import pandas as pd

    logging.getLogger("prophet").setLevel(logging.CRITICAL)
    logging.getLogger("cmdstanpy").setLevel(logging.CRITICAL)
    from prophet import Prophet

    frame = pd.DataFrame([(day, value) for day, value, _ in months], columns=["ds", "y"])
    frame["ds"] = pd.to_datetime(frame["ds"])
    span = (frame["ds"].iloc[-1] - frame["ds"].iloc[0]).days / 30.4
    model = Prophet(
        weekly_seasonality=False,
        daily_seasonality=False,
        yearly_seasonality=2 if span >= MONTHS_FOR_SEASON else False,
        changepoint_prior_scale=CHANGES,
        n_changepoints=min(12, max(1, len(frame) // 4)),
        uncertainty_samples=0,
    )
    model.fit(frame, seed=1)
    return [float(value) for value in model.predict(frame[["ds"]])["trend"]]


def answer(months: Sequence[tuple[str, float, int]]) -> dict[str, Any]:
    """{"trend": [...]} or {"error": why}: one odd lane stops no other."""
    try:
        return {"trend": trend(months)}
    except Exception as error:  # whatever a library throws at an odd lane
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def main() -> None:
    """One answer a lane."""
    one_thread(os.environ)
    import json
    import warnings

    warnings.simplefilter("ignore")
    out = own_output()
    out.write(json.dumps([answer(months) for months in json.load(sys.stdin)]))
    out.flush()


if __name__ == "__main__":
    main()
