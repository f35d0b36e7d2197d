"""Down-sampling for a drawing: the least, greatest and mean value of each stretch of time. Pure; numpy.

Nothing is hidden by it: each extreme of the readings is the extreme of its bucket, a bucket without readings is empty,
and excursions and gaps are found in the readings themselves, never in buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from traceapp.coldchain.gathered import Series


@dataclass(frozen=True)
class Buckets:
    """Of buckets that hold readings, in order: first and last time in it, and the three values."""

    first: NDArray[np.float64]
    last: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    mean: NDArray[np.float64]
    count: NDArray[np.int64]


def bucketed(series: Series, start: float, end: float, number: int) -> Buckets:
    """`number` buckets of equal length from start to end (included). Times in order."""
    import numpy as np

    times, values = series
    inside = slice(int(np.searchsorted(times, start)), int(np.searchsorted(times, end, side="right")))
    times, values = times[inside], values[inside]
    if not times.size:
        nothing = np.empty(0)
        return Buckets(nothing, nothing, nothing, nothing, nothing, np.empty(0, dtype=np.int64))
    edges = start + (end - start) / number * np.arange(number)
    ends = np.append(np.searchsorted(times, edges), times.size)
    filled = ends[1:] > ends[:-1]
    begins, counts = ends[:-1][filled], np.diff(ends)[filled]
    return Buckets(
        first=times[begins],
        last=times[begins + counts - 1],
        least=np.minimum.reduceat(values, begins),
        most=np.maximum.reduceat(values, begins),
        mean=np.add.reduceat(values, begins) / counts,
        count=counts,
    )
