"""The journey on a small map: stops in order, joined by lines, over Europe's outline where it lies there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from traceapp.provenance import outline
from traceapp.provenance.journey import Step

WIDTH, MARGIN, LEAST, TALLEST = 328, 56, 180, 400  # of the drawing, in its own units, one a pixel
NARROWEST = 1.5  # degrees: two docks of one town are not drawn as if they were far apart


@dataclass(frozen=True)
class Stop:
    """A place on the map with the numbers of its steps."""

    x: float
    y: float
    numbers: str
    name: str
    is_left: bool  # the name stands left of the stop

    @property
    def wide(self) -> int:
        return 18 + 7 * len(self.numbers)

    @property
    def box_x(self) -> float:
        return round(self.x - self.wide / 2, 1)

    @property
    def box_y(self) -> float:
        return round(self.y - 12, 1)

    @property
    def number_y(self) -> float:
        return round(self.y + 5, 1)

    @property
    def text_x(self) -> float:
        gap = self.wide / 2 + 6
        return round(self.x - gap if self.is_left else self.x + gap, 1)


@dataclass(frozen=True)
class Route:
    height: int
    land: tuple[str, ...]
    line: str
    stops: tuple[Stop, ...]

    @property
    def names(self) -> str:
        return ", ".join(stop.name for stop in self.stops)


@dataclass(frozen=True)
class _View:
    """A window on the globe: equal steps of longitude and latitude, the former shortened as at its middle."""

    west: float
    north: float
    scale: float  # pixels a degree of latitude
    squeeze: float
    shift_x: float
    shift_y: float

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * self.squeeze * self.scale + self.shift_x
        y = (self.north - latitude) * self.scale + self.shift_y
        return round(x, 1), round(y, 1)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in (self.at(*point) for point in points))


Point = tuple[float, float]


def route_of(steps: Sequence[Step]) -> Route | None:
    """The drawing of verified steps at known places; None where there are fewer than two places to join."""
    visits = [
        (number, step.place.short, (step.place.longitude, step.place.latitude))
        for number, step in enumerate(steps, 1)
        if step.state == "verified" and step.place and step.place.longitude is not None
    ]
    points = [(float(at[0] or 0), float(at[1] or 0)) for _number, _name, at in visits]
    if len(set(points)) < 2:
        return None
    view, height = _view(points)
    numbers: dict[Point, list[int]] = {}
    names: dict[Point, str] = {}
    for (number, name, _at), point in zip(visits, points, strict=True):
        numbers.setdefault(point, []).append(number)
        names[point] = name
    land = tuple(f"{view.path(shape)}Z" for shape in outline.SHAPES) if _in_europe(points) else ()
    return Route(height, land, view.path(points), _stops(view, numbers, names))


def _view(points: Sequence[Point]) -> tuple[_View, int]:
    longitudes, latitudes = zip(*points, strict=True)
    north, south = max(latitudes), min(latitudes)
    squeeze = max(0.2, cos(radians((north + south) / 2)))
    wide = max((max(longitudes) - min(longitudes)) * squeeze, NARROWEST)
    tall = max(north - south, NARROWEST)
    scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / tall)
    height = max(LEAST, round(tall * scale + 2 * MARGIN))
    shift_x = (WIDTH - (max(longitudes) - min(longitudes)) * squeeze * scale) / 2
    shift_y = (height - (north - south) * scale) / 2
    return _View(min(longitudes), north, scale, squeeze, shift_x, shift_y), height


def _stops(view: _View, numbers: dict[Point, list[int]], names: dict[Point, str]) -> tuple[Stop, ...]:
    stops = []
    for point, at in numbers.items():
        x, y = view.at(*point)
        stops.append(Stop(x, y, _span(at), names[point], is_left=x > WIDTH / 2))
    return tuple(stops)


def _span(numbers: list[int]) -> str:
    """`2`, `2–4` for a stay without a break, `1, 5` for two visits."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in runs]
    return ", ".join(shown[:2]) + ("…" if len(shown) > 2 else "")


def _in_europe(points: Sequence[Point]) -> bool:
    inside = (outline.WEST <= x <= outline.EAST and outline.SOUTH <= y <= outline.TOP for x, y in points)
    return all(inside)
