"""Distributions as the means of a few strata of probability, finer where stocks are decided: in the upper tail. Pure.

Means of strata keep the mean exactly, and a distribution that lies above another one lies above it in each stratum: so
whatever is built of them grows with demand, with the lead time and with the service level, by construction.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import sqrt

EDGES = (
    *(0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.58, 0.66, 0.74, 0.8, 0.85, 0.9, 0.925, 0.94),
    *(0.955, 0.97, 0.98, 0.987, 0.992, 0.9955, 0.9975, 0.999, 0.9995, 1.0),
)
WEIGHTS = tuple(high - low for low, high in pairwise(EDGES))
MIDDLES = tuple((low + high) / 2 for low, high in pairwise(EDGES))
_PRODUCTS = tuple(p * q for p in WEIGHTS for q in WEIGHTS)
Strata = tuple[float, ...]
"""One mean a stratum, ascending."""
NOTHING: Strata = (0.0,) * len(WEIGHTS)


def stratified(values: Sequence[float], weights: Sequence[float]) -> Strata:
    """The distribution of `values`, each as likely as its weight; weights sum to 1."""
    pairs = sorted(zip(values, weights, strict=True))
    found: list[float] = []
    places = iter(pairs)
    value, left = next(places)
    for weight in WEIGHTS:
        need, total = weight, 0.0
        while left < need:
            total += left * value
            need -= left
            following = next(places, None)
            if following is None:  # the weights' sum is a rounding short of 1
                left = need
                break
            value, left = following
        total += need * value
        left -= need
        found.append(total / weight)
    return tuple(found)


def apart(one: Strata, other: Strata) -> Strata:
    """The sum of two that have nothing to do with each other: their convolution."""
    if max(other) == min(other):
        return tuple(value + other[0] for value in one)
    return stratified([a + b for a in one for b in other], _PRODUCTS)


def together(one: Strata, other: Strata) -> Strata:
    """The sum of two that are high at once: quantiles add up (comonotone; Dhaene et al. 2002)."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def mean(of: Strata) -> float:
    return sum(value * weight for value, weight in zip(of, WEIGHTS, strict=True))


def part(of: Strata, share: float) -> Strata:
    """What a share (0 to 1) of a period needs, if its moments are alike and independent: spread goes by the root."""
    middle, root = mean(of), sqrt(share)
    return tuple(max(0.0, share * middle + root * (value - middle)) for value in of)


def mixture(parts: Sequence[tuple[float, Strata]]) -> Strata:
    """One of them, each as likely as its weight; weights sum to 1."""
    values = [value for _, strata in parts for value in strata]
    return stratified(values, [weight * share for weight, _ in parts for share in WEIGHTS])


def quantile(of: Strata, level: float) -> float:
    """What is not exceeded with probability `level`: between the strata's means by straight lines."""
    after = bisect_right(MIDDLES, level)
    if after == 0 or after == len(MIDDLES):
        return of[min(after, len(of) - 1)]
    low, high = MIDDLES[after - 1], MIDDLES[after]
    return of[after - 1] + (of[after] - of[after - 1]) * (level - low) / (high - low)


def running(parts: Sequence[Strata], *, alike: bool) -> list[Strata]:
    """Sums of the first none, one, two ... of them."""
    return list(accumulate(parts, together if alike else apart, initial=NOTHING))
