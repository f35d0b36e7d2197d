"""The whole application as a newcomer starts it: `manage.py demo` on a data folder and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds: Callable[[], bool], what: str, within: float = 60.0) -> None:
    """Wait for a condition, or fail by saying which."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"not within {within:.0f} s: {what}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether a server says that it is alive."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@dataclass
class Stack:
    folder: Path
    port: int
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in {"SECRET_KEY", "KEYSTORE_KEY", "DATABASE_URL"}}
        return {
            **kept,
            "DATA_DIR": str(self.folder),
            "DEMO": "1",
            "RATE_USER": "1000000/min",
            "RATE_ANON": "1000000/min",
            "RATE_GATEWAY": "1000000/min",
            "RATE_DEVICE": "10000000/min",
        }

    def state(self) -> dict:
        return json.loads((self.folder / "demo.json").read_text())

    def token(self, firm: str) -> str:
        return self.state()["tokens"][firm]

    def pid(self, name: str) -> int:
        return int((self.folder / "logs" / f"{name}.pid").read_text())

    def manage(self, *command: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=check,
        )  # fmt: skip

    def output(self) -> str:
        return (self.folder / "demo.out").read_text()


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Stack]:
    """Start the demo, wait until it answers, end it as Ctrl-C would."""
    folder.mkdir(parents=True, exist_ok=True)
    stack = Stack(folder, free_port(), None)
    with (folder / "demo.out").open("w") as out:
        stack.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(stack.port), *options],
            env=stack.environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: answers(stack.url) or stack.process.poll() is not None, "the demo answers", 240)
        assert stack.process.poll() is None, stack.output()
        yield stack
    finally:
        stack.process.send_signal(signal.SIGINT)
        try:
            stack.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(stack.process.pid, signal.SIGKILL)
            raise
