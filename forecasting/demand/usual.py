"""Two plain forecasts from whole seasons: last season grown, and the usual season at today's level. Pure.

Where a year's shape moves, nothing says more of it than the last one; where it stands still, the mean of several years
is less chance. Which of the two a group of series is like, its validation tells.
"""

import math
from collections.abc import Sequence

SEASONS = 5  # that are looked at, at most
DAMPED = 0.6  # of last season's growth goes on (Gardner and McKenzie 1985: all of it overshoots)
MOST_GROWTH = 2.0  # from one season to the next: beyond, it is no growth that lasts
FRESH = 0.2  # of a season: what is as much older says half as much of today's level
LEAST_SHARE = 0.05  # of the mean: what a place in the season is divided by at least


def grown(values: Sequence[float], season: int, horizon: int) -> list[float]:
    """The last season, with part of what it had grown by against the one before. Two seasons at least."""
    last, before = math.fsum(values[-season:]), math.fsum(values[-2 * season : -season])
    growth = last / before if last > 0 and before > 0 else 1.0
    pace = DAMPED * math.log(max(1 / MOST_GROWTH, min(MOST_GROWTH, growth)))
    recent = values[-season:]
    return [recent[step % season] * math.exp(pace * (0.5 + (step + 0.5) / season)) for step in range(horizon)]


def usual(values: Sequence[float], season: int, horizon: int) -> list[float]:
    """The mean shape of the last seasons, at today's level. Two seasons at least."""
    shape = shape_of(values, season)
    ages = range(len(values), 0, -1)
    weights = [0.5 ** (age / (FRESH * season)) for age in ages]
    sizes = (value / max(LEAST_SHARE, shape[-age % season]) for value, age in zip(values, ages, strict=True))
    level = math.fsum(size * weight for size, weight in zip(sizes, weights, strict=True)) / math.fsum(weights)
    return [level * shape[step % season] for step in range(horizon)]


def shape_of(values: Sequence[float], season: int) -> list[float]:
    """Each place's share of its season's mean; nearer to one, the more of its differences may be chance.

    The part that stays is James and Stein's: what is left of the shape's variance without that of a mean of seasons.
    """
    count = min(SEASONS, len(values) // season)
    seasons = [values[len(values) - season * (back + 1) :][:season] for back in range(count)]
    shares = [[value * season / math.fsum(each) for value in each] for each in seasons if math.fsum(each) > 0]
    if not shares:
        return [1.0] * season
    mean = [math.fsum(at) / len(shares) for at in zip(*shares, strict=True)]
    spread = math.fsum((part - 1) ** 2 for part in mean)
    chance = math.fsum((share[at] - mean[at]) ** 2 for share in shares for at in range(season))
    doubt = chance / (len(shares) * max(1, len(shares) - 1))
    kept = max(0.0, 1 - doubt / spread) if spread else 0.0
    return [1 + kept * (part - 1) for part in mean]
