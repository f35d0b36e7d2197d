"""The data sets and how each is split: every origin is tested on the periods after it, learnt from those before it.

None of them is part of the repository. A file is wide: the period first, then a column a series.
"""

import csv
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecasting.demand.calendar import SEASON, Every
from forecasting.demand.series import SaleRow

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data"))
DELIVERIES = FOLDER / "deliveries" / "scms_deliveries_to_2013.csv"
PLACE = "Place 1"
NOT_SERIES = ("date", "month", "closed")


@dataclass(frozen=True)
class DataSet:
    """`origins` tests of `horizon` periods, `apart` periods from each other, the last at the end of the file."""

    name: str
    file: str
    every: Every
    horizon: int
    origins: int
    apart: int
    goal: float
    offers: str = ""

    @property
    def path(self) -> Path:
        return FOLDER / "demand" / self.file

    @property
    def season(self) -> int:
        return SEASON[self.every]


SETS = (
    DataSet("pasta", "pasta_daily_qty_train.csv", "day", 28, 4, 91, 0.65, "pasta_daily_promo_train.csv"),
    DataSet("hospital", "hospital_monthly_train.csv", "month", 12, 2, 12, 0.83),
    DataSet("pbs", "pbs_monthly_train.csv", "month", 12, 3, 12, 0.83),
    DataSet("carparts", "carparts_monthly_train.csv", "month", 6, 3, 6, 0.84),
)


@dataclass(frozen=True)
class Sales:
    """Values by series, then by period; None where nothing was recorded."""

    days: list[date]
    values: dict[str, list[float | None]]
    offers: dict[str, list[float]]

    def rows(self, until: int) -> list[SaleRow]:
        """What was known before period `until`, as verified events say it."""
        every = "month" if all(day.day == 1 for day in self.days) else "day"
        return [
            SaleRow(f"{name}-{day}", 0, name, PLACE, day, value, "", self.offers[name][at], every)
            for name, values in self.values.items()
            for at, (day, value) in enumerate(zip(self.days[:until], values, strict=False))
            if value is not None
        ]

    def plans(self) -> dict[tuple[str, str], dict[date, float]]:
        """Every offer of a set that has any, as planned: a shop knows its own offers weeks ahead."""
        return {
            (name, PLACE): dict(zip(self.days, shares, strict=True))
            for name, shares in self.offers.items()
            if any(shares)
        }


def read(chosen: DataSet, series: int | None) -> Sales:
    """All series of a set, or `series` of them evenly spread over the file."""
    with chosen.path.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    names = [name for name in lines[0] if name not in NOT_SERIES]
    count = min(series or len(names), len(names))
    picked = [names[place * len(names) // count] for place in range(count)]
    first = next(iter(lines[0]))
    days = [date.fromisoformat(line[first]) for line in lines]
    values = {name: [float(line[name]) if line[name] else None for line in lines] for name in picked}
    return Sales(days, values, _offers(chosen, picked, len(days)))


def _offers(chosen: DataSet, picked: list[str], length: int) -> dict[str, list[float]]:
    if not chosen.offers:
        return {name: [0.0] * length for name in picked}
    with (FOLDER / "demand" / chosen.offers).open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return {name: [float(line[name] or 0) for line in lines] for name in picked}
