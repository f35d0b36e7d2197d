"""The figures of a leg: mean, extremes, time outside the band, time without readings. Pure.

What holds between readings is `holding`'s rule: a reading until the next one within the maximum interval; else a gap,
which is counted and never interpolated. A value at the limit is inside. Temperatures in °C, times in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from traceapp.sensors.kinetics import Worst, mean_kinetic_temperature, worst_window

if TYPE_CHECKING:
    from traceapp.sensors.holding import Held


COLDEST: Final = -27_315
HOTTEST: Final = 1_000_000
"""Hundredths of a degree: what the contract takes at the most, and stands for a limit that there is not."""


@dataclass(frozen=True)
class Summary:
    """`mean` is weighted with time; `mkt` and `worst` are None where mean kinetic temperature does not apply."""

    readings: int
    mean: float | None
    min: float | None
    max: float | None
    below: float
    above: float
    missing: float
    gap: float
    degree_hours_below: float
    degree_hours_above: float
    mkt: float | None = None
    worst: Worst | None = None

    @property
    def outside(self) -> float:
        """Seconds outside the band, on either side."""
        return self.below + self.above


def summarise(held: Held, low: float | None, high: float | None, mkt_window: float | None = None) -> Summary:
    """The figures of readings against a band. `mkt_window`: seconds over which MKT is judged; None: not at all."""
    values = held.values
    below, degrees_below = (0.0, 0.0) if low is None else held.outside(low, -1.0)
    above, degrees_above = (0.0, 0.0) if high is None else held.outside(high, 1.0)
    kinetic = mkt_window is not None
    return Summary(
        readings=int(values.size),
        mean=_mean(held),
        min=float(values.min()) if values.size else None,
        max=float(values.max()) if values.size else None,
        below=below,
        above=above,
        missing=held.missing,
        gap=held.longest_gap,
        degree_hours_below=degrees_below / 3600,
        degree_hours_above=degrees_above / 3600,
        mkt=mean_kinetic_temperature(held) if kinetic else None,
        worst=worst_window(held, mkt_window) if mkt_window is not None else None,
    )


def _mean(held: Held) -> float | None:
    """Weighted with time; readings that all stand alone between gaps hold for no time and weigh the same."""
    if not held.values.size:
        return None
    total = held.known
    if total <= 0:
        return float(held.values.mean())
    return math.fsum(float((values * weights).sum()) for values, weights in held.parts()) / total


def figures(summary: Summary, low: float | None, high: float | None) -> dict[str, Any]:
    """A leg's figures as the contract takes them: integers, hundredths of a degree, whole seconds; None where unknown.

    They must not contradict each other after rounding: the least is rounded down and the greatest up, durations down,
    and `outside` is the sum of its sides as rounded. For a limit that there is not, the coldest or hottest is said.
    """
    below, above, missing = (_seconds(each) for each in (summary.below, summary.above, summary.missing))
    return {
        "readings": summary.readings,
        "mean": _hundredths(summary.mean),
        "min": _hundredths(summary.min, math.floor),
        "max": _hundredths(summary.max, math.ceil),
        "mkt": _hundredths(summary.mkt),
        "below": below,
        "above": above,
        "outside": below + above,
        "missing": missing,
        "gap": _seconds(summary.gap),
        "bandMin": COLDEST if low is None else round(low * 100),
        "bandMax": HOTTEST if high is None else round(high * 100),
    }


def _seconds(value: float) -> int:
    return math.floor(value + 1e-6)


def minutes_begun(seconds: float) -> int:
    """How long something lasted, as pages tell it: of whole seconds, as the ledger has them and a settlement counts."""
    return -(-_seconds(seconds) // 60) or int(seconds > 0)


def _hundredths(value: float | None, to: Callable[[float], int] = round) -> int | None:
    return None if value is None else to(round(value * 100, 4))
