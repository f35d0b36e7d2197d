"""How far the errors of one forecast's periods are the same error. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from forecasting.demand.one import CHAMPION, SeriesResult
from forecasting.demand.result import errors

UNKNOWN = 1.0  # without a test all periods are taken to be high at once: the most careful reading


def of_window(found: Sequence[float]) -> float | None:
    """Mean correlation of a window's errors, as the intraclass correlation about no error; None where it says nothing.

    ((sum e)^2 - sum e^2) / ((n - 1) sum e^2): 1 where all errors are alike, around 0 where they are independent.
    """
    squares = sum(error * error for error in found)
    if len(found) < 2 or squares == 0:
        return None
    return (sum(found) ** 2 - squares) / ((len(found) - 1) * squares)


def alike(results: Iterable[SeriesResult]) -> dict[str, float]:
    """For steady series and slow sellers: the mean over all their test windows, from 0 to 1."""
    windows: dict[str, list[float]] = defaultdict(list)
    for result in results:
        for window in result.windows:
            if (found := of_window(errors([window], CHAMPION))) is not None:
                windows[result.mode].append(found)
    return {mode: min(1.0, max(0.0, fmean(found))) for mode, found in sorted(windows.items())}
