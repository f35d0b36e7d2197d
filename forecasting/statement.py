"""What a run anchors: enough to say later what was known, which code said what, and to check anybody's repetition.

Pure. No history is in it: Prophet's own JSON holds the training rows, so only fitted numbers are hashed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from forecasting.demand.result import ForecastRow, rounded
from traceapp.commitments.canonical import canonical

FORMAT = "traceapp-forecast/1"
# Elsewhere than on the processor it was made on, a repetition counts as the same forecast within these bounds.
TOLERANCE = {"absolute": 0.001, "relative": 0.001}


def six(value: float) -> str:
    """A number to 1e-6, in one spelling: what is hashed, and what the command prints."""
    text = f"{value:.6f}"
    return "0.000000" if text == "-0.000000" else text


def demand_line(row: ForecastRow) -> str:
    return period_line(row.product, row.place, row.day, (row.mean, row.lo80, row.hi80, row.lo95, row.hi95))


def period_line(product: str, place: str, day: date, five: Iterable[float]) -> str:
    """What is expected of a product at a place, as it is hashed: the mean, the ends at 80% and at 95%."""
    return "\x1f".join([product, place, day.isoformat(), *map(six, five)])


class Foretold(Protocol):
    """What is said of a delivery, wherever it is kept."""

    @property
    def delivery(self) -> str: ...
    @property
    def p_late(self) -> float: ...
    @property
    def days_p10(self) -> float: ...
    @property
    def days_p50(self) -> float: ...
    @property
    def days_p90(self) -> float: ...


def delay_line(row: Foretold) -> str:
    return "\x1f".join([row.delivery, *map(six, (row.p_late, row.days_p10, row.days_p50, row.days_p90))])


def predictions_hash(lines: Iterable[str]) -> str:
    """SHA-256 over the prediction lines in ascending order, each ended by a newline; hex."""
    total = hashlib.sha256()
    for line in sorted(lines):
        total.update(line.encode() + b"\n")
    return total.hexdigest()


def parameters_hash(parameters: Any) -> str:
    """SHA-256 over the fitted numbers as RFC 8785 JSON, rounded to 1e-6; hex."""
    return hashlib.sha256(canonical(rounded(parameters))).hexdigest()


def statement(
    *,
    kind: str,
    run: str,
    dataset: Mapping[str, Any],
    parameters: Mapping[str, Any],
    split: Mapping[str, Any],
    figures: Mapping[str, Any],
    model: str,
    predictions: Mapping[str, Any],
    environment: Mapping[str, Any],
) -> dict[str, Any]:
    """The statement. `dataset`: root, rows, asOfBlock, until, leftOut; `environment`: code and fingerprint."""
    return {
        "format": FORMAT,
        "forecast": kind,
        "run": run,
        "dataset": dict(dataset),
        "parameters": dict(parameters),
        "split": dict(split),
        "metrics": rounded(dict(figures)),
        "model": model,
        "predictions": dict(predictions) | {"tolerance": TOLERANCE},
        "environment": dict(environment),
    }
