"""Resident memory of each process of the demo, in MB (proportional set size, so that shared pages count once)."""

import os
from pathlib import Path

from tests.stack import Stack


def measure(stack: Stack) -> dict[str, float]:
    web = [_pss(pid) for pid in children(stack.pid("web"))]
    workers = [_pss(pid) for pid in [stack.pid("worker"), *children(stack.pid("worker"))]]
    return {
        "web_worker_mb": max(web),
        "forecasting_worker_mb": max(workers),
        "ledgerd_mb": _pss(stack.pid("ledgerd")),
    }


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def peak_mb(pid: int) -> float:
    """The most that was ever resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_ms(pid: int) -> float:
    """Processor time of all its threads so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
