"""Gradient-boosted trees (LightGBM) over the features, started from how late everybody was lately.

Trees cannot say more than what they saw: after years without delays they would not believe in a year of them. So they
learn what to add to the log odds of the last weeks (`features.LEVEL`), which may go wherever it goes. Worker code:
brings numpy and LightGBM. Kept as LightGBM's own text, never as a pickle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.delay.features import LEVEL
from forecasting.runtime import SEED

SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 3,  # what holds this year may not hold the next: on 2009 to 2011 log loss 0.33, with fifteen 0.39
    "min_child_samples": 40,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "boost_from_average": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
ROUNDS = 200
COPIES = 2  # each draws other rows and features: their mean is steadier than one


@dataclass(frozen=True)
class Boosted:
    """Names of the features in the order of the trees' columns, and each copy in LightGBM's text form."""

    names: list[str]
    trees: list[str]

    def _boosters(self) -> list[Any]:
        import lightgbm

        return [lightgbm.Booster(model_str=text) for text in self.trees]

    def log_odds(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        import numpy as np

        if not rows:
            return []
        columns = table(rows, self.names)
        raw = np.mean([each.predict(columns, raw_score=True) for each in self._boosters()], axis=0)
        return [float(value) + row[LEVEL] for value, row in zip(raw, rows, strict=True)]

    def contributions(self, rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
        """SHAP values (Lundberg and others 2020, exact for trees): what each feature adds to a row's log odds."""
        import numpy as np

        if not rows:
            return []
        columns = table(rows, self.names)
        parts = np.mean([each.predict(columns, pred_contrib=True) for each in self._boosters()], axis=0)
        return [dict(zip(self.names, map(float, part[:-1]), strict=True)) for part in parts]


def table(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Any:
    import numpy as np

    found = np.array([[row.get(name, 0.0) for name in names] for row in rows], dtype=float)
    return found.reshape(len(rows), len(names))


def fit(rows: Sequence[Mapping[str, float]], late: Sequence[bool]) -> Boosted:
    """Learn from rows and their outcomes, in the order given."""
    import lightgbm
    import numpy as np

    names = sorted(rows[0])
    data = lightgbm.Dataset(
        table(rows, names),
        np.array(late, dtype=float),
        init_score=np.array([row[LEVEL] for row in rows]),
        params={"verbose": -1},
        free_raw_data=False,
    )
    copies = [lightgbm.train({**SETTINGS, "seed": SEED + copy}, data, ROUNDS) for copy in range(COPIES)]
    return Boosted(names, [copy.model_to_string() for copy in copies])
