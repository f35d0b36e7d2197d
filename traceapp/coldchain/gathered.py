"""Readings of one quantity, gathered piece by piece into arrays that are there once: a year of them is not copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Series = tuple[NDArray[np.float64], NDArray[np.float64]]
    """Times in seconds since 1970, and as many values."""


class Gathered:
    """`room`: how many readings are expected at the most; what is never filled takes no memory."""

    def __init__(self, room: int) -> None:
        import numpy as np

        self._times, self._values, self._size = np.empty(room), np.empty(room), 0

    def add(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Copies them behind what is here."""
        end = self._size + times.size
        if end > self._times.size:
            self._grow(max(end, 2 * self._size))
        self._times[self._size : end] = times
        self._values[self._size : end] = values
        self._size = end

    def series(self) -> Series:
        """All of them, in the order in which they came."""
        return self._times[: self._size], self._values[: self._size]

    def _grow(self, room: int) -> None:
        import numpy as np

        before = self.series()
        self._times, self._values = np.empty(room), np.empty(room)
        self._times[: self._size], self._values[: self._size] = before
