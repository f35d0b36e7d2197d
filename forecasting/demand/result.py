"""Fitted series to forecast rows with their intervals, and to figures that say how good they were. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecasting.demand.bands import Bands
from forecasting.demand.calendar import dated
from forecasting.demand.one import CHAMPION, SeriesResult, Window
from forecasting.metrics import coverage, mae, mase, pinball, rmse, wape
from traceapp.commitments.values import MAX_INTEGER


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """What is expected of a product at a place in the period that begins on `day`."""

    product: str
    place: str
    day: date
    mean: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


def errors(windows: Sequence[Window], model: str) -> list[float]:
    """Actual minus said, over all windows."""
    return [a - s for window in windows for a, s in zip(window.actual, window.said[model], strict=True)]


@dataclass(frozen=True)
class Tested:
    """Everything that was tested of one or many series, flat: the figures are computed from it."""

    actual: list[float] = field(default_factory=list)
    said: dict[str, list[float]] = field(default_factory=dict)
    lo80: list[float] = field(default_factory=list)
    hi80: list[float] = field(default_factory=list)
    lo95: list[float] = field(default_factory=list)
    hi95: list[float] = field(default_factory=list)
    scales: list[float] = field(default_factory=list)

    def add(self, other: "Tested") -> None:
        for name in ("actual", "lo80", "hi80", "lo95", "hi95", "scales"):
            getattr(self, name).extend(getattr(other, name))
        for model, values in other.said.items():
            self.said.setdefault(model, []).extend(values)


def rows_of(result: SeriesResult, bands: Bands) -> list[ForecastRow]:
    """The forecast of one series with its 80% and 95% intervals; of days that are always closed, nothing."""
    first = date.fromisoformat(result.first)
    rows = []
    for step, (mean, ends) in enumerate(zip(result.mean, bands.around(result, result.mean), strict=True)):
        day = dated(step, result.every, first)
        closed = day.weekday() in result.rest_days
        rows.append(ForecastRow(result.product, result.place, day, *((0.0,) * 5 if closed else (mean, *ends))))
    return rows


def tested(result: SeriesResult, bands: Bands) -> Tested:
    """Every test of one series; a window's intervals come from the other windows' errors, never from its own."""
    found = Tested()
    for window in result.windows:
        ends = bands.around(result, window.said[CHAMPION], without=window.start)
        for name, values in zip(("lo80", "hi80", "lo95", "hi95"), zip(*ends, strict=True), strict=True):
            getattr(found, name).extend(values)
        found.actual.extend(window.actual)
        found.scales.extend([result.scale] * len(ends))
        for model, said in window.said.items():
            found.said.setdefault(model, []).extend(said)
    return found


def figures(found: Tested) -> dict[str, Any]:
    """Error of the champion, of its members and of seasonal naive over the same tests, and how often the bands held.

    Members that speak for some of the series only have no figure over all of them.
    """
    if not found.actual:
        return {}
    ones = [a / s for a, s in zip(found.actual, found.scales, strict=True)]
    answer: dict[str, Any] = {"tests": len(found.actual)}
    for model, said in found.said.items():
        if len(said) != len(found.actual):
            continue
        scaled = [v / s for v, s in zip(said, found.scales, strict=True)]
        answer[model] = {
            "mae": mae(found.actual, said),
            "rmse": rmse(found.actual, said),
            "mase": mase(ones, scaled, 1.0),
            "wape": wape(found.actual, said),
        }
    answer["coverage80"] = coverage(found.actual, found.lo80, found.hi80)
    answer["coverage95"] = coverage(found.actual, found.lo95, found.hi95)
    answer["pinball10"] = pinball(found.actual, found.lo80, 0.1)
    answer["pinball90"] = pinball(found.actual, found.hi80, 0.9)
    return dict(rounded(answer))


def rounded(value: Any, digits: int = 6) -> Any:
    """Floats to `digits` decimals; to None what is not a number, or beyond any that JSON carries exactly."""
    if isinstance(value, dict):
        return {key: rounded(each, digits) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each, digits) for each in value]
    if isinstance(value, float):
        return round(value, digits) if abs(value) <= MAX_INTEGER else None
    return value
