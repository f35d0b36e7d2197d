"""Fabric's programs on this machine: in `$FABRIC_HOME/bin`, else on the PATH. Never built here, never downloaded."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

NEEDED = ("peer", "orderer", "configtxgen", "osnadmin")
LEAST = (3, 1)
"""The first version whose peers offer write batches and multi-get, and whose channels take capability V3_0."""

HOW = (
    "unpack Fabric's release archive (hyperledger-fabric-<system>-3.1.5.tar.gz, from the releases page of "
    "hyperledger/fabric on GitHub) and set FABRIC_HOME to that folder or put its bin/ on the PATH, "
    "or install Docker with its compose plugin."
)

# How each says its version; osnadmin has no way to, so that it runs has to do.
_ASKED = {"peer": "version", "orderer": "version", "configtxgen": "-version", "osnadmin": "--help"}
_VERSION = re.compile(r"Version:\s*v?(\d+)\.(\d+)\S*")
_SECONDS = 20.0


class ProgramsMissing(Exception):
    """Says which programs are missing or of no use and how to get them, in words for the person at the terminal."""


def find(name: str) -> str | None:
    """The program's path, or None."""
    home = _home()
    return (shutil.which(name, path=str(home / "bin")) if home else None) or shutil.which(name)


def missing() -> list[str]:
    """Names of the programs that are not there."""
    return [name for name in NEEDED if find(name) is None]


def require() -> dict[str, str]:
    """Path of each program. ProgramsMissing unless all are there, run, and are new enough."""
    home = _home()
    if home and not (home / "bin").is_dir():
        raise ProgramsMissing(f"FABRIC_HOME is {home}, where there is no folder bin: {HOW}")
    absent = missing()
    if absent:
        raise ProgramsMissing(_absent(absent))
    found = {name: path for name in NEEDED if (path := find(name))}
    faults = [fault for name, path in found.items() if (fault := _fault(name, path))]
    if faults:
        raise ProgramsMissing(f"Fabric's programs cannot be used, since {' and '.join(faults)}: {HOW}")
    return found


def _home() -> Path | None:
    named = os.environ.get("FABRIC_HOME", "").strip()
    return Path(named).expanduser() if named else None


def _absent(names: list[str]) -> str:
    locked = [str(path) for name in names if (path := _not_executable(name))]
    if locked:
        return f"{_and(locked)} cannot be run: make executable with `chmod +x {' '.join(locked)}`, or {HOW}"
    which = f"program {names[0]} was" if len(names) == 1 else f"programs {_and(names)} were"
    return f"Fabric's {which} not found in FABRIC_HOME/bin or on the PATH: {HOW}"


def _not_executable(name: str) -> Path | None:
    """A file of this name that would be found if it were executable."""
    return next((folder / name for folder in _folders() if (folder / name).is_file()), None)


def _folders() -> Iterable[Path]:
    home = _home()
    if home:
        yield home / "bin"
    yield from (Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one)


def _fault(name: str, path: str) -> str:
    """Why a program that is there is of no use, as the end of `since ...`; empty when it is of use."""
    try:
        done = subprocess.run(
            [path, _ASKED[name]], capture_output=True, text=True, errors="replace", check=False, timeout=_SECONDS
        )
    except OSError as error:  # made for another kind of machine, say
        return f"{path} does not run here ({error.strerror})"
    except subprocess.TimeoutExpired:
        return f"{path} did not say its version within {_SECONDS:.0f} s"
    if done.returncode:
        return f"{path} does not run here (it ended with {done.returncode})"
    version = _VERSION.search(done.stdout + done.stderr)  # a build of one's own may have a name instead
    if version and (int(version[1]), int(version[2])) < LEAST:
        least = ".".join(str(part) for part in LEAST)
        return f"{path} is version {version[0].partition(':')[2].strip()} and {least} or later is needed"
    return ""


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
