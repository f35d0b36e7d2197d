"""A real mosquitto on a port of its own, with the configuration that is shipped: TLS, passwords, access list."""

import re
import signal
import socket
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from docker.containers.broker import make_certificate
from tests.stack import ROOT, free_port, until
from traceapp.sensors import broker as access

SHIPPED = ROOT / "docker"


@dataclass
class Broker:
    """`folder` holds its keys, its passwords and what it keeps across restarts."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"mqtts://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        return self.folder / "tls" / "server.pem"

    @property
    def passwords(self) -> Path:
        return self.folder / "access" / "passwords"

    def prepare(self) -> None:
        for name in ("tls", "access", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        make_certificate(self.folder / "tls")
        self.passwords.touch()
        text = (SHIPPED / "mosquitto.conf").read_text()
        text = text.replace("/mosquitto/config", str(SHIPPED)).replace("/mosquitto/", f"{self.folder}/")
        text = re.sub(r"listener 8883", f"listener {self.port} 127.0.0.1", text)
        (self.folder / "mosquitto.conf").write_text(f"user root\n{text}")

    def start(self) -> None:
        log = (self.folder / "mosquitto.log").open("a")
        self.process = subprocess.Popen(
            ["mosquitto", "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
        )
        until(self.answers, "the broker answers")

    def answers(self) -> bool:
        """It shakes hands: only then does it also hear a signal. Between listening and that, SIGHUP ends it."""
        if not self.listens():
            return False
        context = ssl.create_default_context(cafile=str(self.ca))
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain:
            context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        return True

    def listens(self, *, starting: bool = False) -> bool:
        """`starting`: somebody else starts it."""
        if not starting:
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def let_in(self, *users: str) -> None:
        """Users with the passwords that the application would tell them."""
        self.passwords.write_text(access.password_file([access.INTAKE, *users]))
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def client(self, user: str, *, password: str | None = None, name: str = "") -> paho.Client:
        """A device's connection, not yet made."""
        made = paho.Client(CallbackAPIVersion.VERSION2, client_id=name or user, protocol=paho.MQTTv5)
        made.tls_set(ca_certs=str(self.ca), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        made.username_pw_set(user, access.password(user) if password is None else password)
        return made
