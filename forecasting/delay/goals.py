"""The goals of the delay models, measured: whoever has the rows gets the same figures. Pure; some seconds a quarter.

Deliveries scheduled in whole years are asked about with what was known `LEAD` days before each planned day; models and
calibration are refitted at the start of each quarter on what was recorded until the day before. The quarters of the
years before the first calibrate only.
"""

import math
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import features
from forecasting.delay.published import rows_of
from forecasting.delay.testing import WARMING, figures, quarters
from forecasting.demand.result import rounded
from forecasting.metrics import auc, average_precision, brier, ece

LEAD: Final = 14  # days
YEARS_BEFORE: Final = WARMING // 4
GOALS: Final = {"auc": 0.80, "pr_auc": 0.36, "brier": 0.099, "ece": 0.03}
"""The first two at least, the others at most."""
LANE: Final = "rate500:vendor+country"
Told = Callable[[int, int], None]


def silent(done: int, of: int) -> None:
    """Tells nobody."""


def measure_file(path: Path, first: int, last: int, tell: Told = silent) -> dict[str, Any]:
    """Figures over a published delivery history (see `published`) for the years `first` to `last`."""
    return measure(rows_of(path), first, last, tell)


def measure(rows: Sequence[DeliveryRow], first: int, last: int, tell: Told = silent) -> dict[str, Any]:
    """`testing.figures` of these years, and as `lane` the same measures of the lane's rolling mean alone.

    `ece` is over ten bins of equal count, `ece_width` over ten of equal width.
    """
    table = features(rows, rows, horizon=2 * LEAD)
    starts = [date(year, month, 1) for year in range(first - YEARS_BEFORE, last + 1) for month in (1, 4, 7, 10)]
    tested = quarters(rows, table, [*starts, date(last + 1, 1, 1)], WARMING, tell)
    if not tested.late:
        return figures(tested)
    lanes = {row.uid: 1 / (1 + math.exp(-each[LANE])) for row, each in zip(rows, table, strict=True)}
    asked = [each.row for each in tested.said if each.row.scheduled >= tested.starts[0] and each.row.delay is not None]
    said = [lanes[row.uid] for row in asked]
    late = [bool(row.late) for row in asked]
    alone = {"auc": auc(late, said), "pr_auc": average_precision(late, said), "brier": brier(late, said)}
    return figures(tested) | {"lane": dict(rounded(alone | {"ece": ece(late, said)}))}
