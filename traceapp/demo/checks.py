"""What must hold before the demo starts; each failure is one sentence that says what to do."""

import fcntl
import os
import shutil
import socket
from pathlib import Path
from typing import IO

ROOM = 300 * 1024 * 1024  # bytes: the demo's data after seeding, with space to work


class NotReady(Exception):
    """The demo cannot start here; the message is for the person who started it."""


def check_port(port: int) -> None:
    """Refuse a port that another server uses, before anything is started."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise NotReady(
                f"{port} is not a port: choose one from 1024 to 65535, as in `make demo PORT=8001`."
            ) from error
        except PermissionError as error:
            raise NotReady(f"Port {port} needs more rights than you have: choose one above 1023.") from error
        except OSError as error:
            raise NotReady(
                f"Port {port} is in use, perhaps by another demo. Stop that one, "
                f"or choose another port: `make demo PORT={port + 1}`."
            ) from error


def check_folder(folder: Path) -> None:
    """Refuse a data folder that cannot be written, or that has too little room."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise NotReady(
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Choose one of your own: `make demo DATA_DIR=folder`."
        ) from error
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise NotReady(
            f"The data folder {folder} has {free // 2**20} MB left on its disk, and the demo needs {ROOM // 2**20} MB. "
            "Free some, or choose another: `make demo DATA_DIR=folder`."
        )


def lock_folder(folder: Path) -> IO[str]:
    """Hold the folder for one demo. The lock ends with the process that holds the returned file."""
    handle = (folder / "demo.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise NotReady(
            f"Another demo is running on the data folder {folder}. Stop it, "
            "or choose another: `make demo DATA_DIR=folder`."
        ) from error
    return handle
