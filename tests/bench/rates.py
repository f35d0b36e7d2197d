"""`make bench-rates`: how many series a minute each model fits, by processor time; saved as JSON.

The code is that of a fitting process, in this one; what it starts (Stan) counts. A minute has two cores' seconds.
"""

import argparse
import random
import time
import warnings
from datetime import date
from typing import Any

from forecasting.demand import candidates
from forecasting.demand.calendar import Every
from forecasting.demand.limits import spent
from forecasting.demand.series import Series
from tests.bench import saved
from tests.bench.many import slow, steady

CORES = 2
LENGTHS: dict[Every, int] = {"day": 365, "month": 60}
HORIZON = {"day": 28, "month": 12}
BUDGETS = {candidates.PROPHET: 400, candidates.PROPHET_TIMES: 400, "ets": 200}
OTHERS = 2000
TOGETHER = 500  # series that trees are planted for at once


def series(count: int, every: Every, *, few: bool) -> list[Series]:
    chance, length = random.Random(1), LENGTHS[every]
    made = [(slow if few else steady)(chance, length) for _ in range(count)]
    start = date(2025, 1, 6) if every == "day" else date(2020, 1, 1)
    return [Series(str(n), "P", every, start, "", tuple(one), (0.0,) * length) for n, one in enumerate(made)]


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(prog="make bench-rates")
    parser.add_argument("--series", type=int, default=20)
    asked = parser.parse_args()
    rows = []
    for every in LENGTHS:
        for slowly in (False, True):
            for name in candidates.tried(slowly, asked.series, every):
                if name != candidates.NAIVE and (slowly, name) != (True, candidates.TREES_SUM):
                    rows.append(_measured(name, every, asked.series, few=slowly))
                    print(rows[-1], flush=True)
    saved.keep("rates", {"series a minute": rows}, lengths=LENGTHS, cores=CORES)


def _measured(name: str, every: Every, count: int, *, few: bool) -> dict[str, Any]:
    from forecasting.demand import local

    if candidates.is_global(name):
        count, seconds, clock = TOGETHER, *_planted(name, every)
    else:
        some = series(count + 1, every, few=few)
        local.say(some.pop(), name, LENGTHS[every], HORIZON[every])  # loads and compiles
        began, before = time.monotonic(), spent()
        for one in some:
            local.say(one, name, LENGTHS[every], HORIZON[every])
        seconds, clock = spent() - before, time.monotonic() - began
    return {
        "model": name,
        "every": every,
        "series": count,
        "processor seconds": round(seconds, 2),
        "by the clock": round(clock, 2),
        "a minute": round(60 * CORES * count / max(seconds, 0.01)),
        "budget": BUDGETS.get(name, OTHERS),
    }


def _planted(name: str, every: Every) -> tuple[float, float]:
    """Seconds of processor and clock for trees over many series."""
    from forecasting.demand import trees
    from forecasting.demand.arrays import Grid
    from forecasting.demand.panel import panels

    (panel,) = panels(series(TOGETHER, every, few=False))
    began, before = time.monotonic(), spent()
    trees.say(Grid(panel), name, panel.length, HORIZON[every])
    return spent() - before, time.monotonic() - began


if __name__ == "__main__":
    main()
