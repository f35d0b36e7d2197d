"""What warmth does to goods: mean kinetic temperature. Pure; numpy.

Mean kinetic temperature is the one temperature at which as much would have degraded as did at the changing ones (ICH
Q1A(R2), glossary; USP <1079.2>). It is for medicines kept cool or at room temperature. It says nothing about food,
which spoils by growth and not by Arrhenius, nor about frozen goods, which thawing harms at once.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from traceapp.sensors.slices import slices

if TYPE_CHECKING:
    from traceapp.sensors.holding import Floats, Held

ACTIVATION_ENERGY: Final = 83_144.0  # J/mol, as USP <1079.2> takes it
GAS_CONSTANT: Final = 8.3144  # J/(mol K): with it the quotient is 10,000 K, as in the pharmacopoeia
_KELVIN: Final = 273.15
_REMEMBERED: Final = 16  # slices: a month of minutes, and some
_RATIO: Final = ACTIVATION_ENERGY / GAS_CONSTANT


@dataclass(frozen=True)
class Worst:
    """The window with the highest mean kinetic temperature: °C, and when it began (seconds since 1970)."""

    mkt: float
    start: float


def mean_kinetic_temperature(held: Held) -> float | None:
    """MKT in °C, each temperature weighted with the seconds for which it holds. None without any time.

    T = (H/R) / -ln( sum(w exp(-H/RT)) / sum(w) ); the logarithm of the sum is taken from its greatest term (log-sum-
    exp), so that nothing vanishes at temperatures where the single terms would.
    """
    total = held.known
    if total <= 0:
        return None
    greatest = _greatest(held)
    inner = math.fsum(float((weights * _done(values, greatest)).sum()) for values, weights in held.parts()) / total
    return _temperature(greatest, inner)


def _temperature(greatest: float, inner: float) -> float:
    """The one at which as much is done; °C."""
    return _RATIO / -(greatest + math.log(inner)) - _KELVIN


def _greatest(held: Held) -> float:
    """The greatest exponent of what holds for any time: that of the warmest."""
    at = int(held.values.argmax())
    if held.weights(slice(at, at + 1))[0] > 0:
        warmest = float(held.values[at])
    else:
        warmest = max(float(values.max(initial=-_KELVIN, where=weights > 0)) for values, weights in held.parts())
    return -_RATIO / (warmest + _KELVIN)


def _done(values: Floats, greatest: float) -> Floats:
    """What degrades a second at each of these temperatures, of what does at the warmest."""
    import numpy as np

    return np.exp(np.minimum(-_RATIO / (values + _KELVIN) - greatest, 0.0))


def worst_window(held: Held, window: float) -> Worst | None:
    """The worst `window` seconds of readings. None without any time.

    The window rolls over time with readings: in a gap its clock stands still, so that a window is never judged by the
    few minutes of it that are known. Readings for less than a window are judged together.
    """
    total = held.known
    if total <= window:
        whole = mean_kinetic_temperature(held)
        return None if whole is None else Worst(whole, _first(held))
    greatest = _greatest(held)
    progress = _Progress(held, greatest)
    # What is done is linear between readings: the worst window begins or ends at one of them.
    most, begin = -1.0, 0.0
    for number in range(progress.number):
        for begins, inside in progress.windows(number, window, total - window):
            at = int(inside.argmax())
            if inside[at] > most:
                most, begin = float(inside[at]), float(begins[at])
    return Worst(_temperature(greatest, most / window), progress.moment(begin))


def _first(held: Held) -> float:
    """When the first reading that holds for any time was taken."""
    import numpy as np

    parts = slices(held.times.size)
    return next(float(held.times[part][at[0]]) for part in parts if (at := np.flatnonzero(held.weights(part))).size)


class _Progress:
    """Seconds with readings so far, and what was done by then, at each reading; worked out slice by slice."""

    def __init__(self, held: Held, greatest: float) -> None:
        self._held, self._greatest = held, greatest
        self._parts = list(slices(held.values.size))
        self._edges, self._begun = [0.0], [0.0]
        self._known: dict[int, tuple[Floats, Floats]] = {}
        for number in range(self.number):
            clock, done = self.knots(number)
            self._edges.append(float(clock[-1]))
            self._begun.append(float(done[-1]))

    @property
    def number(self) -> int:
        """Of slices."""
        return len(self._parts)

    def windows(self, number: int, window: float, last: float) -> Iterator[tuple[Floats, Floats]]:
        """Of windows that begin at the readings of a slice, and of those that end there: when each begins, none after
        `last`, and what is done in it.
        """
        clock, done = self.knots(number)
        fits = clock <= last
        if fits.any():
            yield clock[fits], self.done(clock[fits] + window) - done[fits]
        fits = clock >= window
        if fits.any():
            yield clock[fits] - window, done[fits] - self.done(clock[fits] - window)

    def done(self, clock: Floats) -> Floats:
        """What was done after so many seconds with readings; they ascend."""
        import numpy as np

        first, last = self._slice(float(clock[0])), self._slice(float(clock[-1]))
        known = [self.knots(number) for number in range(first, last + 1)]
        clocks, dones = np.concatenate([one for one, _ in known]), np.concatenate([one for _, one in known])
        found: Floats = np.interp(clock, clocks, dones)
        return found

    def moment(self, clock: float) -> float:
        """When that was, in seconds since 1970."""
        import numpy as np

        number = self._slice(clock)
        known, times = self.knots(number)[0], self._held.times[self._parts[number]]
        at = min(int(np.searchsorted(known, clock, side="right")) - 1, times.size - 1)
        return float(times[at] + clock - known[at])

    def _slice(self, clock: float) -> int:
        return min(bisect_right(self._edges, clock), self.number) - 1

    def knots(self, number: int) -> tuple[Floats, Floats]:
        """Both at the beginning of each reading of a slice, and at the end of its last."""
        if number not in self._known:
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[number] = self._worked_out(number)
        return self._known[number]

    def _worked_out(self, number: int) -> tuple[Floats, Floats]:
        import numpy as np

        part = self._parts[number]
        weights = self._held.weights(part)
        done = weights * _done(self._held.values[part], self._greatest)
        clock = np.cumsum(np.concatenate(([self._edges[number]], weights)))
        return clock, np.cumsum(np.concatenate(([self._begun[number]], done)))
