"""Who fits: the processes of this machine, or whoever takes the place of `Fitting`. Answers come in the order asked."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Protocol

from forecasting.demand.fitter import Ask, Fitter, Line, Task, plain
from forecasting.demand.series import Series

Progress = Callable[[int, int], None]
Answer = list[Any] | str
"""What was said (by trees: a list a series), or why nothing."""


class Fitting(Protocol):
    """Answers many tasks. `progress(done, all)` may raise to stop early."""

    def answers(self, tasks: Sequence[Task], progress: Progress) -> list[list[Line]]: ...


class Fitters:
    """Processes of this machine, started when first needed and kept: each takes seconds to load its libraries."""

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self._every = [Fitter() for _ in range(self.most)]
        self._free: SimpleQueue[Fitter] = SimpleQueue()
        for each in self._every:
            self._free.put(each)
        self._threads = ThreadPoolExecutor(self.most)

    def __enter__(self) -> "Fitters":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for each in self._every:
            each.end()

    def run(self, tasks: Sequence[Task]) -> "Future[list[list[Line]]]":
        """Some tasks by one process, one after the other."""
        return self._threads.submit(self._some, tasks)

    def answers(self, tasks: Sequence[Task], progress: Progress) -> list[list[Line]]:
        found: list[list[Line]] = []
        for done, future in enumerate([self.run([task]) for task in tasks], 1):
            found += future.result()
            progress(done, len(tasks))
        return found

    def _some(self, tasks: Sequence[Task]) -> list[list[Line]]:
        fitter = self._free.get()
        try:
            return [fitter.answer(task) for task in tasks]
        finally:
            self._free.put(fitter)


def fit_all(
    asked: Sequence[tuple[Series, Sequence[Ask]]], *, fitters: Fitting, progress: Progress
) -> list[list[Answer]]:
    """What each series' models said."""
    tasks = [Task([plain(series)], list(asks)) for series, asks in asked]
    return [[_said(line) for line in lines] for lines in fitters.answers(tasks, progress)]


def plant_all(series: Sequence[Series], asked: Sequence[Ask], *, fitters: Fitting, progress: Progress) -> list[Answer]:
    """What the trees of all these series said: a list of lists, one a series."""
    of = [plain(one) for one in series]
    name = hashlib.sha256(json.dumps(of).encode()).hexdigest()
    found = fitters.answers([Task(of, [one], name) for one in asked], progress)
    return [_said(lines[0]) for lines in found]


def _said(line: Line) -> Answer:
    return line["said"] if "said" in line else str(line["error"])
