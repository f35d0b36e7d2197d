"""The command as a package of its own: few dependencies, nothing of the application, and it runs where only it is."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.proof_vectors.folder import FOLDER

ROOT = FOLDER.parents[1]
FEW = {"cryptography", "msgspec", "cffi", "pycparser", "typing-extensions"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory) -> Path:
    """An environment that holds the wheel and the libraries it asks for, copied from here, so that no index is needed."""
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    _install(wheel, python)
    target = Path(found.stdout.strip())
    installed = importlib.metadata.Distribution.at(next(target.glob("traceapp-*.dist-info")))
    for name in closure(installed.requires or []):
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target / file)
    return folder


def _install(wheel: Path, python: Path) -> None:
    found = [os.environ.get("UV"), shutil.which("uv"), str(ROOT / ".tools" / "bin" / "uv")]
    uv = next((one for one in found if one and Path(one).exists()), None)
    if uv is None:
        pytest.skip("uv is not here to install with")
    command = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python), str(wheel)]
    subprocess.run(command, check=True)


def closure(requirements: list[str]) -> set[str]:
    """The names of all distributions that these requirements lead to, extras left out."""
    names: set[str] = set()
    waiting = [one for one in requirements if "extra ==" not in one]
    while waiting:
        name = re.match(r"[A-Za-z0-9._-]+", waiting.pop())[0].lower().replace("_", "-")
        if name in names:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # asked for on other Pythons only
            continue
        names.add(name)
        waiting += [one for one in distribution.requires or [] if "extra ==" not in one]
    return names


def run(alone: Path, *arguments: object) -> subprocess.CompletedProcess:
    clean = {"PATH": os.defpath, "HOME": str(alone)}
    command = [str(alone / "bin" / "traceapp-verify"), *map(str, arguments)]
    return subprocess.run(command, cwd=alone, env=clean, capture_output=True, text=True, check=False)


def test_the_package_asks_for_few_libraries():
    asked = importlib.metadata.requires("traceapp")
    assert {re.match(r"[\w-]+", one)[0] for one in asked} == {"cryptography", "msgspec"}
    assert closure(asked) <= FEW
    assert importlib.metadata.metadata("traceapp").get_all("Provides-Extra") == ["verify"]


def test_the_command_runs_in_an_environment_that_holds_nothing_else(alone):
    answer = run(alone, FOLDER / "good" / "whole.json", "--trust", FOLDER / "trust.json", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert json.loads(answer.stdout)[0]["verified"] is True
    forged = run(alone, FOLDER / "forged" / "high-s.json", "--trust", FOLDER / "trust.json", "--explain")
    assert (forged.returncode, "bad-signature" in forged.stdout) == (1, True)


def test_the_package_brings_no_room_of_the_application(alone):
    python = alone / "bin" / "python"
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    names = ["django", "traceapp.ledger", "traceapp.settings", "celery", "google", "tests", "chaincode"]
    found = subprocess.run([python, "-c", code, *names], cwd=alone, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_make_install_puts_the_command_beside_python():
    command = Path(sysconfig.get_path("scripts")) / "traceapp-verify"
    answer = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    assert "exit codes" in answer.stdout
