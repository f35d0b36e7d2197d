"""What other rooms have ledgerd do by itself, every few seconds: such as to ask for a transaction that is due.

A duty only looks and writes rows; what it asks for is sent like everything else. Whatever it raises is logged, and
stops no other.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from traceapp.ledger.told import Told

logger = logging.getLogger(__name__)

EVERY: Final = 2.0  # seconds

_duties: dict[str, Callable[[], None]] = {}


def register(name: str, duty: Callable[[], None]) -> None:
    """To be called from the room's `AppConfig.ready`."""
    _duties[name] = duty


class Duties:
    """Does them when it is time again."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._next = 0.0

    def step(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        for name, duty in _duties.items():
            try:
                duty()
                self._told.over(f"duty {name}", f"{name} goes on.")
            except Exception as error:
                self._told.say(f"duty {name}", f"{name} did not work: {type(error).__name__}: {error}.")
