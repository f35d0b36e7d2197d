"""Logistic regression over standardised features, with its calibration. Worker code: brings numpy and scikit-learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forecasting.delay import calibration
from forecasting.runtime import SEED

STRENGTH = 0.3  # inverse of the penalty, scikit-learn's C
RARE = 10  # rows: a category seen less often says nothing that lasts
FAR = 6.0  # standard deviations: further out is cut, so that one odd plan cannot say "certainly"


@dataclass(frozen=True)
class Logistic:
    """Names, centres, widths and weights of the features; then a scaling of the log odds (Platt 1999)."""

    names: list[str]
    centre: list[float]
    width: list[float]
    weights: list[float]
    intercept: float
    slope: float = 1.0
    shift: float = 0.0

    def _scaled(self, rows: Sequence[Mapping[str, float]]) -> Any:
        import numpy as np

        table = np.array([[row.get(name, 0.0) for name in self.names] for row in rows], dtype=float)
        table = table.reshape(len(rows), len(self.names))
        return np.clip((table - np.array(self.centre)) / np.array(self.width), -FAR, FAR)

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        import numpy as np

        raw = self._scaled(rows) @ np.array(self.weights) + self.intercept
        return [float(value) for value in raw]

    def probabilities(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        import numpy as np

        odds = np.array(self.log_odds(rows)) * self.slope + self.shift
        return [float(value) for value in 1 / (1 + np.exp(-odds))]

    def contributions(self, row: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the log odds of this row against an average one."""
        scaled = self._scaled([row])[0]
        return {
            name: float(value) * weight * self.slope
            for name, value, weight in zip(self.names, scaled, self.weights, strict=True)
        }


def fit(rows: Sequence[Mapping[str, float]], late: Sequence[bool]) -> Logistic:
    """Maximum penalised likelihood. Raises ValueError where all outcomes are the same."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    counts: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            counts[name] = counts.get(name, 0) + (value != 0)
    names = sorted(name for name, count in counts.items() if count >= min(RARE, len(rows)))
    table = np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=float)
    centre, width = table.mean(axis=0), table.std(axis=0)
    width[width < 1e-9] = 1.0
    scaled = np.clip((table - centre) / width, -FAR, FAR)
    model = LogisticRegression(C=STRENGTH, max_iter=2000, random_state=SEED).fit(scaled, np.array(late))
    plain = [[float(value) for value in values] for values in (centre, width, model.coef_[0])]
    return Logistic(names, plain[0], plain[1], plain[2], float(model.intercept_[0]))


def calibrated(
    model: Logistic,
    rows: Sequence[Mapping[str, float]],
    late: Sequence[bool],
    later: tuple[Sequence[float], Sequence[bool]],
) -> Logistic:
    """The model stretched as `later` (scores of rows unseen, outcomes) says, and levelled on `rows`."""
    stretch = calibration.slope(*later)
    moved = calibration.shift(model.log_odds(rows), stretch, sum(late) / len(late))
    return replace(model, slope=stretch, shift=moved)
