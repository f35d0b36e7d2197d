"""The queue in a folder, for one machine without a broker: a message has its name only once it is whole.

Kombu's own gives a file its name first and writes it then. A worker that looks in between takes an empty message and
dies of it; on a busy machine that happens once in some thousand messages.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **options: Any) -> None:  # type: ignore[override]
        place = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        part = place.with_name(f"{place.name}.part")  # which no queue's name ends with
        part.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        os.replace(part, place)

    def _queue_bind(self, *binding: Any) -> None:
        with self._alone():
            super()._queue_bind(*binding)  # type: ignore[no-untyped-call]

    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return super().get_table(exchange)  # type: ignore[no-untyped-call]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Processes that start together write the table of an exchange one after another, and read it whole."""
        with (self.control_folder / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel
