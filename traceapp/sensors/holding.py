"""What is known between readings. Every figure, chart and excursion rests on this one rule. Pure; numpy.

**The sampling rule.** A reading holds from its time until the next one, provided that comes within the maximum
interval; the last one holds until the end under the same condition. Where the next reading comes later than that,
nothing is known of the time between the two: that whole time is a gap. So is the time before the first reading. A gap
is never filled in, drawn across or averaged over: it counts as time without readings and nothing else.

The default of 15 minutes is the longest interval at which WHO lets storage and transport be recorded (TRS 961, annex 9,
supplement 8: 5 to 15 minutes for mapping); an owner sets the interval at which their loggers really sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from traceapp.sensors.slices import slices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

MAX_INTERVAL: Final = 900.0  # seconds
_ALL: Final = slice(None)
_DIGITS: Final = 6  # 46.4 °F come out as 8.000000000000002 °C, which is not above 8


@dataclass(frozen=True)
class Held:
    """Readings within [start, end], in order of time.

    `times` and `start`, `end`: seconds since 1970 (UTC). `gaps`: (from, until).
    """

    start: float
    end: float
    times: Floats
    values: Floats
    gaps: Sequence[tuple[float, float]]
    max_interval: float = MAX_INTERVAL

    def weights(self, part: slice = _ALL) -> Floats:
        """The seconds for which each reading holds, 0 before a gap. Of a year they are not kept, but told by parts."""
        import numpy as np

        first, after, _ = part.indices(self.times.size)
        times = self.times[first:after]
        lasted = np.append(self.times[first + 1 : after + 1], self.end)[: times.size] - times
        lasted[lasted > self.max_interval] = 0.0
        return lasted

    def parts(self) -> Iterator[tuple[Floats, Floats]]:
        """Values with their weights, a piece at a time."""
        return ((self.values[part], self.weights(part)) for part in slices(self.values.size))

    @cached_property
    def known(self) -> float:
        """Seconds with readings."""
        return math.fsum(float(weights.sum()) for _, weights in self.parts())

    def outside(self, limit: float, sign: float) -> tuple[float, float]:
        """Seconds above a limit (sign 1) or below it (sign -1), and the sum of those times the degrees by which."""
        seconds, degrees = 0.0, 0.0
        for part in slices(self.values.size):
            values = self.values[part]
            out = beyond(values, limit, sign)
            if out.any():
                weights = self.weights(part)[out]
                seconds += float(weights.sum())
                degrees += float((abs(values[out] - limit) * weights).sum())
        return seconds, degrees

    @property
    def missing(self) -> float:
        """Seconds without readings."""
        return sum(until - since for since, until in self.gaps)

    @property
    def longest_gap(self) -> float:
        return max((until - since for since, until in self.gaps), default=0.0)


def beyond(values: Floats, limit: float, sign: float) -> NDArray[np.bool_]:
    """Which are above a limit (sign 1), or below it (sign -1). A value at the limit is inside."""
    return values > limit if sign > 0 else values < limit


def hold(times: ArrayLike, values: ArrayLike, start: float, end: float, max_interval: float = MAX_INTERVAL) -> Held:
    """Apply the sampling rule to readings in any order. What is outside [start, end] or not finite is left out."""
    import numpy as np

    if end < start or max_interval <= 0:
        raise ValueError("an end not before its start, and a maximum interval above 0, are needed")
    when, what = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    inside = (when >= start) & (when <= end) & np.isfinite(what)
    if not inside.all():
        when, what = when[inside], what[inside]
    what = _rounded(what)
    if when.size > 1 and np.any(when[1:] < when[:-1]):
        order = np.argsort(when, kind="stable")
        when, what = when[order], what[order]
    return Held(start, end, when, what, list(_gaps(when, start, end, max_interval)), max_interval)


def _gaps(times: Floats, start: float, end: float, max_interval: float) -> Iterator[tuple[float, float]]:
    import numpy as np

    first = float(times[0]) if times.size else end
    if first > start:
        yield start, first
    for part in slices(times.size):
        following = np.append(times[part.start + 1 : part.stop + 1], end)
        for at in np.flatnonzero(following[: part.stop - part.start] - times[part] > max_interval):
            yield float(times[part.start + at]), float(following[at])


def _rounded(values: Floats) -> Floats:
    """The same array where nothing has more digits, as with most loggers; else a copy."""
    import numpy as np

    if all(np.array_equal(values[part], np.round(values[part], _DIGITS)) for part in slices(values.size)):
        return values
    return np.round(values, _DIGITS)
