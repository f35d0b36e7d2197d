"""A fitting worker: a series, or a panel of them, and what is asked of it; a line in, a line out for each answer.

It is a process of its own so that two cores fit two series, that nobody else loads pandas and Stan, and that it ends
by itself when whoever started it is gone, when an answer takes too long (`limits`), or when it needs too much memory.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from forecasting.demand.limits import Limits, limits, spent, within
from forecasting.runtime import one_thread, own_output

MEGABYTES = 3072  # of memory; FORECAST_FIT_MB
Line = dict[str, Any]


def answer(say: Callable[[], Any], allowed: Limits) -> Line:
    """{"said": ...} or {"error": why}. What it started counts as if it had done it itself."""
    before = spent()
    with within(allowed):
        found = _tried(say)
    return {"error": allowed.too_much} if spent() - before > allowed.processor else found


def _tried(say: Callable[[], Any]) -> Line:
    """One that fails stops no other."""
    from forecasting.demand.local import CannotFit

    try:
        return {"said": say()}
    except CannotFit as why:
        return {"error": str(why)}
    except MemoryError:
        return {"error": "it needs more memory than is allowed"}
    except Exception as error:  # whatever a library throws at an odd series
        return {"error": f"{type(error).__name__}: {error}"[:200]}


class Bench:
    """What the worker has before it: the panel it was given last, with its grid."""

    def __init__(self) -> None:
        self.grid: Any = None

    def take(self, task: Line) -> list[Callable[[], Any]]:
        """The answers that a line asks for, each still to be worked out."""
        from forecasting.demand import arrays, local
        from forecasting.demand.panel import panels

        if "panel" in task:
            self.grid = arrays.Grid(panels([series_of(raw) for raw in task["panel"]])[0])
            return []
        if "plant" in task:
            return [partial(self._plant, *one) for one in task["plant"]]
        series = series_of(task["series"])
        return [partial(local.say, series, *one) for one in task["ask"]]

    def _plant(self, name: str, origin: int, steps: int, pull: float) -> list[list[float]]:
        from forecasting.demand import trees

        said: list[list[float]] = trees.say(self.grid, name, origin, steps, pull).tolist()
        return said


def series_of(raw: Line) -> Any:
    from datetime import date

    from forecasting.demand.series import Series

    return Series(**{**raw, "start": date.fromisoformat(raw["start"])})


def serve() -> None:
    """Answer until end of file."""
    one_thread(os.environ)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # meant for whoever started it: that ends the input
    limit = int(os.environ.get("FORECAST_FIT_MB", MEGABYTES)) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    allowed = limits()
    import json
    import warnings

    warnings.simplefilter("ignore")
    answers = own_output()
    bench = Bench()
    for line in sys.stdin:
        for say in bench.take(json.loads(line)):
            answers.write(json.dumps(answer(say, allowed)) + "\n")
            answers.flush()


if __name__ == "__main__":
    serve()
