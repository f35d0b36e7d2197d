"""`make bench-many`: thousands of series, some of them broken, from rows to forecasts by the real models; saved as JSON.

Two hundred of five thousand are broken as data break in shops: hardly begun, empty, torn, mistyped, out of order. The run
has to end, each broken series with a forecast and with the reason where something else than its models spoke.
"""

import argparse
import math
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from forecasting.demand.limits import spent
from forecasting.demand.series import SaleRow
from tests.bench import saved

FIRST = date(2025, 1, 6)
HORIZON = 14
Values = list[float | None]


def steady(chance: random.Random, days: int) -> Values:
    """A week's pattern at a level of its own, with a trend and noise."""
    level, trend = math.exp(chance.gauss(3, 1)), chance.uniform(-0.3, 0.5) / 365
    week = [chance.uniform(0.6, 1.5) for _ in range(7)]
    return [
        float(max(0, round(level * week[day % 7] * (1 + trend * day) * chance.lognormvariate(0, 0.25))))
        for day in range(days)
    ]


def slow(chance: random.Random, days: int) -> Values:
    """Sold on some days only."""
    often = chance.uniform(0.05, 0.5)
    return [float(chance.choice((1, 1, 1, 2, 3))) if chance.random() < often else 0.0 for _ in range(days)]


def _two_points(chance: random.Random, days: int) -> Values:
    return [*[None] * (days - 2), 3.0, 5.0]


def _spike(chance: random.Random, days: int) -> Values:
    values = steady(chance, days)
    values[chance.randrange(days)] = 1e12
    return values


def _negative(chance: random.Random, days: int) -> Values:
    return [-value if value and day % 2 else value for day, value in enumerate(steady(chance, days))]


def _gaps(chance: random.Random, days: int) -> Values:
    values = steady(chance, days)
    holes = {day for start in (days // 4, days // 2) for day in range(start, start + days // 5)}
    return [None if day in holes or chance.random() < 0.3 else value for day, value in enumerate(values)]


BROKEN: dict[str, Callable[[random.Random, int], Values]] = {
    "two points": _two_points,
    "one point": lambda chance, days: [*[None] * (days - 1), 4.0],
    "five points": lambda chance, days: [*[None] * (days - 5), 1.0, 4.0, 2.0, 8.0, 3.0],
    "constant": lambda chance, days: [7.0] * days,
    "all zero": lambda chance, days: [0.0] * days,
    "gaps": _gaps,
    "negative": _negative,
    "spike": _spike,
    "ended long ago": lambda chance, days: steady(chance, days // 3),
    "only one sale": lambda chance, days: [*[0.0] * (days - 1), 1.0],
    "enormous": lambda chance, days: [(value or 0.0) * 1e12 for value in steady(chance, days)],
    "tiny": lambda chance, days: [(value or 0.0) * 1e-300 for value in steady(chance, days)],
}
OUT_OF_ORDER = ("unsorted", "changed clock", "twice a day")


def rows_of(product: str, values: Values, *, first: date = FIRST) -> list[SaleRow]:
    days = ((first + timedelta(days=at), value) for at, value in enumerate(values))
    return [
        SaleRow(f"{product}-{day}", 0, product, "P", day, value, "", 0.0) for day, value in days if value is not None
    ]


def broken_rows(kind: str, product: str, chance: random.Random, days: int) -> list[SaleRow]:
    if kind in BROKEN:
        return rows_of(product, BROKEN[kind](chance, days))
    rows = rows_of(product, steady(chance, days))
    if kind == "unsorted":
        chance.shuffle(rows)
    elif kind == "changed clock":  # a till that was set back a year, and one day before that into the last century
        old = rows_of(product, steady(chance, days // 2), first=FIRST - timedelta(days=365))
        rows = [*rows[days // 2 :], *old, SaleRow(f"{product}-old", 0, product, "P", date(1970, 1, 1), 3.0, "", 0.0)]
    else:
        rows = [*rows, *(SaleRow(f"{one.uid}-2", 0, product, "P", one.day, one.quantity, "", 0.0) for one in rows)]
    return rows


def kinds() -> list[str]:
    return [*BROKEN, *OUT_OF_ORDER]


def rows(series: int, broken: int, days: int) -> list[SaleRow]:
    """Sales of that many products, `broken` of them broken; a quarter of the others are slow sellers."""
    chance = random.Random(5)
    found: list[SaleRow] = []
    for number in range(series - broken):
        make = slow if number % 4 == 3 else steady
        found += rows_of(f"good {number:05d}", make(chance, days))
    for number in range(broken):
        kind = kinds()[number % len(kinds())]
        found += broken_rows(kind, f"{kind} {number:05d}", chance, days)
    return found


def main() -> None:
    from forecasting.pipeline import run_demand
    from forecasting.statement import demand_line, parameters_hash, predictions_hash

    asked = _arguments()
    sales = rows(asked.series, asked.broken, asked.days)
    began, stages, last = time.monotonic(), list[dict[str, Any]](), ""

    def progress(percent: int, words: str) -> None:
        nonlocal last
        stage = words.partition(":")[0] + words.rpartition(" of ")[2]
        if stage != last:
            last = stage
            stages.append({"after seconds": round(time.monotonic() - began, 1), "percent": percent, "words": words})
            print(stages[-1], flush=True)

    until = FIRST + timedelta(days=asked.days - 1)
    result = run_demand(
        sales, until=until, horizon=HORIZON, origins=asked.origins, workers=asked.workers, progress=progress
    )
    seconds = time.monotonic() - began
    saved.keep(
        "many",
        {"stages": stages, "broken": _broken(result)},
        series=len(result.results),
        days=asked.days,
        rows=len(sales),
        seconds=round(seconds, 1),
        processor=round(spent(), 1),
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        champions=dict(Counter(f"{one.every} {one.mode}: {one.champion}" for one in result.results)),
        figures=result.figures,
        left_out=dict(Counter(str(one.reason) for one in result.left_out)),
        predictions=predictions_hash(demand_line(row) for row in result.rows),
        model=parameters_hash(result.parameters),
    )


def _broken(result: Any) -> list[dict[str, Any]]:
    """Of each kind: how many were forecast, and what was said of them instead."""
    found = []
    for kind in kinds():
        mine = [one for one in result.results if one.product.startswith(kind)]
        notes = Counter(one.note for one in mine if one.note)
        rows = [row for row in result.rows if row.product.startswith(kind)]
        finite = all(
            math.isfinite(value) for row in rows for value in (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)
        )
        found.append(
            {
                "kind": kind,
                "forecast": len(mine),
                "finite": finite,
                "kept in": ", ".join(sorted({f"{one.every} {one.mode}" for one in mine})),
                "with a note": sum(notes.values()),
                "note": next(iter(notes), ""),
            }
        )
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-many")
    parser.add_argument("--series", type=int, default=5000)
    parser.add_argument("--broken", type=int, default=200)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--origins", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
