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

from traceapp.sensors.holding import MAX_INTERVAL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from traceapp.sensors.holding import Floats, Held

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
    values = held.values
    found: list[Excursion] = []
    if rule.high is not None:
        found += _runs(held, values, rule.high, Side.ABOVE, hysteresis=rule.hysteresis, minimum=rule.minimum)
    if rule.low is not None:
        found += _runs(held, -values, -rule.low, Side.BELOW, hysteresis=rule.hysteresis, minimum=rule.minimum)
    if rule.freezing is not None:
        import numpy as np

        found += _runs(held, -values, float(np.nextafter(-rule.freezing, -np.inf)), Side.FREEZING)
    return sorted(found, key=lambda one: (one.start, one.side))


def _runs(
    held: Held, values: Floats, limit: float, side: Side, *, hysteresis: float = 0.0, minimum: float = 0.0
) -> Iterator[Excursion]:
    """Of values turned so that beyond is above."""
    import numpy as np

    out = _states(values, limit, limit - hysteresis)
    edges = np.diff(np.concatenate(([0], out.astype(np.int8), [0])))
    sign = 1.0 if side is Side.ABOVE else -1.0
    for first, after in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        recovered = after < values.size
        # The last reading holds as long as the rule lets it; after that nobody knows.
        known_until = float(held.times[after]) if recovered else float(held.times[-1] + held.weights[-1])
        start = float(held.times[first])
        part = slice(int(first), int(after))
        beyond = np.maximum(values[part] - limit, 0.0)
        weights = held.weights[part]
        unknown = known_until - start - float(weights.sum())
        if known_until - start < minimum:
            continue
        yield Excursion(
            side=side,
            start=start,
            end=known_until if recovered else None,
            extreme=sign * float(values[part].max()),
            outside=float(weights[beyond > 0].sum()),
            unknown=max(unknown, 0.0),
            degree_hours=float((beyond * weights).sum()) / 3600,
        )


def _states(values: Floats, limit: float, back: float) -> NDArray[np.bool_]:
    """Out or not at each reading: beyond the limit it is, back by the hysteresis it is not, between as before."""
    import numpy as np

    said = np.where(values > limit, 1, np.where(values <= back, -1, 0))
    last = np.maximum.accumulate(np.where(said != 0, np.arange(values.size), -1)) if values.size else said
    return np.where(last >= 0, said[np.maximum(last, 0)] == 1, False)


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
    spent, beyond = 0.0, False
    for held in journey:
        values, weights = held.values, held.weights
        for limit, worst, sign in ((rule.high, rule.ceiling, 1.0), (rule.low, rule.floor, -1.0)):
            if limit is not None:
                spent += float(weights[sign * values > sign * limit].sum())
            if worst is not None:
                beyond = beyond or bool((sign * values > sign * worst).any())
    return Budget(rule.budget, spent, beyond)
