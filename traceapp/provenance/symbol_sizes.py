"""How large a symbol is printed, by GS1's tables (General Specifications 5.12), and what is said of others. Pure."""

from dataclasses import dataclass

from traceapp.provenance.qr import QUIET


@dataclass(frozen=True)
class Rule:
    """X-dimension in millimetres: least, target and most; least height of bars."""

    symbol: str
    least: float
    target: float
    most: float
    least_height: float = 0.0


RETAIL_QR = Rule("QR code", 0.396, 0.495, 0.990)
"""QR Code with a GS1 Digital Link on trade items scanned at retail points of sale (symbol specification table 1)."""
LOGISTIC_128 = Rule("bar code", 0.495, 0.495, 0.940, 31.75)
"""GS1-128 on logistic units scanned in general distribution (symbol specification table 5)."""


@dataclass(frozen=True)
class Printed:
    """A symbol as it will be printed: its X-dimension, and its width with quiet zones, in millimetres."""

    rule: Rule
    x: float
    modules: int
    height: float = 0.0

    @property
    def width(self) -> float:
        return self.x * self.modules

    @property
    def warnings(self) -> list[str]:
        """What a scanner may stumble over, in words; empty when it is as GS1 says."""
        found = []
        if self.x < self.rule.least - 1e-9:
            found.append(
                f"The {self.rule.symbol} has modules of {self.x:.3f} mm; GS1 asks for {self.rule.least} mm at least. "
                "Choose a larger label, or shorten the code."
            )
        if self.x > self.rule.most + 1e-9:
            found.append(f"The {self.rule.symbol} has modules of {self.x:.3f} mm; GS1 allows {self.rule.most} mm.")
        if self.height and self.height < self.rule.least_height - 1e-9:
            found.append(f"The bars are {self.height:.1f} mm high; GS1 asks for {self.rule.least_height} mm.")
        return found

    @property
    def said(self) -> str:
        """`14.7 × 14.7 mm, modules of 0.396 mm`."""
        across = f"{self.width:.1f}"
        return f"{across} × {self.height or self.width:.1f} mm, modules of {self.x:.3f} mm"


def fit_qr(modules: int, room: float, wanted: float = RETAIL_QR.target) -> Printed:
    """A QR code of so many modules, quiet zone included, as close to the wanted X-dimension as `room` mm allow."""
    return Printed(RETAIL_QR, min(wanted, room / modules), modules)


def quiet_zone(printed: Printed) -> float:
    """Its width in millimetres."""
    return printed.x * QUIET
