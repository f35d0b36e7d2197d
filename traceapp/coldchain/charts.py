"""The drawings of a leg: temperature in its band, with gaps and excursions; humidity, shock and light beside it.

Numbers in, SVG coordinates out. A gap is drawn as a gap; an excursion is never thinner than two pixels, however much
time is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from traceapp.coldchain.buckets import Buckets, bucketed
from traceapp.sensors.excursions import Excursion, Side
from traceapp.web.drawing import Label, Point, Size, Tick, area, nice_ticks, number, path

if TYPE_CHECKING:
    from traceapp.coldchain.blocks import Series

SIZES: Final = (
    Size("narrow", 328, 260, 36, 12, 22, 44, 2),
    Size("mid", 704, 320, 44, 20, 22, 44, 4),
    Size("wide", 1096, 360, 44, 20, 22, 44, 6),
)
BESIDE: Final = tuple(Size(s.name, s.width, 130, s.left, s.right, 14, 28, s.ticks) for s in SIZES)
LEAST_WIDTH: Final = 2.0


@dataclass(frozen=True)
class Plot:
    """What is drawn, from `start` to `end` (seconds since 1970). `gaps`: (from, until) without readings."""

    start: float
    end: float
    series: Series
    gaps: Sequence[tuple[float, float]] = ()
    low: float | None = None
    high: float | None = None
    excursions: Sequence[Excursion] = ()
    waiting: Series | None = None
    zone: tzinfo = UTC


@dataclass
class Chart:
    """One drawing at one width. Rectangles are (x, width); `band` is (y, height)."""

    size: Size
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    band: tuple[float, float] | None = None
    edges: list[Tick] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    out: list[tuple[float, float]] = field(default_factory=list)
    spread: str = ""
    line: str = ""
    bad: str = ""
    waiting: str = ""
    dots: list[Point] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def temperature(plot: Plot, size: Size) -> Chart:
    """The drawing for one width."""
    return _draw(plot, size, about=5)


def beside(plot: Plot, size: Size) -> Chart:
    """A small drawing of another quantity over the same time."""
    return _draw(plot, size, about=2)


def _draw(plot: Plot, size: Size, about: int) -> Chart:
    buckets = bucketed(plot.series, plot.start, plot.end, size.x1 - size.left)
    waiting = bucketed(plot.waiting, plot.start, plot.end, size.x1 - size.left) if plot.waiting is not None else None
    low, high = _range(plot, [buckets] + ([waiting] if waiting else []))
    ticks = nice_ticks(low, high, about)
    span = (plot.end - plot.start) or 1.0

    def x(time: float) -> float:
        return size.left + (min(max(time, plot.start), plot.end) - plot.start) / span * (size.x1 - size.left)

    def y(value: float) -> float:
        return size.y1 - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (size.y1 - size.top)

    chart = Chart(size, y_ticks=[Tick(y(each), number(each)) for each in ticks])
    chart.x_ticks = _time_ticks(plot, size, x)
    _band(chart, plot, y)
    chart.gaps = [_wide(x(since), x(until)) for since, until in plot.gaps if until > plot.start and since < plot.end]
    _lines(chart, buckets, plot, x, y)
    if waiting is not None:
        chart.waiting = path(_broken(waiting, waiting.mean, plot.gaps, x, y))
    _mark(chart, plot, buckets, x, y)
    return chart


def _range(plot: Plot, drawn: Sequence[Buckets]) -> tuple[float, float]:
    values = [float(part.min()) for one in drawn for part in (one.least,) if part.size]
    values += [float(part.max()) for one in drawn for part in (one.most,) if part.size]
    values += [limit for limit in (plot.low, plot.high) if limit is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high - low >= 1 else (low - 0.5, high + 0.5)


def _band(chart: Chart, plot: Plot, y: Callable[[float], float]) -> None:
    size = chart.size
    if plot.low is None and plot.high is None:
        return
    top = size.top if plot.high is None else max(size.top, y(plot.high))
    bottom = size.y1 if plot.low is None else min(size.y1, y(plot.low))
    chart.band = (top, max(0.0, bottom - top))
    chart.edges = [Tick(y(limit), f"{number(limit)} °C") for limit in (plot.low, plot.high) if limit is not None]


def _lines(
    chart: Chart, buckets: Buckets, plot: Plot, x: Callable[[float], float], y: Callable[[float], float]
) -> None:
    """The mean, and around it from least to greatest; each broken at every gap."""
    chart.line = path(_broken(buckets, buckets.mean, plot.gaps, x, y))
    if not (buckets.count > 1).any():
        return
    parts: list[str] = []
    above: list[Point] = []
    below: list[Point] = []
    upper = _broken(buckets, buckets.most, plot.gaps, x, y)
    lower = _broken(buckets, buckets.least, plot.gaps, x, y)
    for top, bottom in [*zip(upper, lower, strict=True), (None, None)]:
        if top is not None and bottom is not None:
            above.append(top)
            below.append(bottom)
        elif above:
            parts.append(area(above, below))
            above, below = [], []
    chart.spread = "".join(parts)


def _broken(
    buckets: Buckets,
    values: object,
    gaps: Sequence[tuple[float, float]],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[Point | None]:
    """Points in the middle of each bucket, with None where a gap lies between two."""
    import numpy as np

    if not buckets.first.size:
        return []
    middles = (buckets.first + buckets.last) / 2
    starts = np.array([since for since, _ in gaps] or [np.inf])
    breaks = np.searchsorted(starts, buckets.last[:-1] - 1e-6) != np.searchsorted(starts, buckets.first[1:] - 1e-6)
    points: list[Point | None] = []
    for at, (time, value) in enumerate(zip(middles.tolist(), np.asarray(values).tolist(), strict=True)):
        points.append((x(time), y(value)))
        if at < breaks.size and breaks[at]:
            points.append(None)
    return points


def _mark(chart: Chart, plot: Plot, buckets: Buckets, x: Callable[[float], float], y: Callable[[float], float]) -> None:
    """Each excursion: its time from top to bottom, its readings in red, and a dot at its extreme."""
    import numpy as np

    middles = (buckets.first + buckets.last) / 2
    for one in plot.excursions:
        end = plot.end if one.end is None else one.end
        if end < plot.start or one.start > plot.end:
            continue
        chart.out.append(_wide(x(one.start), x(end)))
        above = one.side is Side.ABOVE
        values = buckets.most if above else buckets.least
        during = (buckets.last >= one.start) & (buckets.first <= end)
        if not during.any():
            continue
        times = np.clip(middles[during], one.start, end)
        chart.bad += path(
            [(x(time), y(value)) for time, value in zip(times.tolist(), values[during].tolist(), strict=True)]
        )
        at = int(values[during].argmax() if above else values[during].argmin())
        chart.dots.append((x(float(times[at])), y(one.extreme)))


def _wide(left: float, right: float) -> tuple[float, float]:
    return left, max(LEAST_WIDTH, right - left)


_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 30 * 1440, 91 * 1440)


def _time_ticks(plot: Plot, size: Size, x: Callable[[float], float]) -> list[Tick]:
    """At round times of the zone: minutes, hours or days, as many as there is room for."""
    minutes = (plot.end - plot.start) / 60
    step = next((one for one in _STEPS if minutes / one <= size.ticks), 365 * 1440)
    begin = datetime.fromtimestamp(plot.start, plot.zone)
    moment = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    while moment < begin:
        jump = max(1, int((begin - moment) / timedelta(minutes=step)))
        moment += timedelta(minutes=step * jump)
    ticks: list[Tick] = []
    while moment.timestamp() <= plot.end and len(ticks) <= 2 * size.ticks:
        ticks.append(Tick(x(moment.timestamp()), _tick_words(moment, step)))
        moment += timedelta(minutes=step)
    return [one for one in ticks if size.left + 14 <= one.at <= size.x1 - 14]


def _tick_words(moment: datetime, step: int) -> str:
    if step < 1440 and (moment.hour or moment.minute):
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b}"
