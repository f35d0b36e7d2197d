"""Resident memory of each process of the demo, in MB (proportional set size, so that shared pages count once)."""

from pathlib import Path

from tests.stack import Stack


def measure(stack: Stack) -> dict[str, float]:
    web = [_pss(pid) for pid in _children(stack.pid("web"))]
    workers = [_pss(pid) for pid in [stack.pid("worker"), *_children(stack.pid("worker"))]]
    return {
        "web_worker_mb": max(web),
        "forecasting_worker_mb": max(workers),
        "ledgerd_mb": _pss(stack.pid("ledgerd")),
    }


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
