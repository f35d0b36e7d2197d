"""Trees and a logistic regression together, and how they are tested: refitted each quarter on what was known then.

What the refitted models said of each later quarter both calibrates the next one and shows how good all of it is: no
chance that is counted was said by a model, or a calibration, that knew an outcome recorded after the quarter began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.delay import boosted, logistic
from forecasting.delay.boosted import Boosted
from forecasting.delay.calibration import Calibration, calibrate
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.history import EXPIRES, GRACE
from forecasting.delay.logistic import Logistic

QUARTER = timedelta(days=91)
LEAST_EACH = 5  # late and punctual ones, to learn from at all
Features = Mapping[str, float]
Odds = list[list[float]]
Keep = Callable[[str, Callable[[], Odds]], Odds]
"""Answers what is kept under a name, or works it out."""


def at_once(name: str, work: Callable[[], Odds]) -> Odds:
    return work()


@dataclass(frozen=True)
class Members:
    """The models before calibration."""

    trees: Boosted
    line: Logistic

    def odds(self, rows: Sequence[Features]) -> list[list[float]]:
        return [list(pair) for pair in zip(self.trees.log_odds(rows), self.line.log_odds(rows), strict=True)]


@dataclass(frozen=True)
class Ensemble:
    """Members, their calibration, and how far days may be off."""

    members: Members
    calibration: Calibration
    spread: float = 0.0
    """By how much the levels of days are moved outwards (`days.spread_of`)."""

    def probabilities(self, rows: Sequence[Features]) -> list[float]:
        return self.calibration.probabilities(self.members.odds(rows))

    def contributions(self, rows: Sequence[Features]) -> list[dict[str, float]]:
        """What each feature adds to the calibrated log odds of a row."""
        if not rows:
            return []
        trees, line = self.calibration.weights
        return [
            {name: trees * tree[name] + line * straight[name] for name in tree}
            for tree, straight in zip(
                self.members.trees.contributions(rows), self.members.line.contributions(rows), strict=True
            )
        ]


@dataclass(frozen=True)
class Said:
    """What was said of a delivery by models that could not know its outcome."""

    row: DeliveryRow
    odds: list[float]


def fit(rows: Sequence[DeliveryRow], table: Sequence[Features]) -> Members:
    late = [bool(row.late) for row in rows]
    return Members(boosted.fit(table, late), logistic.fit(table, late))


def learnable(rows: Sequence[DeliveryRow]) -> bool:
    late = sum(bool(row.late) for row in rows)
    return min(late, len(rows) - late) >= LEAST_EACH


def quarter(
    rows: Sequence[DeliveryRow], table: Sequence[Features], start: date, end: date, kept: Keep = at_once
) -> tuple[list[DeliveryRow], list[Said]] | None:
    """(what was known at `start`, what its models said of [start, end)); None where there was too little to learn.

    `kept`: asked for the models' odds, by the quarter's first day: they take nearly all the time there is.
    """
    before = [i for i, row in enumerate(rows) if row.scheduled < start and row.known_by(start - timedelta(days=1))]
    asked = [i for i, row in enumerate(rows) if start <= row.scheduled < end]
    known = [rows[i] for i in before]
    if not asked or not learnable(known):
        return None
    odds = kept(str(start), lambda: fit(known, [table[i] for i in before]).odds([table[i] for i in asked]))
    return known, [Said(rows[i], each) for i, each in zip(asked, odds, strict=True)]


def calibrated(said: Sequence[Said], day: date) -> Calibration:
    """As known on `day`: what is overdue counts as late, else a wave of delays would be seen only when it is over."""
    used = [(each, bool(each.row.late)) for each in said if each.row.known_by(day) and each.row.scheduled <= day]
    for each in said:
        row = each.row
        if not row.known_by(day) and row.scheduled + GRACE <= day <= row.scheduled + GRACE + EXPIRES:
            used.append((each, True))
    ages = [(day - each.row.scheduled).days for each, _ in used]
    return calibrate([each.odds for each, _ in used], [late for _, late in used], ages, models=2)
