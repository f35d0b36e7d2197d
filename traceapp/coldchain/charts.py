"""The drawings of a leg: temperature in its band, with gaps and excursions; humidity, shock and light beside it.

Numbers in, SVG coordinates out. A gap is drawn as a gap; an excursion is never thinner than two pixels, however much
time is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from traceapp.coldchain.buckets import Buckets, bucketed
from traceapp.sensors.excursions import Excursion, Side
from traceapp.web.drawing import Label, Point, Size, Tick, area, nice_ticks, number, path

if TYPE_CHECKING:
    from traceapp.coldchain.gathered import Series
    from traceapp.sensors.holding import Floats

SIZES: Final = (
    Size("narrow", 328, 260, 36, 12, 22, 44, 2),
    Size("mid", 704, 320, 44, 20, 22, 44, 4),
    Size("wide", 1096, 360, 44, 20, 22, 44, 6),
)
BESIDE: Final = tuple(Size(s.name, s.width, 142, s.left, s.right, 26, 28, s.ticks) for s in SIZES)
LEAST_WIDTH: Final = 2.0


@dataclass(frozen=True)
class Plot:
    """What is drawn, from `start` to `end` (seconds since 1970). `gaps`: (from, until) without readings; `expired`:
    after calibration was due; `changed`: where messages would be that do not match the ledger.
    """

    start: float
    end: float
    series: Series
    gaps: Sequence[tuple[float, float]] = ()
    low: float | None = None
    high: float | None = None
    excursions: Sequence[Excursion] = ()
    waiting: Series | None = None
    expired: Sequence[tuple[float, float]] = ()
    changed: Sequence[tuple[float, float]] = ()
    zone: tzinfo = UTC


@dataclass
class Chart:
    """One drawing at one width. Rectangles and strips are (x, width); `band` is (y, height)."""

    size: Size
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    band: tuple[float, float] | None = None
    edges: list[Tick] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    out: list[tuple[float, float]] = field(default_factory=list)
    expired: list[tuple[float, float]] = field(default_factory=list)
    changed: list[tuple[float, float]] = field(default_factory=list)
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


@dataclass(frozen=True)
class _Scale:
    """From times (seconds since 1970) and values to coordinates; `low` and `high` are the ends of the axis."""

    size: Size
    start: float
    end: float
    low: float
    high: float

    def x(self, time: float) -> float:
        size, span = self.size, (self.end - self.start) or 1.0
        return size.left + (min(max(time, self.start), self.end) - self.start) / span * (size.x1 - size.left)

    def y(self, value: float) -> float:
        size = self.size
        return size.y1 - (value - self.low) / (self.high - self.low) * (size.y1 - size.top)

    def points(self, times: Floats, values: Floats) -> list[Point]:
        """Many at once; times from start to end."""
        size, span = self.size, (self.end - self.start) or 1.0
        across = size.left + (times - self.start) * ((size.x1 - size.left) / span)
        up = size.y1 - (values - self.low) * ((size.y1 - size.top) / (self.high - self.low))
        return list(zip(across.tolist(), up.tolist(), strict=True))


def _draw(plot: Plot, size: Size, about: int) -> Chart:
    buckets = bucketed(plot.series, plot.start, plot.end, size.x1 - size.left)
    waiting = bucketed(plot.waiting, plot.start, plot.end, size.x1 - size.left) if plot.waiting is not None else None
    ticks = nice_ticks(*_range(plot, [buckets] + ([waiting] if waiting else [])), about)
    scale = _Scale(size, plot.start, plot.end, ticks[0], ticks[-1])
    chart = Chart(size, y_ticks=[Tick(scale.y(each), number(each)) for each in ticks])
    chart.x_ticks = _time_ticks(plot, scale)
    _band(chart, plot, scale)
    chart.gaps = _within(scale, plot.gaps)
    chart.expired, chart.changed = _within(scale, plot.expired), _within(scale, plot.changed)
    _lines(chart, buckets, plot, scale)
    if waiting is not None:
        chart.waiting = "".join(_line(_points(waiting, waiting.mean, run, scale)) for run in _runs(waiting, plot.gaps))
    _mark(chart, plot, buckets, scale)
    return chart


def _range(plot: Plot, drawn: Sequence[Buckets]) -> tuple[float, float]:
    values = [float(part.min()) for one in drawn for part in (one.least,) if part.size]
    values += [float(part.max()) for one in drawn for part in (one.most,) if part.size]
    values += [limit for limit in (plot.low, plot.high) if limit is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high - low >= 1 else (low - 0.5, high + 0.5)


def _band(chart: Chart, plot: Plot, scale: _Scale) -> None:
    size, y = chart.size, scale.y
    if plot.low is None and plot.high is None:
        return
    top = size.top if plot.high is None else max(size.top, y(plot.high))
    bottom = size.y1 if plot.low is None else min(size.y1, y(plot.low))
    chart.band = (top, max(0.0, bottom - top))
    chart.edges = [Tick(y(limit), f"{number(limit)} °C") for limit in (plot.low, plot.high) if limit is not None]


def _lines(chart: Chart, buckets: Buckets, plot: Plot, scale: _Scale) -> None:
    """The mean, and around it from least to greatest; each broken at every gap."""
    runs = _runs(buckets, plot.gaps)
    chart.line = "".join(_line(_points(buckets, buckets.mean, run, scale)) for run in runs)
    if (buckets.count > 1).any():
        chart.spread = "".join(
            area(_points(buckets, buckets.most, run, scale), _points(buckets, buckets.least, run, scale))
            for run in runs
        )


def _line(points: Sequence[Point]) -> str:
    """A line without a break; of a reading that stands alone, a dot as wide as the line."""
    return path(points) + ("h0" if len(points) == 1 else "")


def _runs(buckets: Buckets, gaps: Sequence[tuple[float, float]]) -> list[slice]:
    """Buckets between which no gap lies."""
    import numpy as np

    if not buckets.first.size:
        return []
    starts = np.array([since for since, _ in gaps] or [np.inf])
    breaks = np.searchsorted(starts, buckets.last[:-1] - 1e-6) != np.searchsorted(starts, buckets.first[1:] - 1e-6)
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), buckets.first.size]
    return [slice(since, until) for since, until in pairwise(edges)]


def _points(buckets: Buckets, values: Floats, run: slice, scale: _Scale) -> list[Point]:
    """In the middle of each bucket of a run."""
    return scale.points((buckets.first[run] + buckets.last[run]) / 2, values[run])


def _mark(chart: Chart, plot: Plot, buckets: Buckets, scale: _Scale) -> None:
    """Each excursion: its time from top to bottom, its readings in red, and a dot at its extreme."""
    import numpy as np

    middles = (buckets.first + buckets.last) / 2
    for one in plot.excursions:
        end = plot.end if one.end is None else one.end
        if end < plot.start or one.start > plot.end:
            continue
        chart.out.append(_wide(scale, one.start, end))
        above = one.side is Side.ABOVE
        during = (buckets.last >= one.start) & (buckets.first <= end)
        if not during.any():
            continue
        values = (buckets.most if above else buckets.least)[during]
        times = np.clip(middles[during], max(one.start, plot.start), min(end, plot.end))
        chart.bad += _line(scale.points(times, values))
        at = int(values.argmax() if above else values.argmin())
        chart.dots.append((scale.x(float(times[at])), scale.y(one.extreme)))


def _within(scale: _Scale, spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [_wide(scale, *one) for one in spans if one[1] >= scale.start and one[0] <= scale.end]


def _wide(scale: _Scale, since: float, until: float) -> tuple[float, float]:
    left = scale.x(since)
    return left, max(LEAST_WIDTH, scale.x(until) - left)


_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 30 * 1440, 91 * 1440)


def _time_ticks(plot: Plot, scale: _Scale) -> list[Tick]:
    """At round times of the zone: minutes, hours or days, as many as there is room for."""
    size, x = scale.size, scale.x
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
