"""How many days early or late: quantiles of past delays like this one, weighted by its chance to be late. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from forecasting.delay.deliveries import DeliveryRow

LEVELS = (0.1, 0.5, 0.9)
ENOUGH = 30  # past deliveries of a side (late, or not) before a group speaks for itself
LADDER: tuple[tuple[str, ...], ...] = (("vendor", "country"), ("vendor",), ("country", "mode"), ("mode",), ())


class PastDelays:
    """Delays that were known when the forecast was made, by group and by whether they were late."""

    def __init__(self, known: Sequence[DeliveryRow]) -> None:
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
        """Days at 10, 50 and 90%: those not late weigh 1 - p together, those late weigh p."""
        punctual, late = self._side(row, False), self._side(row, True)
        weighted = [(days, (1 - probability) / len(punctual)) for days in punctual]
        weighted += [(days, probability / len(late)) for days in late]
        weighted.sort()
        ten, fifty, ninety = (_quantile(weighted, level) for level in LEVELS)
        return ten, fifty, ninety


def _quantile(weighted: Sequence[tuple[float, float]], level: float) -> float:
    total = 0.0
    for days, weight in weighted:
        total += weight
        if total >= level - 1e-12:
            return days
    return weighted[-1][0]
