"""Two servers that were told the same foretell the same; and another kernel of linear algebra makes no liar of them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.stack import ROOT

KERNELS = ("Prescott", "Nehalem")  # of OpenBLAS, on amd64: others than any processor of today takes by itself
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("celery-worker")]


def started(folder: Path, command: Sequence[str], **environment: str) -> subprocess.Popen:
    """A process on a data folder; started elsewhere than another one, since that must not matter."""
    folder.mkdir(exist_ok=True)
    own = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'traceapp.sqlite3'}",
        "BATCH_WAIT": "0",
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    return subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answered(process: subprocess.Popen, *codes: int) -> dict:
    out, err = process.communicate(timeout=480)
    assert process.returncode in (codes or (0,)), err
    return json.loads(out.splitlines()[-1])


def verified(folder: Path, run: str, *codes: int, **environment: str) -> dict:
    return answered(started(folder, [str(ROOT / "manage.py"), "verify_model", run, "--json"], **environment), *codes)


def test_the_same_events_in_two_folders_give_the_same_predictions_and_another_kernel_reproduces_them(tmp_path):
    here, there = (
        started(tmp_path / name, ["-m", "tests.forecast_twin", str(order)], TZ=zone)
        for name, order, zone in (("here", 1, "UTC"), ("there", 2, "Asia/Tokyo"))
    )
    ours, theirs = answered(here), answered(there)
    for kind in ("demand", "delay"):
        assert ours[kind]["root"] != theirs[kind]["root"]  # other salts, other ids: nobody guesses rows from a root
        assert ours[kind]["predictions"] == theirs[kind]["predictions"]
        assert ours[kind]["model"] == theirs[kind]["model"]
    for kind, kernel in (("demand", KERNELS[0]), ("delay", KERNELS[1])):
        said = verified(tmp_path / "here", ours[kind]["run"], OPENBLAS_CORETYPE=kernel, GIT_SHA="f" * 40)
        assert said["answer"] in ("identical", "within tolerance")
        assert said["differs"]["kernel"] == ["the processor's", kernel]
        assert said["differs"]["gitSha"][1] == "f" * 40
        assert "codeHash" not in said["differs"]
