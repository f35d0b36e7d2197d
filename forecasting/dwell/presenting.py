"""Dwell times in words and drawings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from forecasting.dwell.models import PlaceDwell
from traceapp.web.drawing import Drawing, Label, Size, Tick, nice_ticks, number, path

SIZES = (
    Size("narrow", 328, 0, 12, 20, 8, 28, 3),
    Size("mid", 704, 0, 12, 24, 8, 28, 5),
    Size("wide", 1096, 0, 12, 24, 8, 28, 8),
)
MONTH_SIZES = (Size("narrow", 328, 200, 52, 14, 14, 34, 3), Size("half", 496, 220, 56, 14, 14, 34, 4))
ROW = 46
DRAWN = 12  # places
DAY = 24.0
HEAD = (
    "Place",
    "Stays",
    "Half leave within",
    "Sure between",
    "Nine of ten within",
    "Trend",
    "There now",
    "First since",
)
MONTH_HEAD = ("Month", "Half left within", "Stays")


def hours(value: float) -> str:
    """A length of time in the unit that people would say."""
    if value < 1:
        return f"{round(value * 60)} min"
    if value < 2 * DAY:
        return f"{value:.1f} h".replace(".0 h", " h")
    return f"{value / DAY:.1f} days".replace(".0 days", " days")


def trend(one: PlaceDwell) -> str:
    if not one.direction:
        return "too few stays to say"
    if one.direction == "steady" or one.slope is None:
        return "no clear trend"
    more = "longer" if one.direction == "rising" else "shorter"
    return f"{hours(abs(one.slope))} {more} each month"


def headline(places: Sequence[PlaceDwell]) -> str:
    """The answer as a sentence."""
    first = places[0]
    if first.low is None:
        return f"Goods may wait longest at {first.name}: {hours(first.median)} in the middle, of few stays"
    return f"Goods wait longest at {first.name}: half of them more than {hours(first.median)}"


def row(one: PlaceDwell) -> list[str]:
    sure = "too few stays" if one.low is None or one.high is None else f"{hours(one.low)} and {hours(one.high)}"
    since = hours(one.oldest) if one.waiting else "–"
    return [
        *(one.name, f"{one.stays:,}", hours(one.median), sure, hours(one.ninety)),
        *(trend(one), f"{one.waiting:,}", since),
    ]


def month(day: str) -> str:
    return f"{date.fromisoformat(day):%b %Y}"


def months(one: PlaceDwell) -> list[list[str]]:
    return [[month(day), hours(median), f"{count:,}"] for day, median, count in one.months]


def waits(places: Sequence[PlaceDwell]) -> list[Drawing]:
    """A line a place from the middle stay to nine of ten, the thick part where the middle surely lies."""
    return [_waits(places[:DRAWN], size) for size in SIZES]


def _waits(places: Sequence[PlaceDwell], size: Size) -> Drawing:
    height = ROW * len(places) + size.top + size.bottom
    size = Size(size.name, size.width, height, size.left, size.right, size.top, size.bottom, size.ticks)
    most = max((one.ninety for one in places), default=1.0) or 1.0
    unit = DAY if most >= 4 * DAY else 1.0
    ticks = nice_ticks(0.0, most / unit, size.ticks)

    def x(value: float) -> float:
        return size.left + value / unit / ticks[-1] * size.inner

    word = "d" if unit == DAY else "h"
    drawing = Drawing(size, x_ticks=[Tick(x(each * unit), f"{number(each)} {word}") for each in ticks])
    for place, one in enumerate(places):
        y = size.top + 34 + ROW * place
        longest = 34 if size.name == "narrow" else 80
        name = one.name if len(one.name) <= longest else f"{one.name[: longest - 1]}…"
        drawing.labels.append(Label(size.left, y - 14, f"{one.rank}. {name}"))
        drawing.leads.append(f"M{x(one.median):.1f} {y}L{x(one.ninety):.1f} {y}")
        if one.low is not None and one.high is not None:
            drawing.paths[f"sure{place}"] = path([(x(one.low), y), (x(one.high), y)])
        drawing.dots += [(x(one.ninety), y, "dot-ref", 4.5), (x(one.median), y, "dot", 5.5)]
    return drawing


def by_month(one: PlaceDwell) -> list[Drawing]:
    """The middle stay of each month."""
    return [_by_month(one, size) for size in MONTH_SIZES] if len(one.months) > 1 else []


def _by_month(one: PlaceDwell, size: Size) -> Drawing:
    values = [float(median) for _, median, _ in one.months]
    unit = DAY if max(values) >= 4 * DAY else 1.0
    ticks = nice_ticks(0.0, max(values) / unit or 1.0, size.ticks)

    def point(place: int) -> tuple[float, float]:
        across = size.left + (place + 0.5) / len(values) * size.inner
        return across, size.y1 - values[place] / unit / ticks[-1] * size.deep

    word = "d" if unit == DAY else "h"
    points = [point(place) for place in range(len(values))]
    drawing = Drawing(size)
    drawing.y_ticks = [Tick(size.y1 - each / ticks[-1] * size.deep, f"{number(each)} {word}") for each in ticks]
    drawing.paths = {"line": path(points)}
    drawing.dots = [(across, up, "dot", 4.0) for across, up in points]
    drawing.x_ticks = [Tick(points[place][0], month(one.months[place][0])) for place in (0, len(points) - 1)]
    return drawing


def context(places: Sequence[PlaceDwell], chosen: PlaceDwell | None) -> dict[str, Any]:
    """What the page shows of a measuring."""
    if not places or chosen is None:
        return {}
    return {
        "headline": headline(places),
        "drawings": waits(places),
        "head": HEAD,
        "table": [row(one) for one in places],
        "chosen": chosen,
        "chosen_trend": trend(chosen),
        "month_drawings": by_month(chosen),
        "month_head": MONTH_HEAD,
        "month_table": months(chosen),
    }
