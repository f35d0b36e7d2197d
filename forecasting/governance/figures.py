"""What became of a forecast, as integers in millionths: error, coverage, bias, and drift of what happened. Pure."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MILLION = 1_000_000
MOST = 10**12  # of the contract
BINS = 10
FULL = 5  # values a bin should hold at least
LEAST = 20  # values, fewer say nothing of drift; the contract asks as many of a window before it counts at all
WINDOWS = 3  # of the past, from which on they say what is usual
LATEST = 8  # windows that the model has just learnt from: what is like them is no news
NINETY_NINE = 2.33  # standard deviations


@dataclass(frozen=True)
class Outcome:
    """One prediction and what happened. `inside`: within the 80% interval. Groups it counts in: region and size."""

    said: float
    happened: float
    inside: bool
    region: str = ""
    size: str = ""


def millionths(value: float) -> int:
    """To the nearest, within what the contract takes; what is not a number is the most there is."""
    if not math.isfinite(value):
        return MOST
    return max(-MOST, min(MOST, round(value * MILLION)))


def measures(outcomes: Sequence[Outcome], *, absolute: bool) -> dict[str, int]:
    """rows, error, coverage and bias.

    `absolute` (demand): WAPE, and the sum of forecasts over the sum of actuals less one. Otherwise (chances): the Brier
    score, and the mean chance less the share that happened.
    """
    count = len(outcomes)
    over = math.fsum(one.said - one.happened for one in outcomes)
    if absolute:
        off = math.fsum(abs(one.said - one.happened) for one in outcomes)
        total = math.fsum(abs(one.happened) for one in outcomes)
    else:
        off, total = math.fsum((one.said - one.happened) ** 2 for one in outcomes), float(count)
    return {
        "rows": count,
        "error": millionths(_share(off, total)),
        "coverage": millionths(sum(one.inside for one in outcomes) / count),
        "bias": millionths(_share(over, total)),
    }


def groups(outcomes: Iterable[Outcome], *, absolute: bool, most: int = 60) -> list[dict[str, Any]]:
    """The same by region and by vendor size, the largest first; what has no name is not a group."""
    parts: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in outcomes:
        for by, name in (("region", one.region), ("size", one.size)):
            if name:
                parts[by, name[:60]].append(one)
    found = [{"by": by, "name": name, **measures(some, absolute=absolute)} for (by, name), some in parts.items()]
    return sorted(found, key=lambda one: (-int(str(one["rows"])), one["by"], one["name"]))[:most]


def psi(before: Sequence[float], now: Sequence[float]) -> float:
    """Population stability index of `now` against `before`, over bins of equal count of `before` (Siddiqi 2006).

    Below 0.1 little has changed, above 0.25 much. 0 where either is empty.
    """
    if not before or not now:
        return 0.0
    edges = _edges(sorted(before), _bins(len(now)))
    return _stability(_counts(before, edges), _counts(now, edges))


def drift(before: Sequence[Sequence[float]], now: Sequence[float]) -> float:
    """How far the PSI of `now` against all of `before` is above what season and chance alone make of it; never below 0.

    `before`: the past in windows as long as that of `now`, the latest last. What they, each against the others, have
    shown in 19 of 20 cases is usual, and what the latest showed: season, growth and days that are alike are in it.
    Where they are few, the sampling noise of the PSI stands in: about (1/n + 1/m) times chi-squared with one degree
    less than bins (Yurdakul and Naranjo 2020), taken at 99%. Of fewer values than LEAST nothing is said.
    """
    past = [value for window in before for value in window]
    if len(now) < LEAST or len(past) < 2 * len(now):
        return 0.0
    edges = _edges(sorted(past), _bins(len(now)))
    total = _counts(past, edges)
    freedom = max(1, len(edges))
    chance = (freedom + NINETY_NINE * math.sqrt(2 * freedom)) * (1 / len(now) + 1 / len(past))
    usual = chance
    parts = [_counts(window, edges) for window in before if 2 * len(window) >= len(now)]
    if len(parts) >= WINDOWS:
        rest = [[all_of - one for all_of, one in zip(total, part, strict=True)] for part in parts]
        shown = [_stability(a, b) for a, b in zip(rest, parts, strict=True)]
        place = min(len(shown) - 1, math.ceil(0.95 * (len(shown) + 1)) - 1)
        usual = max(usual, sorted(shown)[place], *shown[-LATEST:])
    return max(0.0, _stability(total, _counts(now, edges)) - usual)


def sizes(amounts: dict[str, float]) -> dict[str, str]:
    """Vendors by what they sold or delivered before: the thirds of them, `small`, `medium` and `large`."""
    order = sorted(amounts, key=lambda name: (amounts[name], name))
    words = ("small", "medium", "large")
    return {name: words[3 * place // len(order)] for place, name in enumerate(order)}


def _bins(count: int) -> int:
    return max(2, min(BINS, count // FULL))  # a week of one series must not look like drift by its empty bins


def _edges(ordered: Sequence[float], bins: int) -> list[float]:
    """Where bins begin. A value that fills one alone has it alone: most deliveries come on the very day, and those that
    are late must not be counted with them."""
    found = [ordered[len(ordered) * part // bins] for part in range(1, bins)]
    often = {a for a, b in pairwise(found) if a == b}
    return sorted({*found, *(math.nextafter(value, math.inf) for value in often)})


def _counts(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[bisect_right(edges, value)] += 1
    return counts


def _stability(before: Sequence[int], now: Sequence[int]) -> float:
    """The index of two histograms. Half a value more in each bin: an empty one among a few is not a quarter lost."""
    then, here = ([(count + 0.5) / (sum(counts) + 0.5 * len(counts)) for count in counts] for counts in (before, now))
    return math.fsum((b - a) * math.log(b / a) for a, b in zip(then, here, strict=True))


def _share(part: float, whole: float) -> float:
    if whole:
        return part / whole
    return math.inf if part > 0 else -math.inf if part < 0 else 0.0
