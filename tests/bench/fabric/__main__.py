"""`make bench-fabric`: a network of its own, transactions so many at once, events a second, memory; saved as JSON.

Figures of one run compare with each other, not with those of another machine; processor time a transaction says what
two idle cores could do. Nothing here passes or fails.
"""

import os
import platform
import tempfile
from pathlib import Path

import django

from docker.native import FabricNetwork
from tests.bench import saved
from tests.fabric_faults import application

GOAL = {256: 250}  # transactions a second, by how many are in flight


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    from tests.bench.fabric import anchoring, sensors, transactions, usage

    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as folder, FabricNetwork(Path(folder) / "net") as net:
        blocks = net.topology.blocks
        nodes = {name: net.pid(name) for name in net.processes.names()}
        at_rest = {name: usage.resident_mb(pid) for name, pid in nodes.items()}
        rows = transactions.measure(net)
        under_load = {name: usage.resident_mb(pid) for name, pid in nodes.items()}
        with application.running(net, Path(folder) / "app", connection=net.connection_file, stand_by=False) as app:
            readings = sensors.measure(net, app, rows)
            events = anchoring.measure(app)
            ledgerd = usage.resident_mb(app.processes.pid("ledgerd"))
    memory = [{"process": name, "at_rest_mb": at_rest[name], "after_load_mb": under_load[name]} for name in nodes]
    memory.append({"process": "ledgerd", "at_rest_mb": "", "after_load_mb": ledgerd})
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    tables = {"transactions": [row | {"goal": GOAL.get(row["in_flight"], "")} for row in rows]}
    tables |= {"readings": [readings], "events": [events], "memory": memory}
    saved.keep("bench-fabric", tables, machine=machine, blocks=f"{blocks['timeout']} / {blocks['messages']}")


if __name__ == "__main__":
    main()
