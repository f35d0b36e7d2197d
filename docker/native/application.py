"""The application with the demo consortium on a running network: `manage.py demo`, told to use Fabric."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from docker.native.network import FabricNetwork
from docker.native.nodes import ROOT
from docker.network.clients import clients
from docker.network.material import write

WITHIN = 600.0  # on a busy machine; a web server that does not answer is given up by the demo itself, much sooner


class DidNotServe(RuntimeError):
    """The application ended or did not answer in time."""


def environment(network: FabricNetwork, data: Path) -> dict[str, str]:
    """What the application needs to be told to use this network."""
    told = {"LEDGER": "fabric", "FABRIC_CONFIG": str(network.connection_file), "DATA_DIR": str(data)}
    return {**os.environ, **told, "DEMO": "1"}


def start(network: FabricNetwork, data: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the demo, and give every firm the identity its own authority issued, once the firms are there."""
    told = environment(network, data)
    running = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)],
        env=told,
        cwd=ROOT,
        start_new_session=True,  # Ctrl-C is passed on by us, after which the network ends
    )
    try:
        _wait_until_served(running, f"http://127.0.0.1:{port}/healthz")
        give_identities(network, data, told)
    except BaseException:
        stop(running)
        raise
    return running


def stop(running: "subprocess.Popen[bytes]") -> None:
    """End the application as Ctrl-C would, and wait for it."""
    if running.poll() is None:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def give_identities(network: FabricNetwork, data: Path, told: Mapping[str, str]) -> None:
    """Import the key and certificate of each client; once for a data folder."""
    place = data / "identities"
    for one in clients(network.topology):
        done = place / f"{one.name}.imported"
        if done.exists():
            continue
        key, certificate = network.client_identity(
            one.member.msp_id, org=one.member.pgln, role=one.role, person=one.pseudonym, custodial=True
        )
        write(place / "key.pem", key)
        write(place / "cert.pem", certificate)
        files = ["--key", str(place / "key.pem"), "--cert", str(place / "cert.pem")]
        command = [sys.executable, str(ROOT / "manage.py"), "import_identity", *one.options, *files]
        subprocess.run(command, env=dict(told), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        (place / "key.pem").unlink()  # the key store has it, encrypted
        done.touch()


def _wait_until_served(running: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + WITHIN
    while not _answers(url):
        if running.poll() is not None:
            raise DidNotServe("the application ended while it started; what it said stands above")
        if time.monotonic() > end:
            raise DidNotServe(f"the application did not answer within {WITHIN:.0f} s")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
