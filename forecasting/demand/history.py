"""A series' past as models need it: gaps filled, one wild value cut. Nothing after its end is looked at. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from forecasting.demand.calendar import YEAR
from forecasting.demand.series import Series

# A value so many times larger than the next largest is a slip of the keyboard, or happens once: it stays in the data,
# but a model that learnt from it would repeat it.
WILD = 5.0
ENOUGH = 8  # values: with fewer nobody knows what is wild
INTERMITTENT = 0.4  # share of periods without any demand from which a series is a slow seller's


def filled(values: Sequence[float | None], season: int) -> list[float]:
    """Gaps hold what was known a season ago, else the value before, else the first known one, else 0."""
    found: list[float] = []
    first = next((value for value in values if value is not None), 0.0)
    for position, value in enumerate(values):
        if value is not None:
            found.append(float(value))
        elif position >= season > 1:
            found.append(found[position - season])
        else:
            found.append(found[-1] if found else float(first))
    return found


def tamed(values: Sequence[float | None]) -> list[float | None]:
    """The one value that dwarfs all others is cut to the next largest."""
    sizes = sorted((abs(value) for value in values if value), reverse=True)
    if len(sizes) < ENOUGH or sizes[0] <= WILD * sizes[1]:
        return list(values)
    most = sizes[1]
    return [None if value is None else max(-most, min(most, value)) for value in values]


def intermittent(series: Series) -> bool:
    """Whether most of what a model must say is when nothing is sold."""
    known = [value for value in series.values if value is not None]
    return sum(value == 0 for value in known) > INTERMITTENT * len(known) > 0


def offers_ahead(series: Series, end: int, horizon: int) -> list[float]:
    """The chance of an offer in each of the `horizon` periods after [0, end).

    A planned one is certain, and so were those before it in tests of a series whose offers are planned: what is tested
    knows as much as what is asked. What no plan says is expected as it was before: the last period's offer fades into
    the share of the last year, as fast as neighbouring periods differ (their correlation).
    """
    known = [*series.promotions, *series.planned] if series.planned else []
    plan = known[end : end + horizon]
    return plan + _expected(series.promotions[:end], horizon, YEAR[series.every])[len(plan) :]


def _expected(promotions: Sequence[float], horizon: int, window: int) -> list[float]:
    recent = [float(value > 0) for value in promotions[-window:]]
    if not any(recent):
        return [0.0] * horizon
    share = sum(recent) / len(recent)
    spread = sum((value - share) ** 2 for value in recent)
    alike = sum((a - share) * (b - share) for a, b in pairwise(recent))
    fading = max(0.0, min(0.99, alike / spread)) if spread else 0.0
    return [share + (recent[-1] - share) * fading ** (step + 1) for step in range(horizon)]
