"""What a run ran on: one thread, a fixed seed, and a fingerprint of processor, libraries and code."""

import hashlib
import os
import platform
from collections.abc import MutableMapping
from importlib import metadata
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
SEED = 20140102
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "STAN_NUM_THREADS")
LIBRARIES = (
    "prophet",
    "cmdstanpy",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "lightgbm",
    "statsforecast",
    "holidays",
)


def one_thread(environment: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """Ask every numeric library for one thread, so that sums are added in one order. Set before they are imported."""
    for name in THREADS:
        environment[name] = "1"
    environment["PYTHONHASHSEED"] = "0"
    return environment


def of_a_child() -> dict[str, str]:
    """The environment of a fitting process of its own: one thread, and this code on its path. It runs in `ROOT`."""
    environment = dict(os.environ)
    one_thread(environment)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return environment


def own_output() -> TextIO:
    """Where a fitting process writes its answers; whatever libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def fingerprint() -> dict[str, str]:
    """Processor, system and library versions: what a stranger compares before expecting the same bytes."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {
        "processor": _processor(),
        "kernel": os.environ.get("OPENBLAS_CORETYPE", "the processor's"),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    } | versions


def git_sha(root: Path = ROOT) -> str:
    """The commit of the code, from GIT_SHA or the repository beside it; "unknown" in a copy without history."""
    if given := os.environ.get("GIT_SHA"):
        return given
    git = root / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text().strip()
        lines = (git / "packed-refs").read_text().splitlines()
        return next(line.split()[0] for line in lines if line.endswith(" " + name))
    except (OSError, StopIteration):
        return "unknown"


def lock_hash(root: Path = ROOT) -> str:
    """SHA-256 of the lock file, in hex: the exact libraries asked for."""
    try:
        return hashlib.sha256((root / "uv.lock").read_bytes()).hexdigest()
    except OSError:
        return "unknown"


def code_hash(package: Path = ROOT / "forecasting") -> str:
    """SHA-256 over the modules that decide a forecast: tells code that was changed but not committed."""
    total = hashlib.sha256()
    pure = [*package.glob("*.py"), *package.glob("demand/*.py"), *package.glob("delay/*.py")]
    for path in sorted(pure):
        total.update(f"{path.relative_to(package)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def code() -> dict[str, str]:
    """Which code it is: what a stranger checks out, and whether anything of it was changed since."""
    return {"gitSha": git_sha(), "lockHash": lock_hash(), "codeHash": code_hash()}
