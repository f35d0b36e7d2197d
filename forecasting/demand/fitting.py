"""Series to fitting workers and back, in order, on as many cores as allowed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from queue import SimpleQueue

from forecasting.demand.series import Series
from forecasting.runtime import ROOT, one_thread

Progress = Callable[[int, int], None]
Ask = tuple[str, int, int]
"""Model, end of the history it may read, horizon."""
Answer = list[float] | str
"""What it said, or why it says nothing."""


class FittingFailed(Exception):
    """A fitting worker ended, whatever it was given; the message names the series it was at."""


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


def _ask(process: "subprocess.Popen[str]", series: Series, ask: Sequence[Ask]) -> list[Answer]:
    assert process.stdin is not None
    assert process.stdout is not None
    task = {"series": {**asdict(series), "start": series.start.isoformat()}, "ask": ask}
    try:
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except BrokenPipeError:
        line = ""
    if not line:
        raise FittingFailed(f"{series.product} at {series.place}: the fitting worker ended unexpectedly")
    return [each["said"] if "said" in each else str(each["error"]) for each in json.loads(line)["answers"]]


class Fitters:
    """Fitting workers, started when first needed and kept for a whole run: each takes seconds to load its libraries."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._pool: list[subprocess.Popen[str]] = []
        self._free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()

    def __enter__(self) -> "Fitters":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._pool:
            process.kill()
            process.communicate()

    def start(self, wanted: int) -> int:
        """See to it that `wanted` of them run, if so many are allowed; how many do."""
        while len(self._pool) < min(wanted, self._most):
            self._pool.append(_start())
            self._free.put(self._pool[-1])
        return len(self._pool)

    def one(self, series: Series, ask: Sequence[Ask]) -> list[Answer]:
        process = self._free.get()
        try:
            return _ask(process, series, ask)
        finally:
            self._free.put(process)


def fit_all(
    asked: Sequence[tuple[Series, Sequence[Ask]]], *, fitters: Fitters, progress: Progress
) -> list[list[Answer]]:
    """Answers in the order asked. `progress(done, all)` may raise to stop early."""
    with ThreadPoolExecutor(max(1, fitters.start(len(asked)))) as threads:
        futures = [threads.submit(fitters.one, *each) for each in asked]
        try:
            results: list[list[Answer]] = []
            for done, future in enumerate(futures, 1):
                results.append(future.result())
                progress(done, len(asked))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return results
