"""Servers as child processes that never outlive their starter: not after an exception, and not after its kill -9."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GRACE = 15.0

# Waits for the end of its standard input, which comes when the process that holds the other end is gone, however it
# went; then ends every process whose id stands in the folder. The start time beside it tells that it is the same one.
_GUARD = """
import os, pathlib, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.stdin.buffer.read()
for file in pathlib.Path(sys.argv[1]).glob("*.pid"):
    try:
        pid, began = file.read_text().split()
        if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19] == began:
            os.kill(int(pid), signal.SIGKILL)
        file.unlink()
    except (OSError, ValueError):
        pass
"""


class DidNotStart(RuntimeError):
    """A server ended or was not ready in time; the text says which, and the last lines of its log."""


class Processes:
    """Named child processes, each with a log file of its name. All end with `close`."""

    def __init__(self, folder: Path) -> None:
        self._logs, self._run = folder / "logs", folder / "run"
        for place in (self._logs, self._run):
            place.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = subprocess.Popen(
            [sys.executable, "-S", "-c", _GUARD, str(self._run)], stdin=subprocess.PIPE, start_new_session=True
        )

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a server; nothing if it runs."""
        if self.runs(name):
            return
        with (self._logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is ours to handle
            )
        self._children[name] = child
        self._note(name, child.pid)

    def runs(self, name: str) -> bool:
        child = self._children.get(name)
        return child is not None and child.poll() is None

    def names(self) -> list[str]:
        """Those that run."""
        return [name for name in self._children if self.runs(name)]

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def send(self, name: str, number: signal.Signals) -> None:
        if self.runs(name):
            self._children[name].send_signal(number)

    def kill(self, name: str) -> None:
        """As a power cut would: no chance to tidy up."""
        self.send(name, signal.SIGKILL)
        self._children[name].wait()

    def stop(self, *names: str) -> None:
        """Ask to end, all at once; those that do not within the grace are killed."""
        for name in names:
            self.send(name, signal.SIGCONT)
            self.send(name, signal.SIGTERM)
        end = time.monotonic() + GRACE
        for name in names:
            try:
                self._children[name].wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.kill(name)
            (self._run / f"{name}.pid").unlink(missing_ok=True)

    def close(self) -> None:
        """End everything, the guard last."""
        self.stop(*self._children)
        if self._guard.stdin and not self._guard.stdin.closed:
            self._guard.stdin.close()
        self._guard.wait(GRACE)

    def wait_until(self, name: str, ready: Callable[[], bool], within: float = 60.0) -> None:
        """Wait for a condition of a server that runs. DidNotStart when it ends or takes too long."""
        end = time.monotonic() + within
        while not ready():
            if not self.runs(name):
                raise DidNotStart(f"{name} ended. {self._last_words(name)}")
            if time.monotonic() > end:
                raise DidNotStart(f"{name} was not ready within {within:.0f} s. {self._last_words(name)}")
            time.sleep(0.05)

    def _last_words(self, name: str) -> str:
        lines = self.log(name).read_text(errors="replace").splitlines()[-8:]
        return f"The end of {self.log(name)}:\n" + "\n".join(lines)

    def _note(self, name: str, pid: int) -> None:
        try:
            began = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except OSError:  # not Linux: the guard then leaves it alone
            began = "?"
        (self._run / f"{name}.pid").write_text(f"{pid} {began}")


def clean_environment(**added: str) -> dict[str, str]:
    """Only what a server needs: a stray CORE_... or ORDERER_... of the caller must not reach it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return kept | added
