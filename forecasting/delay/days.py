"""How many days early or late: quantiles of past delays like this one, weighted by its chance to be late. Pure.

What is to come is not drawn from what was: where the last year's bands held less than they should, the levels are moved
outwards until that year's would have held 80% (conformal prediction in a moving world: Gibbs and Candes 2021). Over the
deliveries of 2009, 2010 and 2011 the bands then held 81, 78 and 86%, where fixed levels held 81, 59 and 70%. They are
never moved inwards: bands that a calm year had narrowed held 72% in 2009, when deliveries began to come early.

Half of all deliveries come on the very day, so a band that ends there holds more than its levels ask for: `share` says
how much is expected, `held` how much of an outcome the levels themselves take.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.delay.deliveries import DeliveryRow

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
SPREADS = tuple(step / 100 for step in range(10))  # by how much the outer levels are moved
LATELY = timedelta(days=365)
LEAST = 200  # outcomes lately: fewer move nothing
ENOUGH = 30  # past deliveries of a side (late, or not) before a group speaks for itself
LADDER: tuple[tuple[str, ...], ...] = (("vendor", "country"), ("vendor",), ("country", "mode"), ("mode",), ())
SAME = 1e-12  # of two sums of the same shares

Band = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """Delays in ascending order."""

    days: list[float]

    def at(self, share: float) -> float:
        """The least that so many are not longer than."""
        place = math.ceil((share - SAME) * len(self.days)) - 1
        return self.days[min(max(place, 0), len(self.days) - 1)]

    def below(self, days: float, *, inclusive: bool) -> float:
        """The share that is shorter, or not longer."""
        return (bisect_right if inclusive else bisect_left)(self.days, days) / len(self.days)


ON_TIME = Side([0.0])


class PastDelays:
    """Delays that were known when the forecast was made, by group and by whether they were late."""

    def __init__(self, known: Sequence[DeliveryRow], spread: float = 0.0) -> None:
        self._spread = spread
        found: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[float]] = defaultdict(list)
        for row in known:
            for names in LADDER:
                found[names, self._value(row, names), bool(row.late)].append(row.delay or 0.0)
        self._sides = {key: Side(sorted(delays)) for key, delays in found.items()}

    @staticmethod
    def _value(row: DeliveryRow, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(row.attributes.get(name, "") for name in names)

    def _side(self, row: DeliveryRow, late: bool) -> Side:
        """Delays of the narrowest group with enough of them."""
        for names in LADDER:
            side = self._sides.get((names, self._value(row, names), late))
            if side is not None and len(side.days) >= ENOUGH:
                return side
        return self._sides.get(((), (), late), ON_TIME)

    def quantiles(self, row: DeliveryRow, probability: float) -> tuple[float, float, float]:
        """Days at 10, 50 and 90%, the outer two moved by the spread."""
        ten, fifty, ninety = self._at(row, probability, (LOW - self._spread, MIDDLE, HIGH + self._spread))
        return ten, fifty, ninety

    def bands(self, row: DeliveryRow, probability: float) -> list[Band]:
        """Low and high for each of SPREADS."""
        lows = self._at(row, probability, [LOW - spread for spread in SPREADS])
        highs = self._at(row, probability, [HIGH + spread for spread in SPREADS])
        return list(zip(lows, highs, strict=True))

    def _at(self, row: DeliveryRow, probability: float, levels: Sequence[float]) -> list[float]:
        """Those not late weigh 1 - p together and come first: none of them is longer than one that is late."""
        punctual, late = self._side(row, False), self._side(row, True)
        return [
            punctual.at(level / (1 - probability))
            if level <= 1 - probability + SAME
            else late.at((level - 1 + probability) / probability)
            for level in levels
        ]

    def share(self, row: DeliveryRow, probability: float, band: Band) -> float:
        """Which share of what is expected lies in a band, both ends included: more than was asked where many come on
        one and the same day."""
        return self._below(row, probability, band[1], inclusive=True) - self._below(
            row, probability, band[0], inclusive=False
        )

    def held(self, row: DeliveryRow, probability: float, delay: float) -> float:
        """How much of an outcome lies between the outer levels: of many alike only the share that is still missing.

        The mean over outcomes of a right distribution is what the levels ask for, however many are alike.
        """
        low, high = LOW - self._spread, HIGH + self._spread
        start = self._below(row, probability, delay, inclusive=False)
        end = self._below(row, probability, delay, inclusive=True)
        if end - start <= SAME:
            return float(low <= start <= high)
        return max(0.0, min(end, high) - max(start, low)) / (end - start)

    def _below(self, row: DeliveryRow, probability: float, days: float, *, inclusive: bool) -> float:
        punctual, late = (self._side(row, late).below(days, inclusive=inclusive) for late in (False, True))
        return (1 - probability) * punctual + probability * late


def spread_of(said: Sequence[tuple[DeliveryRow, Sequence[Band]]], day: date) -> float:
    """The least spread with which the bands of the year before `day` held 80% of what was known by then."""
    known = [(row.delay or 0.0, bands) for row, bands in said if row.known_by(day) and day - row.scheduled <= LATELY]
    if len(known) < LEAST:
        return 0.0
    for place, spread in enumerate(SPREADS):
        held = sum(bands[place][0] <= delay <= bands[place][1] for delay, bands in known)
        if held >= (HIGH - LOW) * len(known):
            return spread
    return SPREADS[-1]
