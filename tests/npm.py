"""Packages of others for Node, as published: installed on demand beside the tests' other tools, never committed."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stack import ROOT

FOLDER = ROOT / ".tools" / "npm"
EMPTY = {"name": "fs", "version": "0.0.1-security"}
"""Some packages name this placeholder, which holds nothing: Node has its own `fs`. Not every registry has it."""


def installed(*packages: str) -> Path:
    """A folder in which Node finds these packages (`name@version`).

    Skips where there is no npm, or no registry; with CI set, a registry that does not answer fails.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed")
    folder = FOLDER / "_".join(packages).replace("/", "+")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes, and one of them installs
        if not (folder / "done").exists():
            _install(folder, packages)
            (folder / "done").touch()
    return folder


def _install(folder: Path, packages: tuple[str, ...]) -> None:
    (folder / "fs").mkdir(exist_ok=True)
    (folder / "fs" / "package.json").write_text(json.dumps(EMPTY))
    (folder / "package.json").write_text(json.dumps({"private": True, "overrides": {"fs": "file:./fs"}}))
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages],
        cwd=folder, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    if done.returncode:
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without(f"npm could not install {packages}: {done.stderr[-300:]}")


def run(folder: Path, script: str, given: object) -> object:
    """What a script prints as JSON; it finds `given` in the variable of that name."""
    whole = f"const given = {json.dumps(given)};\n{script}"
    done = subprocess.run(["node", "-e", whole], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
