"""A mean where some values are not known. Worker code: brings numpy."""

import warnings
from typing import Any


def mean(values: Any, axis: int = 1) -> Any:
    """Of what is known; not a number where nothing is."""
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=axis)
