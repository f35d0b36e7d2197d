"""Real Celery workers as processes of their own, on a queue of files or on a real Redis."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack import ROOT, free_port, until


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of a Redis that keeps nothing."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        assert process.poll() is None, "redis-server ended"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    try:
        until(answers, "Redis answers")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


@dataclass
class Workers:
    """Workers, each in a session of its own, with their logs in `folder`."""

    folder: Path
    environment: dict[str, str]
    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self) -> subprocess.Popen:
        """A worker that takes one task at a time; ready once `ready` says so."""
        number = len(self.started)
        command = [*self._celery("worker", "--concurrency", "1", "--hostname", f"w{number}@%h", "--loglevel", "info")]
        with self.log(number).open("w") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.started.append(process)
        return process

    def ready(self) -> None:
        """Wait until every worker listens."""
        for number in range(len(self.started)):
            until(lambda number=number: " ready." in self.log(number).read_text(), f"worker {number} listens", 120)

    def log(self, number: int) -> Path:
        return self.folder / f"worker{number}.log"

    def call(self, task: str, *arguments: str) -> None:
        """Send a task as anybody would."""
        import json

        command = self._celery("call", task, "--args", json.dumps(arguments))
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def kill(self, process: subprocess.Popen) -> None:
        """As a power cut does: the worker and whatever it has started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self.started:
            self.kill(process)

    def _celery(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "traceapp", *arguments]
