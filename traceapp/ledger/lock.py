"""Only one daemon works at a time: a lock on the data folder, or an advisory lock where PostgreSQL is the database."""

import fcntl
import os
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

_ADVISORY: Final = 0x7472616365617070  # "traceapp"


class SingleRunner:
    """The lock of the one that works. Given back by the operating system, or the database, when its holder dies."""

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._advisory = connections["default"].vendor == "postgresql"

    def take(self) -> bool:
        """Try once. True if we are the one now."""
        return self._take_advisory() if self._advisory else self._take_file()

    def held(self) -> bool:
        """Whether it is still ours. A database connection that broke took the advisory lock with it."""
        if not self._advisory:
            return self._descriptor is not None
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                " AND classid = %s AND objid = %s AND granted",
                [_ADVISORY >> 32, _ADVISORY & 0xFFFFFFFF],
            )
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        """Let a stand-by take over at once."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        elif self._advisory:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])

    def _take_advisory(self) -> bool:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY])
            return bool(cursor.fetchone()[0])

    def _take_file(self) -> bool:
        path = Path(settings.DATA_DIR) / "ledgerd.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True
