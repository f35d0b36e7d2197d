"""Start the demo's processes, keep them running, end them all.

Each child is the leader of a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone and it can
end them in order; on Linux a child is also told to end when the supervisor itself is killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
GRACE = 10.0  # seconds a child has to end by itself
SOON = 2.0  # a child that ended sooner than this after its start is restarted more slowly
MOST_DELAY = 30.0


def end_with_parent() -> None:
    """In the child, before exec: ask the kernel for SIGTERM when the supervisor dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    command: list[str]
    once: bool = False
    """It has an end: it is not started again where it ended well."""
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    delay: float = 0.0
    again: float | None = None  # when it is to be started again

    @property
    def ended(self) -> bool:
        """It had an end, and reached it."""
        return self.once and self.process is not None and self.process.poll() == 0


@dataclass
class Supervisor:
    """A few named processes with one log file each under `logs`."""

    logs: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    _files: list[IO[bytes]] = field(default_factory=list)

    def start(self, name: str, *command: str, once: bool = False) -> None:
        child = Child(name, list(command), once)
        self.children.append(child)
        self._spawn(child)

    def _spawn(self, child: Child) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = (self.logs / f"{child.name}.log").open("ab")
        self._files.append(log)
        child.process = subprocess.Popen(
            child.command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  (no thread runs here, and the call is one system call)
        )
        child.started = time.monotonic()
        beside = self.logs / f".{child.name}.pid"
        beside.write_text(str(child.process.pid))
        beside.replace(self.logs / f"{child.name}.pid")

    def tend(self) -> None:
        """Start again what has ended. A child that keeps ending soon is started less and less often."""
        for child in self.children:
            if child.process is None or child.process.poll() is None or child.ended:
                continue
            now = time.monotonic()
            if child.again is None:
                ended_soon = now - child.started < SOON
                child.delay = min(MOST_DELAY, child.delay * 2 or 1.0) if ended_soon else 0.0
                child.again = now + child.delay
                how = _how(child.process.returncode)
                self.say(f"{child.name} ended ({how}) and is started again; see {child.name}.log")
            if now >= child.again:
                _signal_group(child.process.pid, signal.SIGKILL)  # what it had started may still hold its port
                child.again = None
                self._spawn(child)

    def running(self) -> bool:
        return all(
            child.ended or (child.process is not None and child.process.poll() is None) for child in self.children
        )

    def stop(self) -> None:
        """End every child in reverse order, each ending what it started itself; then SIGKILL for what is left."""
        alive = [child.process for child in reversed(self.children) if child.process and child.process.poll() is None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
        for child in self.children:
            if child.process:
                _signal_group(child.process.pid, signal.SIGKILL)
                child.process.wait()
            (self.logs / f"{child.name}.pid").unlink(missing_ok=True)
        for log in self._files:
            log.close()


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
