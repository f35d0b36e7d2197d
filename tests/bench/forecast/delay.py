"""Deliveries of two years, quarter by quarter, as said a fortnight before from what was recorded by then.

The file goes through the import's own reading and the events it makes, so that what is learnt from is what a stranger
who imports the file would have.
"""

import csv
import time
from datetime import date
from typing import Any

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.pairs import Leg, leg_of, pair
from forecasting.pipeline import run_delay
from forecasting.statement import parameters_hash
from tests.bench.forecast.sets import DELIVERIES
from traceapp.capture import deliveries
from traceapp.epcis import identifiers

OWNER = "9506000111006"
GOALS = {"auc": (">=", 0.80), "pr_auc": (">=", 0.36), "brier": ("<=", 0.099), "ece": ("<=", 0.03)}
UNTIL = date(2013, 12, 31)
NOTICE = 14  # days


class Numbers:
    """Products and places of the file by made-up keys, where the import would number them."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def product(self, name: str) -> str:
        return identifiers.product(_checked(f"0950600{self._number(name):06d}"))

    def place(self, name: str) -> str:
        return identifiers.location(_checked(f"950600{self._number(name):06d}"))

    def _number(self, name: str) -> int:
        return self._known.setdefault(name, len(self._known))


def _checked(digits: str) -> str:
    return digits + identifiers.check_digit(digits)


def rows() -> list[DeliveryRow]:
    """The file as the deliveries that an organisation with all of it on the ledger has."""
    names = Numbers()
    legs = []
    with DELIVERIES.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            cells = {ours: line.get(theirs[0]) or "" for ours, theirs in deliveries.COLUMNS.items()}
            for event in deliveries.events(deliveries.read(cells), owner=OWNER, names=names):  # type: ignore[arg-type]
                leg = leg_of(event["eventID"], {"event": event, "recordedBy": OWNER})
                if isinstance(leg, Leg):
                    legs.append(leg)
    return pair(legs)[0]


def measure() -> dict[str, Any]:
    """The figures of the pipeline's own test: eight quarters up to the end, each asked of a model that was fitted on
    what was recorded before it, with features as they were known a fortnight before each planned day."""
    every, began = rows(), time.monotonic()
    result = run_delay(every, until=UNTIL, horizon=NOTICE, progress=lambda percent, words: None)
    found = result.figures
    return {
        "set": "scms",
        "deliveries": found["tests"],
        "from": found["test_from"],
        "to": found["test_to"],
        **{name: f"{found[name]:.4f} ({sign} {goal})" for name, (sign, goal) in GOALS.items()},
        "seconds": round(time.monotonic() - began, 1),
        "model": parameters_hash(result.parameters)[:16],
    }
