"""A virtual device that measures as time passes, and sends what it has as soon as a message is full."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from traceapp.sensors.simulation import Kept, Outcome, SimulationError, Uplink, upload
from traceapp.sensors.virtual import Reading


@dataclass(frozen=True)
class Pace:
    """Seconds between two readings, and readings in a message."""

    every: float
    a_message: int


def measure(
    kept: Kept,
    uplink: Uplink,
    pace: Pace,
    temperature: Callable[[float], float],
    *,
    until: float,
    clock: Callable[[], float],
    wait: Callable[[float], None],
) -> Iterator[Outcome]:
    """Measure until a moment (seconds since 1970); what became of all, after each upload.

    What nobody answers stays in the device's buffer, and goes with the next message.
    """
    outcome, pack = Outcome(), list[Reading]()
    due = clock()
    while due < until:
        wait(max(0.0, due - clock()))
        now = round(clock(), 3)
        pack.append(Reading(now, round(temperature(now), 2)))
        due = max(due + pace.every, clock())
        if len(pack) >= pace.a_message or due >= until:
            kept.buffer.append(kept.device.message(pack))
            pack = []
            kept.write()
            upload(kept, uplink, outcome)
            yield outcome
    wait(max(0.0, until - clock()))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One run at a time with a device's file: two would sign different messages under one number."""
    beside = path.with_name(f".{path.name}.lock")
    with open(beside, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SimulationError(f"{path} is in use by another run, which has to end first.") from error
        yield
