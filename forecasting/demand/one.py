"""One series from start to end: rolling backtest, champion, forecast. Runs in a fitting worker. Pure."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from forecasting.demand.calendar import SEASON, Every, number
from forecasting.demand.naive import seasonal_naive
from forecasting.demand.prophet_model import Fitted, Mode, fit_prophet
from forecasting.demand.series import Series
from forecasting.metrics import mae, rmse, seasonal_scale
from forecasting.splits import Origin, rolling_origins

PROPHET, NAIVE = "prophet", "seasonal_naive"
LEAST_WEEKS = 8
MODES: tuple[Mode, ...] = ("additive", "multiplicative")
CLEARLY = 0.95
Fit = Callable[[Series, int, int, Mode], Fitted]


@dataclass(frozen=True)
class Window:
    """One test window: what each model said where the truth was known, in steps from the origin."""

    start: str
    steps: list[int]
    actual: list[float]
    said: dict[str, list[float]]

    def error(self, model: str) -> float:
        return mae(self.actual, self.said[model])

    def squared(self, model: str) -> float:
        return rmse(self.actual, self.said[model]) ** 2 * len(self.actual)


@dataclass(frozen=True)
class SeriesResult:
    """What a fitting worker answers for one series. Plain values only: it travels as a line of JSON."""

    product: str
    place: str
    every: Every
    season: int
    mode: Mode
    champion: str
    first: str
    mean: list[float]
    scale: float
    windows: list[Window] = field(default_factory=list)
    drivers: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    rest_days: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "SeriesResult":
        return cls(**{**value, "windows": [Window(**window) for window in value["windows"]]})


def season_of(every: Every, length: int) -> int:
    """The season that seasonal naive repeats: 7 days, 52 weeks or 12 months; 1 where history is shorter than it."""
    return SEASON[every] if length > SEASON[every] else 1


def forecast_one(series: Series, *, until: str, horizon: int, origins: int, fit: Fit = fit_prophet) -> SeriesResult:
    """Choose on the past, forecast the `horizon` periods that follow the one that holds `until` (an ISO date)."""
    from datetime import date

    length = len(series.values)
    season = season_of(series.every, length)
    least = max(2 * season, 10) if series.every != "week" else 26
    windows_at = rolling_origins(length, horizon, most=origins, least_history=least)
    mode, windows = _backtest(series, windows_at, season, fit)
    champion = _champion(windows)
    # Periods between the last row and `until` are gaps: the forecast starts after `until`, whenever the rows end.
    ahead = number(date.fromisoformat(until), series.every, series.start) + 1 - length
    fitted = fit(series, length, horizon + ahead, mode) if series.known >= least // 2 else None
    if fitted is None or champion == NAIVE:
        champion = NAIVE
        mean = seasonal_naive(series.values, season, horizon + ahead)
    else:
        mean = fitted.mean
    return SeriesResult(
        series.product,
        series.place,
        series.every,
        season,
        mode,
        champion,
        series.day(length + ahead).isoformat(),
        _sane(series, mean[ahead:]),
        _finite(seasonal_scale(series.values, season)),
        windows,
        fitted.drivers if fitted else {},
        fitted.parameters if fitted and champion == PROPHET else {"season": season},
        rest_days(series),
    )


def rest_days(series: Series) -> list[int]:
    """Weekdays (0 is Monday) that never had a row in eight weeks or more: closed days, nothing is expected."""
    if series.every != "day" or len(series.values) < LEAST_WEEKS * SEASON["day"] or not series.known:
        return []
    open_on = {series.day(at).weekday() for at, value in enumerate(series.values) if value is not None}
    return sorted(set(range(7)) - open_on)


def _finite(value: float) -> float:
    return value if math.isfinite(value) and value > 0 else 1.0


def _sane(series: Series, mean: list[float]) -> list[float]:
    """Nothing below zero where nothing ever was."""
    negative = any(value is not None and value < 0 for value in series.values)
    return [value if negative else max(0.0, value) for value in mean]


def _window(series: Series, origin: Origin, said: dict[str, list[float]]) -> Window:
    actual = series.values[origin.end : origin.end + origin.horizon]
    steps = [step for step, value in enumerate(actual) if value is not None]
    return Window(
        series.day(origin.end).isoformat(),
        steps,
        [float(actual[step] or 0.0) for step in steps],
        {model: [values[step] for step in steps] for model, values in said.items()},
    )


def _backtest(series: Series, origins: list[Origin], season: int, fit: Fit) -> tuple[Mode, list[Window]]:
    """Additive or multiplicative is chosen on the oldest window, and that window tests nothing if there are others."""
    mode: Mode = "additive"
    windows: list[Window] = []
    for place, origin in enumerate(origins):
        history = series.values[: origin.end]
        naive = seasonal_naive(history, season, origin.horizon)
        tried = MODES if place == 0 else (mode,)
        fits: dict[str, list[float]] = {
            each: _sane(series, fit(series, origin.end, origin.horizon, each).mean) for each in tried
        }
        if place == 0:
            truth = _window(series, origin, fits)
            mode = _mode(truth)
        if place > 0 or len(origins) == 1:
            windows.append(_window(series, origin, {PROPHET: fits[mode], NAIVE: naive}))
    return mode, [window for window in windows if window.steps]


def _mode(truth: Window) -> Mode:
    """Multiplicative only where it was clearly better: one window is little to choose by, and it errs more wildly."""
    if not truth.steps:
        return "additive"
    additive, multiplicative = (rmse(truth.actual, truth.said[each]) for each in MODES)
    return "multiplicative" if multiplicative < CLEARLY * additive else "additive"


def _champion(windows: list[Window]) -> str:
    """The model with the smaller squared error over all tests, because a mean is forecast; Prophet without any test.

    Absolute error would favour the one that says zero for a slow seller.
    """
    if not windows:
        return PROPHET
    return min((PROPHET, NAIVE), key=lambda model: math.fsum(window.squared(model) for window in windows))
