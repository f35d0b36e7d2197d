"""The broker's password file: every key that is in force, and the intake process itself."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import DatabaseError, close_old_connections

from traceapp.sensors import broker
from traceapp.sensors.models import DeviceKey

EVERY: Final = 5.0  # seconds
log = logging.getLogger(__name__)


def write(path: Path) -> bool:
    """Bring the file up to date; whether it changed. The broker reads it anew on SIGHUP."""
    states = (DeviceKey.State.REQUESTED, DeviceKey.State.ACTIVE, DeviceKey.State.ROTATED)
    kids = DeviceKey.objects.filter(state__in=states, stopped_at=None).order_by("kid").values_list("kid", flat=True)
    content = broker.password_file([broker.INTAKE, *kids])
    if path.exists() and path.read_text() == content:
        return False
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.touch(0o640)
    beside.write_text(content)
    beside.replace(path)
    return True


@contextmanager
def kept(path: Path | None) -> Iterator[None]:
    """Keep the file up to date meanwhile; without a path, nothing."""
    if path is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(path, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep(path: Path, ended: threading.Event) -> None:
    while True:
        try:
            close_old_connections()
            write(path)
        except (DatabaseError, OSError) as error:
            log.warning("The broker's passwords could not be brought up to date: %s", error)
        if ended.wait(EVERY):
            return
