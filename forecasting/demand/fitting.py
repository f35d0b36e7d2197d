"""Series to fitting workers and back, in order, on as many cores as allowed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from queue import SimpleQueue
from typing import Any

from forecasting.demand.one import SeriesResult
from forecasting.demand.series import Series
from forecasting.runtime import ROOT, one_thread

Progress = Callable[[int, int], None]


class FittingFailed(Exception):
    """A series could not be fitted; the message names it and says why."""


def _start() -> "subprocess.Popen[str]":
    environment = dict(os.environ)
    one_thread(environment)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "forecasting.demand.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def _ask(process: "subprocess.Popen[str]", series: Series, settings: dict[str, Any]) -> SeriesResult:
    assert process.stdin is not None
    assert process.stdout is not None
    task = {"series": {**asdict(series), "start": series.start.isoformat()}, **settings}
    try:
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except BrokenPipeError:
        line = ""
    if not line:
        raise FittingFailed(f"{series.product} at {series.place}: the fitting worker ended unexpectedly")
    answer = json.loads(line)
    if "error" in answer:
        raise FittingFailed(f"{series.product} at {series.place}: {answer['error']}")
    return SeriesResult.from_json(answer["result"])


def fit_all(series: Sequence[Series], *, workers: int, progress: Progress, **settings: Any) -> list[SeriesResult]:
    """Forecast every series; the answers come in the order asked. `progress(done, all)` may raise to stop early."""
    pool = [_start() for _ in range(min(workers, len(series)))]
    free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
    for process in pool:
        free.put(process)

    def one(each: Series) -> SeriesResult:
        process = free.get()
        try:
            return _ask(process, each, settings)
        finally:
            free.put(process)

    try:
        with ThreadPoolExecutor(max(1, len(pool))) as threads:
            futures = [threads.submit(one, each) for each in series]
            try:
                results = []
                for done, future in enumerate(futures, 1):
                    results.append(future.result())
                    progress(done, len(series))
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        return results
    finally:
        for process in pool:
            process.kill()
            process.communicate()
