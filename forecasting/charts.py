"""Geometry of the forecasts' drawings: numbers in, SVG coordinates out. Templates draw; colours come from `charts.css`.

Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from traceapp.web.drawing import Drawing, Label, Size, Tick, apart, area, nice_ticks, number, path

Sold = tuple[date, float | None]  # None: nothing was recorded
Ahead = tuple[date, float, float, float, float, float]  # day, mean, lo80, hi80, lo95, hi95

FAN_SIZES = (
    Size("narrow", 328, 300, 44, 74, 26, 44, 2),
    Size("mid", 704, 340, 48, 134, 26, 44, 4),
    Size("wide", 1096, 380, 48, 136, 26, 44, 6),
)
HALF_SIZES = (Size("narrow", 328, 0, 76, 24, 26, 30, 3), Size("half", 560, 0, 88, 24, 26, 30, 5))
LANE_SIZES = (Size("narrow", 328, 190, 48, 14, 14, 34, 3), Size("half", 496, 200, 52, 14, 14, 34, 4))
SQUARE_SIZES = (Size("narrow", 328, 300, 48, 18, 14, 46, 4), Size("half", 496, 340, 52, 24, 14, 46, 5))


@dataclass(frozen=True)
class Fan:
    """What a fan chart shows, in time order. History values may be None: nothing was recorded."""

    history: Sequence[Sold]
    ahead: Sequence[Ahead]
    every: str


def day_words(day: date, every: str, year: bool = False) -> str:
    if every == "month":
        return f"{day:%b %Y}"
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


def fan(data: Fan, size: Size) -> Drawing:
    """History, forecast and its bands. Narrower drawings show less history, never smaller type."""
    shown = {"narrow": 2, "mid": 3, "wide": 5}[size.name]
    keep = max(24, len(data.ahead) * shown)
    history = list(data.history)[-keep:]
    first = history[0][0] if history else data.ahead[0][0]
    last = data.ahead[-1][0]
    values = [value for _, value in history if value is not None] + [row[5] for row in data.ahead] + [0.0]
    lows = [min(row[4], row[1]) for row in data.ahead]
    ticks = nice_ticks(min([0.0, *lows]), max(values), 4)
    span = max(1, (last - first).days)

    def x(day: date) -> float:
        return size.left + (day - first).days / span * (size.x1 - size.left)

    def y(value: float) -> float:
        return size.y1 - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (size.y1 - size.top)

    drawing = Drawing(size, y_ticks=[Tick(y(each), number(each)) for each in ticks])
    known = [(day, value) for day, value in history if value is not None]
    # Days on which nothing can be sold say nothing about how much is: the line goes from open day to open day.
    rows: list[Ahead] = [row for row in data.ahead if any(row[1:])] or list(data.ahead)
    if known:  # the forecast starts where the history ends
        day, value = known[-1]
        rows.insert(0, (day, value, value, value, value, value))
    drawing.paths = {
        "past": path([None if value is None else (x(day), y(value)) for day, value in _open(history, data.every)]),
        "line": path([(x(row[0]), y(row[1])) for row in rows]),
        "b80": area([(x(r[0]), y(r[3])) for r in rows], [(x(r[0]), y(r[2])) for r in rows]),
        "b95": area([(x(r[0]), y(r[5])) for r in rows], [(x(r[0]), y(r[4])) for r in rows]),
    }
    drawing.now = x(known[-1][0]) if known else x(data.ahead[0][0])
    drawing.x_ticks = _days((first, known[-1][0] if known else first, last), data.every, size, x)
    drawing.labels = _ends(rows[-1], size, y)
    drawing.dots = [(x(rows[-1][0]), y(rows[-1][1]), "dot", 4)]
    return drawing


def _open(history: Sequence[Sold], every: str) -> list[Sold]:
    """History without days of the week on which nothing was ever sold: the line goes from open day to open day."""
    if every != "day":
        return list(history)
    weekdays = {day.weekday() for day, value in history if value is not None}
    return [(day, value) for day, value in history if day.weekday() in weekdays]


def _days(days: tuple[date, date, date], every: str, size: Size, at: Callable[[date], float]) -> list[Tick]:
    first, now, last = days
    ticks = [Tick(at(now), day_words(now, every)), Tick(at(last), day_words(last, every))]
    if at(last) - at(now) < 62:
        ticks = ticks[:1] if at(now) - size.left > 120 else ticks[1:]
    room = ticks[0].at - size.left
    for part in range(size.ticks - 1):
        day = first + (now - first) * part / max(1, size.ticks - 1)
        place = at(day)
        if ticks[0].at - place > 80 and room > 80:
            ticks.append(
                Tick(max(place, size.left + 22), day_words(day, every, year=part == 0 and size.name != "narrow"))
            )
    return sorted(ticks, key=lambda tick: tick.at)


def _ends(row: Ahead, size: Size, y: Callable[[float], float]) -> list[Label]:
    _, mean, lo80, hi80, lo95, hi95 = row
    long = size.name != "narrow"
    words = [
        (hi95, f"{number(hi95)} top of 95%" if long else f"95% {number(hi95)}", ""),
        (hi80, f"{number(hi80)} top of 80%" if long else f"80% {number(hi80)}", ""),
        (mean, f"{number(mean)} expected" if long else number(mean), "t-line"),
        (lo80, f"{number(lo80)} bottom of 80%" if long else f"80% {number(lo80)}", ""),
        (lo95, f"{number(lo95)} bottom of 95%" if long else f"95% {number(lo95)}", ""),
    ]
    places = apart([y(value) + rank * 0.001 for rank, (value, _, _) in enumerate(words)], 19, size.top, size.y1)
    return [Label(size.x1 + 12, place + 5, word, css) for place, (_, word, css) in zip(places, words, strict=True)]


def dumbbells(rows: Sequence[tuple[str, float, float]], size: Size) -> Drawing:
    """One line a test: the model's error and seasonal naive's. Left is better."""
    height = 30 * len(rows) + size.top + size.bottom
    size = Size(size.name, size.width, height, size.left, size.right, size.top, size.bottom, size.ticks)
    most = max((max(model, naive) for _, model, naive in rows), default=1.0)
    ticks = nice_ticks(0.0, most or 1.0, size.ticks)

    def x(value: float) -> float:
        return size.left + value / ticks[-1] * (size.x1 - size.left)

    drawing = Drawing(size, x_ticks=[Tick(x(each), number(each)) for each in ticks])
    for place, (word, model, naive) in enumerate(rows):
        y = size.top + 18 + 30 * place
        drawing.labels.append(Label(0, y + 5, word))
        drawing.leads.append(f"M{x(model):.1f} {y}L{x(naive):.1f} {y}")
        drawing.dots += [(x(naive), y, "dot-ref", 4.5), (x(model), y, "dot", 5.5)]
    if rows:
        left, right = sorted((x(rows[0][1]), x(rows[0][2])))
        model_first = rows[0][1] <= rows[0][2]
        ours, theirs = ("t-line", "t-ref")
        css = (ours, theirs) if model_first else (theirs, ours)
        words = ("this model", "seasonal naive") if model_first else ("seasonal naive", "this model")
        middle = min(max((left + right) / 2, size.left + 70), size.x1 - 110)
        drawing.labels.append(Label(min(left, middle) + 4, 16, words[0], f"{css[0]} t-end"))
        drawing.labels.append(Label(max(min(right, size.x1 - 100), min(left, middle) + 14), 16, words[1], css[1]))
    return drawing


def reliability(bins: Sequence[tuple[float, float, int]], size: Size) -> Drawing:
    """What was said against what happened; on the diagonal it was right."""
    top = max([0.1, *[max(said, happened) for said, happened, _ in bins]])
    ticks = nice_ticks(0.0, top, size.ticks)

    def x(value: float) -> float:
        return size.left + value / ticks[-1] * (size.x1 - size.left)

    def y(value: float) -> float:
        return size.y1 - value / ticks[-1] * (size.y1 - size.top)

    drawing = Drawing(size)
    drawing.x_ticks = [Tick(x(each), f"{each:.0%}") for each in ticks]
    drawing.y_ticks = [Tick(y(each), f"{each:.0%}") for each in ticks]
    drawing.paths = {
        "right": path([(x(0), y(0)), (x(ticks[-1]), y(ticks[-1]))]),
        "line": path([(x(said), y(happened)) for said, happened, _ in bins]),
    }
    drawing.dots = [(x(said), y(happened), "dot", 4.5) for said, happened, _ in bins]
    return drawing


def share_bar(used: int, out: int, width: int) -> tuple[float, float, float]:
    """Width of the bar of rows used, start and width of the bar of rows left out; what exists is at least 4 wide."""
    total = used + out
    if not total or not out:
        return float(width), float(width), 0.0
    part = max(4.0, out / total * (width - 3))
    return width - 3 - part, width - part, part


def lane(days: Sequence[float], trend: Sequence[float], ends: Sequence[str], size: Size) -> Drawing:
    """Mean days after the plan of each month as dots, and the trend through them as a line."""
    ticks = nice_ticks(min([0.0, *days, *trend]), max([0.0, *days, *trend]), size.ticks)

    def point(place: int, value: float) -> tuple[float, float]:
        across = size.left + (place + 0.5) / len(days) * size.inner
        return across, size.y1 - (value - ticks[0]) / (ticks[-1] - ticks[0]) * size.deep

    drawing = Drawing(size, y_ticks=[Tick(point(0, each)[1], number(each)) for each in ticks])
    drawing.paths = {"line": path([point(place, value) for place, value in enumerate(trend)])}
    drawing.dots = [(*point(place, value), "dot-past", 3.0) for place, value in enumerate(days)]
    drawing.x_ticks = [Tick(size.left, ends[0]), Tick(size.x1, ends[1])]
    drawing.now = point(0, 0.0)[1]
    return drawing
