"""Sheets and rolls that labels are printed on. Millimetres, from the upper left corner. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

A4 = (210.0, 297.0)


@dataclass(frozen=True)
class Layout:
    """`across` and `down` labels of one size on a page; a roll has one label a page."""

    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    across: int = 1
    down: int = 1
    gap: tuple[float, float] = (0.0, 0.0)

    @property
    def a_page(self) -> int:
        return self.across * self.down

    def places(self) -> Iterator[tuple[float, float]]:
        """Upper left corners, row by row; the labels stand in the middle of the page."""
        wide, high = self.label
        step = (wide + self.gap[0], high + self.gap[1])
        left = (self.page[0] - self.across * step[0] + self.gap[0]) / 2
        top = (self.page[1] - self.down * step[1] + self.gap[1]) / 2
        for row in range(self.down):
            for column in range(self.across):
                yield left + column * step[0], top + row * step[1]


def _roll(wide: float, high: float) -> Layout:
    return Layout(f"Roll, {wide:g} × {high:g} mm", (wide, high), (wide, high))


LAYOUTS: dict[str, Layout] = {
    "a4-24": Layout("A4 sheet, 24 labels of 70 × 37 mm", A4, (70, 37), 3, 8),
    "a4-21": Layout("A4 sheet, 21 labels of 63.5 × 38.1 mm", A4, (63.5, 38.1), 3, 7, (2.5, 0)),
    "a4-8": Layout("A4 sheet, 8 labels of 105 × 74 mm", A4, (105, 74), 2, 4),
    "a4-65": Layout("A4 sheet, 65 labels of 38.1 × 21.2 mm", A4, (38.1, 21.2), 5, 13, (2.5, 0)),
    "roll-50x30": _roll(50, 30),
    "roll-70x40": _roll(70, 40),
    "roll-100x50": _roll(100, 50),
}

PALLET_SIZES: dict[str, tuple[str, float, float]] = {
    "a6": ("A6, 105 × 148 mm", 105, 148),
    "4x6": ("4 × 6 in, 101.6 × 152.4 mm", 101.6, 152.4),
    "a5": ("A5, 148 × 210 mm", 148, 210),
}
