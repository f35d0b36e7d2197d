"""What warmth does to goods: mean kinetic temperature and degree-hours. Pure; numpy.

Mean kinetic temperature is the one temperature at which as much would have degraded as did at the changing ones (ICH
Q1A(R2), glossary; USP <1079.2>). It is for medicines kept cool or at room temperature. It says nothing about food,
which spoils by growth and not by Arrhenius, nor about frozen goods, which thawing harms at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from traceapp.sensors.holding import Floats, Held

ACTIVATION_ENERGY: Final = 83_144.0  # J/mol, as USP <1079.2> takes it
GAS_CONSTANT: Final = 8.3144  # J/(mol K): with it the quotient is 10,000 K, as in the pharmacopoeia
_KELVIN: Final = 273.15
_RATIO: Final = ACTIVATION_ENERGY / GAS_CONSTANT


@dataclass(frozen=True)
class Worst:
    """The window with the highest mean kinetic temperature: °C, and when it began (seconds since 1970)."""

    mkt: float
    start: float


def mean_kinetic_temperature(values: Floats, weights: Floats) -> float | None:
    """MKT in °C of temperatures in °C, each weighted with its seconds. None without any time. Above -273.15 °C only.

    T = (H/R) / -ln( sum(w exp(-H/RT)) / sum(w) ); the logarithm of the sum is taken from its greatest term (log-sum-
    exp), so that nothing vanishes at temperatures where the single terms would.
    """
    import numpy as np

    total = float(weights.sum())
    if total <= 0:
        return None
    exponents = -_RATIO / (values + _KELVIN)
    greatest = float(exponents[weights > 0].max())
    inner = float((weights * np.exp(np.minimum(exponents - greatest, 0.0))).sum()) / total
    return _RATIO / -(greatest + float(np.log(inner))) - _KELVIN


def worst_window(held: Held, window: float) -> Worst | None:
    """The worst `window` seconds of readings. None without any time.

    The window rolls over time with readings: in a gap its clock stands still, so that a window is never judged by the
    few minutes of it that are known. Readings for less than a window are judged together.
    """
    import numpy as np

    weights = held.weights
    total = float(weights.sum())
    if total <= 0:
        return None
    if total <= window:
        whole = mean_kinetic_temperature(held.values, weights)
        return None if whole is None else Worst(whole, float(held.times[weights > 0][0]))
    exponents = -_RATIO / (held.values + _KELVIN)
    greatest = float(exponents[weights > 0].max())
    clock = np.concatenate(([0.0], np.cumsum(weights)))
    done = np.concatenate(([0.0], np.cumsum(weights * np.exp(np.minimum(exponents - greatest, 0.0)))))
    # What is done is linear between readings: the worst window begins or ends at one of them.
    begins = np.concatenate((clock, clock - window))
    begins = np.clip(begins, 0.0, total - window)
    inside = np.interp(begins + window, clock, done) - np.interp(begins, clock, done)
    at = int(inside.argmax())
    mkt = _RATIO / -(greatest + float(np.log(inside[at] / window))) - _KELVIN
    index = min(int(np.searchsorted(clock, begins[at], side="right")) - 1, held.times.size - 1)
    return Worst(mkt, float(held.times[index] + begins[at] - clock[index]))


def degree_hours(held: Held, low: float | None, high: float | None) -> tuple[float, float]:
    """(below, above): hours outside each side of the band, times the degrees by which. °C h."""
    import numpy as np

    below = 0.0 if low is None else float((np.maximum(low - held.values, 0.0) * held.weights).sum())
    above = 0.0 if high is None else float((np.maximum(held.values - high, 0.0) * held.weights).sum())
    return below / 3600, above / 3600
