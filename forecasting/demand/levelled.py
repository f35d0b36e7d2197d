"""Slow sellers' forecasts, brought to the level that all their tests show. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from forecasting.demand.champion import level
from forecasting.demand.one import CHAMPION, SeriesResult, Window


def levelled(results: Sequence[SeriesResult]) -> list[SeriesResult]:
    """The forecast is multiplied by what all tests say, a test's own by what those of other times say."""
    starts = sorted({window.start for result in results for window in result.windows})
    others = {start: _level(results, without=start) for start in starts}
    final = _level(results)
    return [
        replace(
            result,
            mean=[value * final for value in result.mean],
            windows=[_times(window, others[window.start]) for window in result.windows],
            parameters=result.parameters | {"level": final},
        )
        for result in results
    ]


def _level(results: Sequence[SeriesResult], without: str = "") -> float:
    return level(
        [
            (window.actual, window.said[CHAMPION])
            for result in results
            for window in result.windows
            if window.start != without
        ]
    )


def _times(window: Window, factor: float) -> Window:
    return replace(window, said=window.said | {CHAMPION: [value * factor for value in window.said[CHAMPION]]})
