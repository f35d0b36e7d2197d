"""Logistic regression over standardised features. Worker code: brings numpy and scikit-learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.delay.boosted import table
from forecasting.runtime import SEED

STRENGTH = 0.001  # inverse of the penalty, scikit-learn's C: many features say nearly the same
FAR = 5.0  # standard deviations: further out is cut, so that one odd plan cannot say "certainly"


@dataclass(frozen=True)
class Logistic:
    """Names, centres, widths and weights of the features."""

    names: list[str]
    centre: list[float]
    width: list[float]
    weights: list[float]
    intercept: float

    def _scaled(self, rows: Sequence[Mapping[str, float]]) -> Any:
        import numpy as np

        return np.clip((table(rows, self.names) - np.array(self.centre)) / np.array(self.width), -FAR, FAR)

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        import numpy as np

        return [float(value) for value in self._scaled(rows) @ np.array(self.weights) + self.intercept]

    def contributions(self, rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
        """What each feature adds to the log odds of a row against an average one."""
        import numpy as np

        parts = self._scaled(rows) * np.array(self.weights)
        return [dict(zip(self.names, map(float, part), strict=True)) for part in parts]


def fit(rows: Sequence[Mapping[str, float]], late: Sequence[bool]) -> Logistic:
    """Maximum penalised likelihood. Raises ValueError where all outcomes are the same."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = sorted(rows[0])
    columns = table(rows, names)
    centre, width = columns.mean(axis=0), columns.std(axis=0)
    width[width < 1e-9] = 1.0
    scaled = np.clip((columns - centre) / width, -FAR, FAR)
    model = LogisticRegression(C=STRENGTH, max_iter=2000, random_state=SEED).fit(scaled, np.array(late))
    plain = [[float(value) for value in values] for values in (centre, width, model.coef_[0])]
    return Logistic(names, plain[0], plain[1], plain[2], float(model.intercept_[0]))
