"""The MQTT process and its broker as processes of their own, on a data folder of their own, with devices in the field."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.broker import Broker
from tests.stack import ROOT, answers, free_port, until

_OURS = {"SECRET_KEY", "KEYSTORE_KEY", "DATABASE_URL"}


class Intake:
    """`manage.py mqtt` beside a broker; `kids` are active devices whose keys the tests know (`sensors_world.logger`)."""

    def __init__(self, folder: Path, broker: Broker, devices: int) -> None:
        self.folder, self.broker, self.logs = folder, broker, broker.folder.parent
        kept = {name: value for name, value in os.environ.items() if name not in _OURS}
        url = f"mqtts://127.0.0.1:{broker.port}"
        self.environment = {**kept, "DATA_DIR": str(folder), "MQTT_URL": url, "MQTT_CA": str(broker.ca)}
        self.passwords: dict[str, str] = self.told("begin", str(devices))
        self.kids = list(self.passwords)
        self.processes: dict[str, subprocess.Popen] = {}

    def told(self, *command: str):
        done = subprocess.run(
            [sys.executable, "-m", "tests.sensors_process", *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def let_in(self) -> None:
        """As `manage.py mqtt --passwords` does, and the broker is told."""
        passwords = ("--write-passwords", "--passwords", str(self.broker.passwords))
        subprocess.run([sys.executable, "manage.py", "mqtt", *passwords], env=self.environment, cwd=ROOT, check=True)
        self.broker.stop()
        self.broker.start()

    def start(self, name: str, *command: str) -> None:
        self._run(name, "manage.py", *command)

    def start_web(self) -> str:
        """The web server; its address, once it answers."""
        port = free_port()
        self._run("web", "-m", "gunicorn", "traceapp.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2")
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(url), "the web server answers")
        return url

    def _run(self, name: str, *command: str) -> None:
        with (self.logs / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command], env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )

    def start_mqtt(self) -> None:
        before = self.log("mqtt").count("come in")
        self.start("mqtt", "mqtt")
        until(lambda: self.log("mqtt").count("come in") > before, "the intake listens")

    def log(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            process.wait(40)


def lost_and_doubled(sent: Sequence[tuple[str, int]], found: Sequence[Sequence[object]]) -> tuple[int, int]:
    """Messages that were promised and are not there, and those that are there more than once."""
    there = [(str(kid), seq) for kid, seq in found]
    return len(set(sent) - set(there)), len(there) - len(set(there))
