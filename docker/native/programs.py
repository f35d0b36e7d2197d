"""Fabric's programs on this machine: in `$FABRIC_HOME/bin`, else on the PATH. Never built here, never downloaded."""

import os
import shutil
from pathlib import Path

NEEDED = ("peer", "orderer", "configtxgen", "osnadmin")

HOW = (
    "unpack Fabric's release archive (hyperledger-fabric-<system>-3.1.5.tar.gz, from the releases page of "
    "hyperledger/fabric on GitHub) and set FABRIC_HOME to that folder or put its bin/ on the PATH, "
    "or install Docker with its compose plugin."
)


class ProgramsMissing(Exception):
    """Says which programs are missing and how to get them, in words for the person at the terminal."""


def find(name: str) -> str | None:
    """The program's path, or None."""
    home = os.environ.get("FABRIC_HOME")
    if home:
        found = shutil.which(name, path=str(Path(home) / "bin"))
        if found:
            return found
    return shutil.which(name)


def missing() -> list[str]:
    """Names of the programs that are not there."""
    return [name for name in NEEDED if find(name) is None]


def require() -> dict[str, str]:
    """Path of each program. ProgramsMissing unless all are there."""
    absent = missing()
    if absent:
        raise ProgramsMissing(f"Fabric's {_and(absent)} not found in FABRIC_HOME/bin or on the PATH: {HOW}")
    return {name: path for name in NEEDED if (path := find(name))}


def _and(names: list[str]) -> str:
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"program {listed} was" if len(names) == 1 else f"programs {listed} were"
