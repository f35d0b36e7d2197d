"""When goods were too warm or too cold, whether they soon will be, and how much they may still bear. Pure; numpy.

An excursion begins with the first reading beyond the limit. It ends with the first reading that is back inside by the
hysteresis, so that a value that trembles about the limit makes one excursion and not fifty. It counts from a minimum
duration on. A gap while it lasts neither ends it nor adds to its time outside: nobody knows that the goods recovered,
and nobody knows that they did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from traceapp.sensors.holding import MAX_INTERVAL, beyond
from traceapp.sensors.slices import slices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from traceapp.sensors.holding import Held

FREEZING: Final = 0.0
"""°C. What is kept at 2 to 8 °C is mostly water: vaccines and biologics are lost by freezing, at once and unseen."""
TREND: Final = 1800.0  # seconds of readings from which the way is projected
_FEWEST: Final = 3  # readings that make a trend


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"
    FREEZING = "freezing"


@dataclass(frozen=True)
class Rule:
    """How goods are to be kept. Degrees in °C, durations in seconds; a limit that is None is none.

    `budget`: seconds that the goods may spend outside the band over their whole journey, None where nobody said;
    beyond `floor` or `ceiling` nothing is allowed, however short. `mkt_window`: see `kinetics`; None: not applied.
    """

    low: float | None
    high: float | None
    hysteresis: float = 0.5
    minimum: float = 600.0
    warn_within: float = 1800.0
    freezing: float | None = None
    budget: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    mkt_window: float | None = None
    max_interval: float = MAX_INTERVAL


@dataclass(frozen=True)
class Excursion:
    """`end` is None while it lasts. `outside`: known seconds beyond the limit; `unknown`: seconds of gaps within."""

    side: Side
    start: float
    end: float | None
    extreme: float
    outside: float
    unknown: float
    degree_hours: float

    def lasted(self, now: float) -> float:
        """Seconds from its beginning, gaps included."""
        return (now if self.end is None else self.end) - self.start


@dataclass(frozen=True)
class Warning:
    """That the limit will be passed at `at` (seconds since 1970) if it goes on like this. `slope` in °C an hour."""

    side: Side
    at: float
    slope: float


def find(held: Held, rule: Rule) -> list[Excursion]:
    """All excursions, by beginning. Freezing has no minimum duration and no hysteresis, and is told beside `below`."""
    found: list[Excursion] = []
    if rule.high is not None:
        found += _runs(held, rule.high, Side.ABOVE, hysteresis=rule.hysteresis, minimum=rule.minimum)
    if rule.low is not None:
        found += _runs(held, rule.low, Side.BELOW, hysteresis=rule.hysteresis, minimum=rule.minimum)
    if rule.freezing is not None:
        import numpy as np

        found += _runs(held, float(np.nextafter(rule.freezing, np.inf)), Side.FREEZING)
    return sorted(found, key=lambda one: (one.start, one.side))


def _runs(
    held: Held, limit: float, side: Side, *, hysteresis: float = 0.0, minimum: float = 0.0
) -> Iterator[Excursion]:
    """Excursions to one side."""
    import numpy as np

    values = held.values
    sign = 1.0 if side is Side.ABOVE else -1.0
    passed = beyond(values, limit, sign)
    if not passed.any():
        return
    out = _states(passed, ~beyond(values, limit - sign * hysteresis, sign))
    edges = np.diff(out.astype(np.int8), prepend=np.int8(0), append=np.int8(0))
    for first, after in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        recovered = after < values.size
        # The last reading holds as long as the rule lets it; after that nobody knows.
        known_until = (
            float(held.times[after]) if recovered else float(held.times[-1] + held.weights(slice(-1, None))[0])
        )
        start = float(held.times[first])
        part = slice(int(first), int(after))
        excess = np.maximum(sign * (values[part] - limit), 0.0)
        weights = held.weights(part)
        unknown = known_until - start - float(weights.sum())
        if known_until - start < minimum:
            continue
        yield Excursion(
            side=side,
            start=start,
            end=known_until if recovered else None,
            extreme=float(values[part].max() if side is Side.ABOVE else values[part].min()),
            outside=float(weights[excess > 0].sum()),
            unknown=max(unknown, 0.0),
            degree_hours=float((excess * weights).sum()) / 3600,
        )


def _states(passed: NDArray[np.bool_], back: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Out or not at each reading: beyond the limit it is, back by the hysteresis it is not, between as before."""
    import numpy as np

    out, before = np.zeros(passed.size, dtype=np.bool_), False
    for part in slices(passed.size):
        past = passed[part]
        told = np.flatnonzero(past | back[part])
        edges = np.zeros(past.size, dtype=np.bool_)
        edges[told[np.diff(past[told], prepend=before)]] = True
        out[part] = np.logical_xor.accumulate(edges) ^ before
        before = bool(out[part][-1])
    return out


def warning(held: Held, rule: Rule) -> Warning | None:
    """Whether the limit will be passed within `warn_within`, by a straight line through the last half hour.

    Only readings without a gap since count, at least three, and none is old; a value that is beyond the limit already
    warns of nothing.
    """
    import numpy as np

    since = max([until for _, until in held.gaps if until < held.end], default=held.start)
    if not held.times.size or held.end - held.times[-1] > rule.max_interval:
        return None
    recent = (held.times >= since) & (held.times > held.times[-1] - TREND)
    times, values = held.times[recent], held.values[recent]
    if times.size < _FEWEST or times[-1] <= times[0]:
        return None
    middle = times - times.mean()
    slope = float((middle * (values - values.mean())).sum() / (middle * middle).sum())
    now, here = float(times[-1]), float(values[-1])
    limit, side = (rule.high, Side.ABOVE) if slope > 0 else (rule.low, Side.BELOW)
    if limit is None or not np.isfinite(slope) or slope == 0 or (here - limit) * slope > 0:
        return None
    left = (limit - here) / slope
    return Warning(side, now + left, slope * 3600) if left <= rule.warn_within else None


@dataclass(frozen=True)
class Budget:
    """Of what goods may spend outside their band: seconds allowed, spent, and whether a temperature exhausted it."""

    allowed: float
    spent: float
    beyond: bool

    @property
    def left(self) -> float:
        return 0.0 if self.beyond else max(0.0, self.allowed - self.spent)


def budget(journey: Iterable[Held], rule: Rule) -> Budget | None:
    """What is left of the stability budget after all legs of a journey. None where none was set."""
    if rule.budget is None:
        return None
    spent, ruined = 0.0, False
    for held in journey:
        for limit, worst, sign in ((rule.high, rule.ceiling, 1.0), (rule.low, rule.floor, -1.0)):
            if limit is not None:
                spent += held.outside(limit, sign)[0]
            if worst is not None:
                ruined = ruined or bool(beyond(held.values, worst, sign).any())
    return Budget(rule.budget, spent, ruined)
