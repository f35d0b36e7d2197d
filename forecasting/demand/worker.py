"""A fitting worker: a series a line in, a result a line out, until its input ends.

It is a process of its own so that two cores fit two series, that nobody else loads pandas and Stan, and that it ends
by itself when whoever started it is gone.
"""

import os
import sys

from forecasting.runtime import one_thread


def serve() -> None:
    """Answer until end of file. Whatever libraries print goes to standard error."""
    one_thread(os.environ)
    import json
    from datetime import date

    from forecasting.demand.one import forecast_one
    from forecasting.demand.series import Series

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        task = json.loads(line)
        raw = task.pop("series")
        series = Series(**{**raw, "start": date.fromisoformat(raw["start"])})
        try:
            answer: dict[str, object] = {"result": forecast_one(series, **task).as_json()}
        except Exception as error:  # one series that cannot be fitted is reported, the others go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
