"""A fitting worker: a series and what is asked of it a line in, answers a line out, until its input ends.

It is a process of its own so that two cores fit two series, that nobody else loads pandas and Stan, and that it ends
by itself when whoever started it is gone.
"""

import os
import sys
from typing import Any

from forecasting.runtime import one_thread


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """For each [model, end, horizon] asked: {"said": [...]} or {"error": why}. One that fails stops no other."""
    from datetime import date

    from forecasting.demand.local import CannotFit, say
    from forecasting.demand.series import Series

    raw = task["series"]
    series = Series(**{**raw, "start": date.fromisoformat(raw["start"])})
    answers: list[dict[str, Any]] = []
    for model, end, horizon in task["ask"]:
        try:
            answers.append({"said": say(series, model, end, horizon)})
        except CannotFit as why:
            answers.append({"error": str(why)})
        except Exception as error:  # whatever a library throws at an odd series
            answers.append({"error": f"{type(error).__name__}: {error}"[:200]})
    return {"answers": answers}


def serve() -> None:
    """Answer until end of file. Whatever libraries print goes to standard error."""
    one_thread(os.environ)
    import json
    import warnings

    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
