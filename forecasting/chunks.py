"""A training's questions cut into chunks: rows that any worker may take, so that two of them need half the time.

A chunk is named by the hash of what is asked. Whoever resumes a training asks the same again, finds what is answered,
and only the rest is worked on. All use of the database is in the thread that calls; fitting is in processes.
"""

import contextlib
import hashlib
import json
import os
import socket
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from forecasting.demand.fitter import Line, Task
from forecasting.demand.fitting import Fitters, Progress
from forecasting.models import Chunk, Panel, TrainingJob
from traceapp.jobs import life

ASKS: Final = 48  # fits in a chunk, about: some ten seconds of work, which is what a killed worker loses
WAIT: Final = 0.25  # seconds between two looks at what others have answered
State = Chunk.State


def pack(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)


def unpack(blob: bytes | memoryview) -> Any:
    return json.loads(zlib.decompress(bytes(blob)))


def cut(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Tasks in their order, so many together as ask for about ASKS fits; trees are one each."""
    part: list[Task] = []
    asks = 0
    for task in tasks:
        if part and (task.panel or asks + len(task.asked) > ASKS):
            yield part
            part, asks = [], 0
        part.append(task)
        asks += ASKS if task.panel else len(task.asked)
    if part:
        yield part


class Hands:
    """A worker's hold on a training's chunks: as many at a time as it has processes."""

    def __init__(self, training: TrainingJob, fitters: Fitters) -> None:
        self._training, self._fitters = training, fitters
        self._held: dict[Future[list[list[Line]]], Chunk] = {}
        self._beaten = time.monotonic()
        self._panels: dict[str, list[Line]] = {}

    def step(self) -> bool:
        """Take what is free, wait a moment, hand in what is done; whether there is anything to do."""
        while len(self._held) < self._fitters.most and (chunk := self._take()) is not None:
            self._held[self._fitters.run(self._tasks(chunk))] = chunk
        if not self._held:
            return False
        done, _ = wait(self._held, timeout=WAIT, return_when=FIRST_COMPLETED)
        for future in done:
            self._hand_in(self._held.pop(future), future)
        if time.monotonic() - self._beaten > life.BEAT:
            self._beaten = time.monotonic()
            self._keep()
        return True

    def _take(self) -> Chunk | None:
        for uid in free(self._training).values_list("uid", flat=True)[:8]:
            if (chunk := life.claim(Chunk, str(uid), worker=me())) is not None:
                return chunk
        return None

    def _tasks(self, chunk: Chunk) -> list[Task]:
        return [
            Task(self._panel(one["panel"]) if one["panel"] else one["of"], one["asked"], one["panel"])
            for one in unpack(chunk.question)
        ]

    def _panel(self, key: str) -> list[Line]:
        if key not in self._panels:
            self._panels = {key: unpack(Panel.objects.get(training=self._training, key=key).content)}
        return self._panels[key]

    def _hand_in(self, chunk: Chunk, future: "Future[list[list[Line]]]") -> None:
        with contextlib.suppress(life.Stopped):  # somebody else has it: the same will come out
            life.finish(chunk, answer=pack(future.result()))

    def _keep(self) -> None:
        for future, chunk in list(self._held.items()):
            try:
                life.beat(chunk)
            except life.Stopped:
                del self._held[future]


class Spread:
    """Fitting over chunks, by this worker and by whoever else takes some. `call`: tell others that there is work."""

    def __init__(self, training: TrainingJob, fitters: Fitters, call: Callable[[TrainingJob, int], None]) -> None:
        self._training, self._call = training, call
        self._hands = Hands(training, fitters)
        self._most = fitters.most
        self._number = 0

    def answers(self, tasks: Sequence[Task], progress: Progress) -> list[list[Line]]:
        parts = [(self._write(part), part) for part in cut(tasks)]
        found: dict[str, list[list[Line]]] = {}
        called = 0.0
        while True:
            found.update(self._answered({key for key, _ in parts} - found.keys()))
            progress(sum(len(part) for key, part in parts if key in found), len(tasks))
            left = len({key for key, _ in parts} - found.keys())
            if not left:
                break
            if left > self._most and time.monotonic() - called > life.LEASE.total_seconds() / 2:
                called = time.monotonic()
                self._call(self._training, left - self._most)
            if not self._hands.step():
                self._give_up()
                time.sleep(WAIT)
        return [line for key, part in parts for line in _matched(found[key], part)]

    def _write(self, part: Sequence[Task]) -> str:
        """The chunk's key; its row, unless there is one."""
        asked = [{"panel": one.panel, "of": [] if one.panel else list(one.of), "asked": one.asked} for one in part]
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        self._number += 1
        for one in part:
            if one.panel and not Panel.objects.filter(training=self._training, key=one.panel).exists():
                Panel.objects.create(training=self._training, key=one.panel, content=pack(list(one.of)))
        Chunk.objects.get_or_create(
            training=self._training, key=key, defaults={"number": self._number, "question": pack(asked)}
        )
        return key

    def _answered(self, keys: set[str]) -> Iterator[tuple[str, list[list[Line]]]]:
        ended = self._training.chunks.filter(state__in=(State.DONE, State.FAILED))
        for key in [key for key in ended.values_list("key", flat=True) if key in keys]:
            chunk = self._training.chunks.get(key=key)
            yield key, unpack(chunk.answer) if chunk.answer else [[{"error": chunk.error}]]

    def _give_up(self) -> None:
        """Chunks that took down every worker that tried: their series are answered with that."""
        life.give_up(self._training.chunks.all(), f"the worker died {life.ATTEMPTS} times at it")


def _matched(answer: list[list[Line]], part: Sequence[Task]) -> list[list[Line]]:
    """Of a chunk that failed as a whole, its one reason for everything that it was asked."""
    if len(answer) == len(part) and all(len(a) == len(p.asked) for a, p in zip(answer, part, strict=True)):
        return answer
    return [[answer[0][0]] * len(one.asked) for one in part]


def free(training: TrainingJob) -> QuerySet[Chunk]:
    """What may be taken: nobody has it, or whoever had it has not been heard of."""
    return training.chunks.filter(life.free(timezone.now())).order_by("number")


def help_with(uid: str, fitters: Fitters, *, patience: float) -> None:
    """Take a training's chunks until it has ended, or has had none for `patience` seconds."""
    training = TrainingJob.objects.filter(uid=uid).first()
    if training is None:
        return
    hands = Hands(training, fitters)
    idle = time.monotonic()
    while time.monotonic() - idle < patience:
        if not TrainingJob.objects.filter(pk=training.pk, state=TrainingJob.State.RUNNING, cancel=False).exists():
            return
        if hands.step():
            idle = time.monotonic()
        else:
            time.sleep(WAIT)


def forget(training: TrainingJob) -> None:
    """Once it has ended, drop what was asked and answered; who did what, and when, stays until the next training."""
    active = (TrainingJob.State.QUEUED, TrainingJob.State.RUNNING)
    ended = TrainingJob.objects.filter(organisation=training.organisation_id, kind=training.kind)
    ended = ended.exclude(state__in=active)
    if ended.filter(pk=training.pk).exists():
        training.panels.all().delete()
        training.chunks.update(question=b"", answer=None)
        Chunk.objects.filter(training__in=ended).exclude(training=training).delete()


def me() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"
