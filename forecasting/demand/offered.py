"""What trees look at beside a day's own past: offers around it, its weekday with and without one. Brings numpy."""

from collections.abc import Sequence
from typing import Any

from forecasting.demand.means import mean

YEAR, LATELY, MONTHS = 364, 28, 84  # days that are looked back
WEEK = 7
DIGITS = 6  # of sums that another processor adds up in another order
FOREVER = 400.0  # days since an offer, or of one: more is all the same


def around(own: Any, offers: Any, steps: Sequence[int], sharing: Any) -> list[Any]:
    """For each step a row a series.

    `own`: the past, series by days, in units of their level. `offers`: of the past and of the days ahead, one day more
    than the last step; not a number where nobody knows. `sharing`: by series and series, how much
    they share offers; None where nobody knows.
    """
    import numpy as np

    start = own.shape[1]
    first = max(0, start - YEAR)
    sold, offered = own[:, first:], offers[:, first:start] > 0
    with_one, without = np.where(offered, sold, np.nan), np.where(offered, np.nan, sold)
    lately = [mean(with_one[:, -MONTHS:]), mean(without[:, -LATELY:])]
    days = np.arange(first, start)
    found = []
    for step in steps:
        same = days % WEEK == (start + step) % WEEK
        weekday = [mean(part[:, same]) for part in (without, with_one)]
        eight = mean(sold[:, same][:, -8:])
        today = np.nan_to_num(offers[:, start + step])
        brand = today * 0.0 if sharing is None else np.round(sharing @ today, DIGITS)
        found.append(np.column_stack([*weekday, eight, *lately, *_offers(offers, start, step), brand]))
    return found


def together(offers: Any) -> Any:
    """Weights by series and series: the more, the oftener both were on offer on the same days; a row's sum is 1 or 0.

    Goods of one brand are on offer together, and take sales from each other.
    """
    import numpy as np

    on = (offers > 0).astype(float)
    on -= on.mean(axis=1, keepdims=True)
    size = np.sqrt((on**2).sum(axis=1))
    alike = np.maximum(on @ on.T / np.maximum(np.outer(size, size), 1e-9), 0.0)
    np.fill_diagonal(alike, 0.0)
    total = alike.sum(axis=1, keepdims=True)
    return np.round(alike / np.where(total > 0, total, 1.0), DIGITS)


def _offers(offers: Any, start: int, step: int) -> list[Any]:
    """Of the day `step`: how long its offer has lasted, since when there was none, whether it goes on, the others'."""
    import numpy as np

    at = start + step
    days = np.arange(at + 1)
    here = offers[:, : at + 1]
    last_off = np.where(here > 0, -1.0, days).max(axis=1)
    last_on = np.where(here[:, :at] > 0, days[:at], -1.0).max(axis=1, initial=-1.0)
    lasted, since = np.minimum(at - last_off, FOREVER), np.minimum(at - last_on, FOREVER)
    known = ~np.isnan(offers[:, at])
    count = known.sum()
    others = (np.nansum(offers[:, at] > 0) - (offers[:, at] > 0)) / max(1, count - 1)
    told = [
        lasted,
        since,
        offers[:, at + 1] > 0,
        mean(offers[:, start : at + 1]),
        mean(offers[:, max(0, at - WEEK) : at]),
    ]
    return [*(np.where(known, part, np.nan) for part in told), np.where(count > 1, others, np.nan)]
