"""One fitting process and the pipe to it. What takes it down is answered with a reason, and a new one goes on."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.demand.limits import limits
from forecasting.demand.series import Series
from forecasting.runtime import ROOT, of_a_child

Ask = tuple[str, int, int, float]
"""Model, end of the history it may read, horizon, the pull of working days (0: none)."""
Line = dict[str, Any]


def plain(series: Series) -> Line:
    """A series as JSON. (`asdict` copies each value: of thousands of series that takes as long as all else here.)"""
    return {**vars(series), "start": series.start.isoformat()}


@dataclass(frozen=True)
class Task:
    """What is asked of one series, or of the trees of all `of` them together: then `panel` tells these series apart."""

    of: Sequence[Line]
    asked: Sequence[Ask]
    panel: str = ""


class Died(Exception):
    """Why no answer came, in words."""


class TookTooLong(Died):
    """It passed a limit, and was ended for that."""


class Fitter:
    """A process that fits one thing at a time, within the time and memory that its worker allows itself."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._panel = ""
        self._ended = False

    def answer(self, task: Task) -> list[Line]:
        """{"said": [...]} or {"error": why} of each that is asked, in its order."""
        answers: list[Line] = []
        twice = -1
        while len(answers) < len(task.asked):
            try:
                self._send(task, task.asked[len(answers) :])
                while len(answers) < len(task.asked):
                    answers.append(self._read())
            except TookTooLong as why:
                answers.append({"error": str(why)})
            except Died as why:
                if self._ended or twice == len(answers):
                    answers.append({"error": str(why)})
                twice = len(answers)  # once may be somebody else's doing
        return answers

    def end(self) -> None:
        """Kill it; whoever waits for an answer gets errors."""
        self._ended = True
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _send(self, task: Task, asked: Sequence[Ask]) -> None:
        process = self._alive()
        assert process.stdin is not None
        lines: list[Line] = [{"series": task.of[0], "ask": asked}]
        if task.panel:
            lines = [{"panel": task.of}] if self._panel != task.panel else []
            lines.append({"plant": asked})
            self._panel = task.panel
        try:
            for line in lines:
                process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
        except OSError:
            raise self._died() from None

    def _read(self) -> Line:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise self._died()
        return dict(json.loads(line))

    def _alive(self) -> "subprocess.Popen[str]":
        if self._ended:
            raise Died("stopped")
        if self._process is None or self._process.poll() is not None:
            self._process, self._panel = _start(), ""
        return self._process

    def _died(self) -> Died:
        process, self._process, self._panel = self._process, None, ""
        assert process is not None
        process.kill()
        with contextlib.suppress(OSError):
            process.communicate()
        if why := limits().why(process.returncode):
            return TookTooLong(why)
        return Died("the fitting process ended unexpectedly")


def _start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "forecasting.demand.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=of_a_child(),
    )
