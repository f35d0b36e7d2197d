"""One data set through the pipeline, origin by origin, and what came of it beside seasonal naive."""

import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from forecasting.demand.naive import seasonal_naive
from forecasting.demand.result import ForecastRow
from forecasting.metrics import coverage, mae, mase, seasonal_scale, wape
from forecasting.pipeline import run_demand
from forecasting.statement import demand_line, predictions_hash
from tests.bench.forecast.sets import DataSet, Sales, read


@dataclass
class Tests:
    """Actuals and what was said of them, flat."""

    actual: list[float] = field(default_factory=list)
    rows: list[ForecastRow] = field(default_factory=list)
    naive: list[float] = field(default_factory=list)
    scaled: list[float] = field(default_factory=list)
    champions: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    seconds: float = 0.0
    trained: int = 0
    tests: int = 0


def measure(
    chosen: DataSet, *, series: int | None, origins: int | None, workers: int, planned: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures, and who spoke. `origins`: fewer tests than the set has, the latest ones.

    `planned`: whether offers that lie ahead are told, as a shop plans them.
    """
    sales = read(chosen, series)
    found = Tests()
    for back in reversed(range(min(origins or chosen.origins, chosen.origins))):
        _origin(chosen, sales, len(sales.days) - chosen.horizon - back * chosen.apart, workers, planned, found)
    return _figures(chosen, len(sales.values), found), _spoke(chosen, found)


def _origin(chosen: DataSet, sales: Sales, end: int, workers: int, planned: bool, found: Tests) -> None:
    began = time.monotonic()
    result = run_demand(
        sales.rows(end),
        until=sales.days[end - 1],
        horizon=chosen.horizon,
        origins=4,
        workers=workers,
        progress=lambda percent, words: None,
        plans=sales.plans() if planned else None,
    )
    found.seconds += time.monotonic() - began
    found.tests += 1
    found.trained += len(result.results)
    found.champions.update({f"{each.mode}: {each.champion}" for each in result.results})
    found.lines += [demand_line(row) for row in result.rows]
    ahead: dict[str, dict[Any, ForecastRow]] = defaultdict(dict)
    for row in result.rows:
        ahead[row.product][row.day] = row
    for name, values in sales.values.items():
        naive = seasonal_naive(values[:end], chosen.season, chosen.horizon)
        pairs = list(zip(sales.days[end:], values[end : end + chosen.horizon], naive, strict=False))
        known = [(ahead[name][day], actual, guess) for day, actual, guess in pairs if actual is not None]
        said, actual, guess = ([each[part] for each in known] for part in range(3))
        found.rows += said
        found.actual += actual
        found.naive += guess
        scale = seasonal_scale(values[:end], chosen.season)
        error = mase(actual, [row.mean for row in said], scale)
        if math.isfinite(error):
            found.scaled.append(error)


def _figures(chosen: DataSet, count: int, found: Tests) -> dict[str, Any]:
    actual, rows = found.actual, found.rows
    means = [row.mean for row in rows]
    ours, naive = wape(actual, means), wape(actual, found.naive)
    return {
        "set": chosen.name,
        "series": count,
        "tests": len(actual),
        "wape": round(ours, 4),
        "naive": round(naive, 4),
        "ratio": round(ours / naive, 4),
        "goal": chosen.goal,
        "mase": round(sum(found.scaled) / len(found.scaled), 4) if found.scaled else None,
        "mae": round(mae(actual, means), 4),
        "bias": round(sum(means) / sum(actual) - 1, 4) if sum(actual) else None,
        "held80": round(coverage(actual, [r.lo80 for r in rows], [r.hi80 for r in rows]), 4),
        "held95": round(coverage(actual, [r.lo95 for r in rows], [r.hi95 for r in rows]), 4),
        "seconds": round(found.seconds / found.trained, 3),
    }


def _spoke(chosen: DataSet, found: Tests) -> dict[str, Any]:
    champions = "; ".join(f"{name} ({times} of {found.tests})" for name, times in sorted(found.champions.items()))
    return {"set": chosen.name, "champions": champions, "predictions": predictions_hash(found.lines)[:16]}
