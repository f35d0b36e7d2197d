"""`make bench`: speed and memory of the whole application on this machine, saved as JSON.

Figures of one run compare with each other, not with those of another machine. Nothing here passes or fails.
"""

import json
import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import capture, charts, consumer, memory, proofs, query, reading, sensors
from tests.stack import running, until

RESULTS = Path(__file__).parent / "results"
BUDGETS = {
    "capture_events_per_second": ("at least", 1500),
    "verified_read_events_per_second": ("at least", 30_000),
    "sensor_readings_per_second": ("at least", 50_000),
    "sensor_messages_per_second": ("at least", 2_000),
    "sensor_readings_anchored_per_second": ("at least", 20_000),
    "sensor_verified_readings_per_second": ("at least", 500_000),
    "consumer_p50_ms": ("at most", 15),
    "consumer_p99_ms": ("at most", 50),
    "web_worker_mb": ("at most", 150),
    "web_worker_after_charts_mb": ("at most", 150),
    "chart_year_ms": ("at most", 300),
    "proof_bundle_kb": ("at most", 24),
    "proof_command_ms": ("at most", 20),
    "proof_browser_first_ms": ("at most", 100),
    "proof_browser_max_ms": ("at most", 100),
    **{name: ("at most", 50 if "_epc" in name else 200) for name in query.names()},
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as folder:
        started = time.monotonic()
        with running(Path(folder) / "data") as stack:
            figures: dict[str, float] = {"seconds_to_healthz": time.monotonic() - started}
            until(lambda: stack.state()["seeded"], "the demo is seeded", within=180)
            figures["seconds_to_seeded"] = time.monotonic() - started
            until(lambda: stack.state()["measured"], "the loggers have sent", within=180)
            until(lambda: "API token" in stack.output(), "the addresses are shown", within=60)
            until(lambda: not training(stack), "the first forecasts are trained", within=600)
            figures |= memory.measure(stack)
            figures |= consumer.measure(stack)
            figures |= capture.measure(stack)
            figures |= reading.measure(stack)
            figures |= proofs.measure(stack)
            figures |= sensors.measure(stack)
        figures |= query.measure()
        figures |= charts.measure()
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "cpu": _cpu()},
        "figures": {name: round(value, 2) for name, value in figures.items()},
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{report['at'].replace(':', '')}.json"
    file.write_text(json.dumps(report, indent=1))
    _show(report["figures"])
    print(f"Saved as {file}")


def training(stack: object) -> bool:
    code = "from forecasting.models import TrainingJob as J; print(J.objects.filter(state__in=['queued','running']).count())"
    return stack.manage("shell", "-v0", "-c", code).stdout.strip().splitlines()[-1] != "0"


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _show(figures: dict[str, float]) -> None:
    table = Table("figure", "measured", "budget")
    for name, value in figures.items():
        words, limit = BUDGETS.get(name, ("", ""))
        table.add_row(name, f"{value:,}", f"{words} {limit:,}" if limit else "")
    Console().print(table)


if __name__ == "__main__":
    main()
