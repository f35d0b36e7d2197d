"""Put `uv` into FOLDER/bin from its package, on a machine that has Python and not much else.

Debian splits pip and venv out of Python, so each may be missing: a virtual environment with pip is tried first, then a
system pip, and at last the package itself is fetched (a wheel is a zip file) from the index that `uv.lock` names.
"""

import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import urllib.request
import zipfile
from io import BytesIO
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "uv.lock"


def by_venv(folder: Path) -> bool:
    made = subprocess.run([sys.executable, "-m", "venv", folder / "venv"], capture_output=True, check=False)
    return made.returncode == 0 and pip_install(
        [folder / "venv" / "bin" / "python"], [], folder / "venv" / "bin" / "uv"
    )


def by_pip(folder: Path) -> bool:
    target = folder / "lib"
    return pip_install([sys.executable], ["--target", target], target / "bin" / "uv")


def pip_install(python: list[object], options: list[object], expected: Path) -> bool:
    command = [*python, "-m", "pip", "install", "--quiet", *options, "uv"]
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    return done.returncode == 0 and expected.exists() and link(expected)


def by_download(folder: Path) -> bool:
    locked = re.search(r'registry = "([^"]+)"', LOCK.read_text())
    index = os.environ.get("PIP_INDEX_URL") or (locked.group(1) if locked else "")
    request = urllib.request.Request(
        f"{index.rstrip('/')}/uv/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    fitting = [file for file in files if fits(file["filename"]) and not file.get("yanked")]
    wheel = max(fitting, key=lambda file: version(file["filename"]))
    with urllib.request.urlopen(wheel["url"], timeout=300) as answer:
        content = answer.read()
    program = folder / "lib" / "uv"
    program.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        program.write_bytes(archive.read(name))
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return link(program)


def fits(filename: str) -> bool:
    machine = platform.machine().lower()
    system = {"Linux": "manylinux", "Darwin": "macosx"}.get(platform.system(), "win")
    names = {machine, {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)}
    return filename.endswith(".whl") and system in filename and any(name in filename for name in names)


def version(filename: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", filename.split("-")[1]))


def link(program: Path) -> bool:
    """Make FOLDER/bin/uv lead to the program."""
    place = FOLDER / "bin" / "uv"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(program.resolve())
    return True


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1]).resolve()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for way in (by_venv, by_pip, by_download):
        try:
            if way(FOLDER):
                sys.exit(0)
        except (OSError, StopIteration, KeyError, ValueError) as error:
            print(f"{way.__name__}: {error}", file=sys.stderr)
    sys.exit("Could not install uv. Install it yourself, from the package `uv`, and run make again.")
