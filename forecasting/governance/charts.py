"""Metrics over time as drawings: a line of what was reported, a dashed one for the limit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceapp.web.drawing import Drawing, Size, Tick, nice_ticks, number, path

SIZES = (Size("narrow", 328, 200, 52, 14, 14, 34, 3), Size("half", 496, 220, 56, 14, 14, 34, 4))


@dataclass(frozen=True)
class Point:
    """`day`: the window's first, in words. `bad`: past the limit."""

    day: str
    value: float
    bad: bool


def over_time(points: Sequence[Point], limits: Sequence[float], *, percent: bool) -> list[Drawing]:
    """One drawing a width. Windows stand at equal distances, in order of time."""
    return [_drawn(points, limits, percent, size) for size in SIZES]


def _drawn(points: Sequence[Point], limits: Sequence[float], percent: bool, size: Size) -> Drawing:
    values = [*(one.value for one in points), *limits, 0.0]
    ticks = nice_ticks(min(values), max(values), size.ticks)

    def x(place: int) -> float:
        return size.left + (place + 0.5) / max(1, len(points)) * (size.x1 - size.left)

    def y(value: float) -> float:
        return size.y1 - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (size.y1 - size.top)

    word = (lambda value: f"{value * 100:g}%") if percent else number
    drawing = Drawing(size, y_ticks=[Tick(y(each), word(each)) for each in ticks])
    drawing.paths = {"line": path([(x(place), y(one.value)) for place, one in enumerate(points)])}
    drawing.leads = [f"M{size.left} {y(limit):.1f}L{size.x1} {y(limit):.1f}" for limit in limits]
    drawing.dots = [(x(place), y(one.value), "dot-bad" if one.bad else "dot", 4.5) for place, one in enumerate(points)]
    shown = {0, len(points) - 1} if len(points) > 1 else {0}
    drawing.x_ticks = [Tick(x(place), points[place].day) for place in sorted(shown) if points]
    return drawing
