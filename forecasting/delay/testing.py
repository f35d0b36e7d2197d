"""The test of the delay models: two years, quarter by quarter, and figures of it. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from forecasting.delay.days import Band, PastDelays, spread_of
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.ensemble import QUARTER, Features, Keep, Said, at_once, calibrated, quarter
from forecasting.demand.result import rounded
from forecasting.metrics import (
    auc,
    average_precision,
    brier,
    coverage,
    ece,
    ece_width,
    log_loss,
    mae,
    pinball,
    reliability,
)

QUARTERS = 8  # tested
WARMING = 8  # before them, to calibrate the first
Quantiles = tuple[float, float, float]


@dataclass
class Tested:
    """What was said in all quarters, and, in those that count, what came of it."""

    said: list[Said] = field(default_factory=list)
    bands: list[tuple[DeliveryRow, list[Band]]] = field(default_factory=list)
    starts: list[date] = field(default_factory=list)
    learnt: int = 0
    late: list[bool] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    bases: list[float] = field(default_factory=list)
    days: list[float] = field(default_factory=list)
    quantiles: list[Quantiles] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    """What was expected to lie between the 10 and the 90% level, both included."""
    held: list[float] = field(default_factory=list)
    last: date = date.min


def test(
    rows: Sequence[DeliveryRow], table: Sequence[Features], until: date, *, tell: Callable[[int, int], None], kept: Keep
) -> Tested:
    """Refit at the start of each quarter before `until`, and ask about the quarter."""
    starts = [until + timedelta(days=1) - QUARTER * back for back in range(QUARTERS + WARMING, 0, -1)]
    return quarters(rows, table, [*starts, until + timedelta(days=1)], WARMING, tell, kept=kept)


def quarters(
    rows: Sequence[DeliveryRow],
    table: Sequence[Features],
    edges: Sequence[date],
    warming: int,
    tell: Callable[[int, int], None],
    *,
    kept: Keep = at_once,
) -> Tested:
    """Quarters between `edges`. The first `warming` of them calibrate only, unless nothing else could be tested."""
    found = Tested()
    for place, (start, end) in enumerate(pairwise(edges)):
        tell(place, len(edges) - 1)
        answer = quarter(rows, table, start, end, kept)
        if answer is None:
            continue
        known, said = answer
        if place >= warming:
            found.starts.append(start)
            found.learnt = found.learnt or len(known)
        _ask(found, known, said, start - timedelta(days=1), counts=place >= warming)
        found.said += said
    return found


def _ask(found: Tested, known: Sequence[DeliveryRow], said: Sequence[Said], day: date, *, counts: bool) -> None:
    """Chances and days as they would have been said on `day`; those of warming quarters only show how good days are."""
    base = sum(bool(row.late) for row in known) / len(known)
    past = PastDelays(known, spread_of(found.bands, day))
    chances = calibrated(found.said, day).probabilities([each.odds for each in said])
    for each, chance in zip(said, chances, strict=True):
        if each.row.delay is None:
            continue
        bands = past.bands(each.row, chance)
        found.bands.append((each.row, bands))
        if not counts:
            continue
        found.late.append(bool(each.row.late))
        found.chances.append(chance)
        found.bases.append(base)
        found.days.append(each.row.delay)
        found.quantiles.append(past.quantiles(each.row, chance))
        found.shares.append(past.share(each.row, chance, bands[0]))
        found.held.append(past.held(each.row, chance, each.row.delay))
        found.last = max(found.last, each.row.scheduled)


def figures(found: Tested) -> dict[str, Any]:
    """Measures of P(late) beside those of the share that was late until then, and of the quantile days."""
    if not found.late:
        return {"tests": 0}
    late, chances, bases = found.late, found.chances, found.bases
    p10, p50, p90 = (list(column) for column in zip(*found.quantiles, strict=True))
    measured = {
        "tests": len(late),
        "late_share": sum(late) / len(late),
        "base_rate": bases[-1],
        "brier": brier(late, chances),
        "brier_base": brier(late, bases),
        "log_loss": log_loss(late, chances),
        "log_loss_base": log_loss(late, bases),
        "auc": auc(late, chances),
        "pr_auc": average_precision(late, chances),
        "ece": ece(late, chances),
        "ece_width": ece_width(late, chances),
        "reliability": [[b.said, b.happened, b.count] for b in reliability(late, chances)],
        "days_mae": mae(found.days, p50),
        "days_coverage80": coverage(found.days, p10, p90),
        "days_coverage80_ties": math.fsum(found.held) / len(found.held),
        "days_share80": math.fsum(found.shares) / len(found.shares),
        "days_pinball10": pinball(found.days, p10, 0.1),
        "days_pinball90": pinball(found.days, p90, 0.9),
        "learnt": found.learnt,
        "quarters": len(found.starts),
        "test_from": found.starts[0].isoformat(),
        "test_to": found.last.isoformat(),
    }
    return dict(rounded(measured))
