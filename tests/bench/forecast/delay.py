"""Deliveries of two years, quarter by quarter, as said a fortnight before from what was recorded by then.

The file goes through the import's own reading and the events it makes (`forecasting.delay.published`), so that what is
learnt from is what a stranger who imports the file would have.
"""

import time
from typing import Any

from forecasting.delay.goals import GOALS, measure_file
from tests.bench.forecast.sets import DELIVERIES

FIRST, LAST = 2012, 2013
AT_LEAST = ("auc", "pr_auc")


def measure() -> dict[str, Any]:
    """Beside each goal what the rolling mean of the lane alone reaches; of days what the 80% band held, with ties
    counted as far as its levels take them, and what was expected of it."""
    began = time.monotonic()
    found = measure_file(DELIVERIES, FIRST, LAST)
    return {
        "set": "scms",
        "deliveries": found["tests"],
        "from": found["test_from"],
        "to": found["test_to"],
        **{name: _beside(name, found) for name in GOALS},
        "days_mae": found["days_mae"],
        "days_coverage80": found["days_coverage80"],
        "days_coverage80_ties": found["days_coverage80_ties"],
        "days_share80": found["days_share80"],
        "seconds": round(time.monotonic() - began, 1),
    }


def _beside(name: str, found: dict[str, Any]) -> str:
    sign = ">=" if name in AT_LEAST else "<="
    return f"{found[name]:.4f} ({sign} {GOALS[name]:g}; lane {found['lane'][name]:.4f})"
