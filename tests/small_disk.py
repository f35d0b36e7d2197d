"""A file system of a few megabytes, to be filled to the last byte."""

import errno
import os
import subprocess
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SmallDisk:
    """Mounted at `folder`."""

    folder: Path

    def fill(self) -> None:
        """Leave no byte to anybody."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                while _fits(ballast, bytes(size)):
                    pass

    def free(self) -> None:
        (self.folder / "ballast").unlink()


def _fits(ballast: RawIOBase, data: bytes) -> bool:
    try:
        ballast.write(data)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


@pytest.fixture
def small_disk(tmp_path):
    """40 MB in memory. Mounting needs root: where it is not allowed, the test says so and is skipped."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "none", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"SKIPPED LOUDLY: no file system can be mounted here: {mounted.stderr.strip()}")
    yield SmallDisk(folder)
    os.sync()
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
