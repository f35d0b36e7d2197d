"""A chart over a year of minute readings, on a data folder of its own: every message is hashed for each answer."""

import json
import os
import subprocess
import sys
import tempfile

from tests.stack import ROOT


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-year-") as folder:
        environment = {**os.environ, "DATA_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.year"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return {name: figure for name, figure in said.items() if isinstance(figure, int | float)}
