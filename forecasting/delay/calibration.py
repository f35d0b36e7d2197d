"""From the log odds of several models to one chance that can be believed. Pure but for numpy.

What models said of later deliveries, before their outcome was known, tells how much to trust each of them and how far
the level is off: a logistic regression over their log odds (stacking, Wolpert 1992; with one model it is Platt 1999),
new outcomes weighing more than old ones, and its weights pulled towards the plain mean where there are few. How fast
the level moves is itself not known, and differs from year to year: the mean of three memories is believed. Against one
of 60 days, on windows of two years of deliveries that end before 2012, the mean calibration error fell from 0.028 to
0.025 and its worst from 0.045 to 0.037, for 0.0001 of the Brier score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HALF_LIVES = (60.0, 120.0, 365.0)  # days after which an outcome counts half
PULL = 50.0  # rows' worth of belief in the plain mean
LOOSE = 0.02  # of that pull on the level, which moves
STEPS = 50
MOST_STEP = 0.5  # where scores are far too sure the curve is flat, and a whole Newton step would leap over the bottom


@dataclass(frozen=True)
class Calibration:
    """A weight for each model's log odds, and a shift."""

    weights: list[float]
    shift: float

    def probabilities(self, odds: Sequence[Sequence[float]]) -> list[float]:
        """`odds`: a row of log odds, one a model, for each delivery."""
        import numpy as np

        if not len(odds):
            return []
        x = np.array(odds, dtype=float) @ np.array(self.weights) + self.shift
        return [float(value) for value in 1 / (1 + np.exp(-np.clip(x, -30, 30)))]


def calibrate(odds: Sequence[Sequence[float]], late: Sequence[bool], ages: Sequence[float], models: int) -> Calibration:
    """`ages`: days since each outcome. The mean over the half-lives of what each says, in log odds."""
    import numpy as np

    if not len(odds):
        return Calibration([1 / models] * models, 0.0)
    design = np.column_stack([np.array(odds, dtype=float), np.ones(len(odds))])
    old = np.maximum(0.0, np.array(ages, dtype=float))
    happened = np.array(late, dtype=float)
    found = np.mean([_fit(design, happened, 0.5 ** (old / half)) for half in HALF_LIVES], axis=0)
    return Calibration([float(value) for value in found[:-1]], float(found[-1]))


def _fit(design: Any, happened: Any, weights: Any) -> Any:
    """Weights and shift by Newton's method on the penalised, weighted loss."""
    import numpy as np

    models = design.shape[1] - 1
    believed = np.array([1 / models] * models + [0.0])
    pull = np.array([PULL] * models + [PULL * LOOSE])
    at = believed
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ at, -30, 30)))
        gradient = design.T @ (weights * (p - happened)) + pull * (at - believed)
        curvature = (design * (weights * p * (1 - p))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(curvature, gradient)
        at = at - np.clip(step, -MOST_STEP, MOST_STEP)
        if float(np.abs(step).max()) < 1e-10:
            break
    return at
