"""The last whole seasons of many series, and the shape that they share. Worker code: brings numpy."""

from typing import Any

from forecasting.demand.means import mean
from forecasting.demand.usual import SEASONS


def seasons_of(own: Any, season: int) -> tuple[Any, Any, Any]:
    """(values by series, season and place in it; each season's mean; the mean shape). One season at least."""
    import numpy as np

    count = min(own.shape[1] // season, SEASONS)
    block = own[:, own.shape[1] - count * season :].reshape(len(own), count, season)
    size = mean(block, 2)
    return block, size, mean(block / np.where(size > 0, size, np.nan)[:, :, None])
