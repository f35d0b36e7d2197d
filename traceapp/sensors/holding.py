"""What is known between readings. Every figure, chart and excursion rests on this one rule. Pure; numpy.

**The sampling rule.** A reading holds from its time until the next one, provided that comes within the maximum
interval; the last one holds until the end under the same condition. Where the next reading comes later than that,
nothing is known of the time between the two: that whole time is a gap. So is the time before the first reading. A gap
is never filled in, drawn across or averaged over: it counts as time without readings and nothing else.

The default of 15 minutes is the longest interval at which WHO lets storage and transport be recorded (TRS 961, annex 9,
supplement 8: 5 to 15 minutes for mapping); an owner sets the interval at which their loggers really sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

MAX_INTERVAL: Final = 900.0  # seconds
_DIGITS: Final = 6  # 46.4 °F come out as 8.000000000000002 °C, which is not above 8


@dataclass(frozen=True)
class Held:
    """Readings within [start, end], in order of time, with the seconds for which each holds.

    `times` and `start`, `end`: seconds since 1970 (UTC). `weights`: seconds, 0 before a gap. `gaps`: (from, until).
    """

    start: float
    end: float
    times: Floats
    values: Floats
    weights: Floats
    gaps: Sequence[tuple[float, float]]

    @property
    def missing(self) -> float:
        """Seconds without readings."""
        return sum(until - since for since, until in self.gaps)

    @property
    def longest_gap(self) -> float:
        return max((until - since for since, until in self.gaps), default=0.0)


def hold(times: ArrayLike, values: ArrayLike, start: float, end: float, max_interval: float = MAX_INTERVAL) -> Held:
    """Apply the sampling rule to readings in any order. What is outside [start, end] or not finite is left out."""
    import numpy as np

    if end < start or max_interval <= 0:
        raise ValueError("an end not before its start, and a maximum interval above 0, are needed")
    when, what = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    inside = (when >= start) & (when <= end) & np.isfinite(what)
    when, what = when[inside], np.round(what[inside], _DIGITS)
    if when.size > 1 and np.any(when[1:] < when[:-1]):
        order = np.argsort(when, kind="stable")
        when, what = when[order], what[order]
    following = np.append(when[1:], end) if when.size else when
    steps = following - when
    known = steps <= max_interval
    gaps = [(float(when[at]), float(following[at])) for at in np.flatnonzero(~known)]
    first = float(when[0]) if when.size else end
    if first > start:
        gaps.insert(0, (start, first))
    return Held(start, end, when, what, np.where(known, steps, 0.0), gaps)
