"""What became of a forecast, as integers in millionths: error, coverage, bias, and drift of what happened. Pure."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MILLION = 1_000_000
MOST = 10**12  # of the contract
BINS = 10
FULL = 5  # values a bin should hold at least
_TINY = 1e-4  # a bin with nothing in it counts as this share: the logarithm of nothing is not a number


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
    ordered = sorted(before)
    bins = max(2, min(BINS, len(now) // FULL))  # a week of one series must not look like drift by its empty bins
    edges = sorted({ordered[len(ordered) * part // bins] for part in range(1, bins)})
    then, here = _shares(ordered, edges), _shares(now, edges)
    return math.fsum((b - a) * math.log(b / a) for a, b in zip(then, here, strict=True))


def sizes(amounts: dict[str, float]) -> dict[str, str]:
    """Vendors by what they sold or delivered before: the thirds of them, `small`, `medium` and `large`."""
    order = sorted(amounts, key=lambda name: (amounts[name], name))
    words = ("small", "medium", "large")
    return {name: words[3 * place // len(order)] for place, name in enumerate(order)}


def _shares(values: Sequence[float], edges: Sequence[float]) -> list[float]:
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[bisect_right(edges, value)] += 1
    return [max(count / len(values), _TINY) for count in counts]


def _share(part: float, whole: float) -> float:
    if whole:
        return part / whole
    return math.inf if part > 0 else -math.inf if part < 0 else 0.0
