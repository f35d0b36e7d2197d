"""What is known and said of one series: its test windows and its forecast. Pure, plain values only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forecasting.demand.calendar import SEASON, Every
from forecasting.demand.candidates import NAIVE
from forecasting.demand.series import Series
from forecasting.metrics import mae, seasonal_scale

CHAMPION = "champion"
LEAST_WEEKS = 8


@dataclass(frozen=True)
class Window:
    """One test window: what each model said where the truth was known, in steps from the origin."""

    start: str
    steps: list[int]
    actual: list[float]
    said: dict[str, list[float]]

    def error(self, model: str) -> float:
        return mae(self.actual, self.said[model])


@dataclass(frozen=True)
class SeriesResult:
    """The forecast of one series. `champion`: its members joined by plus signs; `note`: why another spoke instead."""

    product: str
    place: str
    every: Every
    season: int
    mode: str
    champion: str
    first: str
    mean: list[float]
    scale: float
    windows: list[Window] = field(default_factory=list)
    drivers: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    rest_days: list[int] = field(default_factory=list)
    note: str = ""


def season_of(every: Every, length: int) -> int:
    """The season that seasonal naive repeats: 7 days, 52 weeks or 12 months; 1 where history is shorter than it."""
    return SEASON[every] if length > SEASON[every] else 1


def rest_days(series: Series) -> list[int]:
    """Weekdays (0 is Monday) that never had a row in eight weeks or more: closed days, nothing is expected."""
    if series.every != "day" or len(series.values) < LEAST_WEEKS * SEASON["day"] or not series.known:
        return []
    open_on = {series.day(at).weekday() for at, value in enumerate(series.values) if value is not None}
    return sorted(set(range(7)) - open_on)


def scale_of(series: Series, season: int) -> float:
    """The error that seasonal naive makes inside the history; where none can be measured, the mean size of a value.

    1 where that is zero: of a series that never changes, or never sold anything.
    """
    found = seasonal_scale(series.values, season)
    if not math.isfinite(found):
        known = [abs(value) for value in series.values if value is not None]
        found = math.fsum(known) / max(1, len(known))
    return found if found > 0 else 1.0


def window(series: Series, end: int, horizon: int, said: Mapping[str, Sequence[float]]) -> Window:
    """The window after [0, end), cut to where the truth is known."""
    actual = series.values[end : end + horizon]
    steps = [step for step, value in enumerate(actual) if value is not None]
    return Window(
        series.day(end).isoformat(),
        steps,
        [float(actual[step] or 0.0) for step in steps],
        {model: [values[step] for step in steps] for model, values in said.items()},
    )


__all__ = ["CHAMPION", "NAIVE", "SeriesResult", "Window", "rest_days", "scale_of", "season_of", "window"]
