"""Geometry that drawings share: sizes, ticks, lines. Numbers in, SVG coordinates out; `charts.css` colours. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """One of the widths a drawing is made for, with the margins around its plot."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ticks: int

    @property
    def x1(self) -> int:
        return self.width - self.right

    @property
    def y1(self) -> int:
        return self.height - self.bottom

    @property
    def inner(self) -> int:
        """The plot's width."""
        return self.x1 - self.left

    @property
    def deep(self) -> int:
        """The plot's height."""
        return self.y1 - self.top


@dataclass(frozen=True)
class Tick:
    at: float
    word: str


@dataclass(frozen=True)
class Label:
    """A word beside a line; `css` names its classes."""

    x: float
    y: float
    word: str
    css: str = ""


@dataclass
class Drawing:
    """Everything a template needs for one width."""

    size: Size
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    dots: list[tuple[float, float, str, float]] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    now: float | None = None


def nice_ticks(low: float, high: float, about: int) -> list[float]:
    """Round values from at or below `low` to at or above `high`."""
    span = (high - low) or abs(high) or 1.0
    rough = span / max(1, about)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, max(last, first + 1) + 1)]


def number(value: float) -> str:
    """A figure for an axis or a label: thousands apart, decimals only where they say something."""
    if abs(value) >= 20 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 2 else f"{value:,.2f}".rstrip("0").rstrip(".")


def path(points: Sequence[Point | None]) -> str:
    """A line through points, broken where one is None: a gap is never joined."""
    parts: list[str] = []
    pen = "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(parts)


def area(above: Sequence[Point], below: Sequence[Point]) -> str:
    """A closed band between two lines."""
    return path([*above, *reversed(below)]) + "Z" if above else ""


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Positions as near as possible to `wanted`, in order of size, at least `least` apart, within [low, high]."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = low
    for index in order:
        placed[index] = max(wanted[index], floor)
        floor = placed[index] + least
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - least
    return placed
