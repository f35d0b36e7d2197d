"""Intervals of a run's forecasts: series of one kind (same periods, steady or slow) share their tests. Pure."""

import math
from collections import defaultdict
from collections.abc import Sequence

from forecasting.demand.intervals import LEVELS, Conformal, Record, conformal
from forecasting.demand.one import CHAMPION, SeriesResult

Ends = tuple[float, float, float, float]
"""lo80, hi80, lo95, hi95."""


def record(result: SeriesResult) -> Record:
    return Record(
        result.scale,
        {each.start: list(zip(each.said[CHAMPION], each.actual, strict=True)) for each in result.windows},
    )


class Bands:
    """What all of a run's series show about its errors."""

    def __init__(self, results: Sequence[SeriesResult]) -> None:
        self._records: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for each in results:
            self._records[each.every, each.mode].append(record(each))
        self._known: dict[tuple[str, str, str], Conformal] = {}

    def around(self, result: SeriesResult, said: Sequence[float], *, without: str = "") -> list[Ends]:
        """The ends around each value. `without`: start of a window that is to have no say in its own intervals."""
        shown = self._shown(result, without)
        yardstick = shown.yardstick(record(result).without(without))
        floor = 0.0 if min(result.mean, default=0.0) >= 0 else -math.inf
        return [
            tuple(max(floor, end) for level in LEVELS for end in shown.ends(value, yardstick, level))  # type: ignore[misc]
            for value in said
        ]

    def _shown(self, result: SeriesResult, without: str) -> Conformal:
        key = (result.every, result.mode, without)
        if key not in self._known:
            group = self._records[result.every, result.mode]
            self._known[key] = conformal([each.without(without) for each in group], slow=result.mode == "slow")
        return self._known[key]
