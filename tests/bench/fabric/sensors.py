"""Readings anchored a second: batches of signed messages, against a transaction for each reading on the same network.

Both are driven at their best. Messages are uploaded by two gateways while ledgerd works, and the clock runs from the
first upload until every message has its attestations. A reading alone is a transaction that carries it, so many in
flight as the network took best in this run, and its clock stops when a block has it: no attestations are fetched.
"""

import json
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docker.native import FabricNetwork
from tests.fabric_faults.application import Application
from tests.stack import until
from traceapp.demo.consortium import FIRMS
from traceapp.sensors.identity import base64url
from traceapp.sensors.virtual import Reading, VirtualDevice

FIRM = "huerta-alba"
DEVICES = 3
MESSAGES, READINGS = 1800, 100
AN_UPLOAD = 200
START = 1_700_000_000.0
GOAL = 50


def measure(network: FabricNetwork, app: Application, transactions: Sequence[dict[str, float]]) -> dict[str, float]:
    """`transactions`: the rows of `transactions.measure` on this network in this run."""
    devices = [_registered(network, app, number) for number in range(DEVICES)]
    app.processes.stop("ledgerd")
    app.environment["BATCH_SIZE"] = "1000"
    starts = app.log("ledgerd").count("ledgerd works")
    app.start("ledgerd")
    until(lambda: app.log("ledgerd").count("ledgerd works") > starts, "ledgerd works", within=120)
    _anchored(app, _signed(devices, 60))
    took = _anchored(app, _signed(devices, MESSAGES))
    best = max(transactions, key=lambda row: row["transactions_per_second"])
    a_second = MESSAGES * READINGS / took
    return {
        "readings": MESSAGES * READINGS,
        "readings_per_second": round(a_second),
        "a_transaction_a_reading_per_second": best["transactions_per_second"],
        "its_in_flight": best["in_flight"],
        "times_faster": round(a_second / best["transactions_per_second"]),
        "goal": GOAL,
    }


def _registered(network: FabricNetwork, app: Application, number: int) -> VirtualDevice:
    """A device whose key is on the ledger, by the API."""
    firm = FIRMS[FIRM]
    if number == 0:
        _let_manage_devices(network, app)
    seed = Ed25519PrivateKey.generate().private_bytes_raw()
    device = VirtualDevice(f"{firm.prefix}BENCH{number}", seed)
    told = {"giai": device.giai, "public_key": base64url(device.public_key), "name": f"Bench {number}"}
    uid = _asked(app, "/api/v1/sensors/devices/", told)["uid"]
    until(lambda: _asked(app, f"/api/v1/sensors/devices/{uid}/")["state"] == "active", "the key is on the ledger")
    return device


def _let_manage_devices(network: FabricNetwork, app: Application) -> None:
    firm, role = FIRMS[FIRM], "device-manager"
    made = network.client_identity(firm.msp_id, org=firm.pgln, role=role)
    files = [app.folder / f"{role}-{name}.pem" for name in ("key", "cert")]
    for file, content in zip(files, made, strict=True):
        file.write_bytes(content)
    done = app.manage("import_identity", firm.msp_id, "--role", role, "--key", str(files[0]), "--cert", str(files[1]))
    assert done.returncode == 0, done.stderr


def _signed(devices: Sequence[VirtualDevice], number: int) -> list[str]:
    """Messages of the devices in turn, each two minutes of readings after that device's last one."""
    made = []
    for at in range(number):
        device = devices[at % len(devices)]
        start = START + 120 * device.seq
        made.append(device.message([Reading(start + second, 4 + second % 7 / 10) for second in range(READINGS)]))
    return made


def _anchored(app: Application, messages: Sequence[str]) -> float:
    """Seconds from the first upload until all of these have their attestations."""
    uploads = [list(messages[at : at + AN_UPLOAD]) for at in range(0, len(messages), AN_UPLOAD)]
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda upload: _asked(app, "/api/v1/sensors/messages", upload), uploads))
    assert sum(one["stored"] for one in told) == len(messages), told[0]["answers"][0]
    until(lambda: app.observer.queued() == 0, "everything is anchored", within=300)
    return time.monotonic() - begun


def _asked(app: Application, path: str, sent: object = None):
    headers = {"Authorization": f"Bearer {app.token}", "Content-Type": "application/json"}
    body = None if sent is None else json.dumps(sent).encode()
    with urllib.request.urlopen(urllib.request.Request(app.url + path, body, headers), timeout=120) as answer:
        return json.load(answer)
