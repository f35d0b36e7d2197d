"""How long an answer may take: so many seconds of processor time, whatever else the machine does, and far beyond that
by the clock, against one that hangs.

Processor time is what a fit needs, so a busy machine changes no forecast. Whoever passes a limit is ended by the
kernel, in the middle of whatever a library does. Programs that a fit starts (Stan) are counted once they end; until
then they have a limit of their own.
"""

import math
import os
import resource
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

PROCESSOR = 300.0  # seconds; FORECAST_FIT_SECONDS
CLOCK = 3600.0  # seconds; FORECAST_FIT_CLOCK_SECONDS


@dataclass(frozen=True)
class Limits:
    """Of one answer, in seconds."""

    processor: float = PROCESSOR
    clock: float = CLOCK

    @property
    def too_much(self) -> str:
        return f"it took more than {self.processor:g} seconds of processor time"

    @property
    def too_late(self) -> str:
        return f"it had not ended after {self.clock:g} seconds by the clock"

    def why(self, returncode: int) -> str:
        """Why a process that ended so was ended; empty where no limit did it."""
        if returncode in (-signal.SIGPROF, -signal.SIGXCPU):
            return self.too_much
        return self.too_late if returncode == -signal.SIGALRM else ""


def limits(environment: Mapping[str, str] = os.environ) -> Limits:
    return Limits(
        float(environment.get("FORECAST_FIT_SECONDS", PROCESSOR)),
        float(environment.get("FORECAST_FIT_CLOCK_SECONDS", CLOCK)),
    )


def spent() -> float:
    """Seconds of processor time of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


@contextmanager
def within(allowed: Limits) -> Iterator[None]:
    """Whoever passes a limit in here ends this process: nobody handles these signals."""
    _bound_children(allowed)
    signal.setitimer(signal.ITIMER_PROF, allowed.processor)
    signal.setitimer(signal.ITIMER_REAL, allowed.clock)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _bound_children(allowed: Limits) -> None:
    """What is started from here on inherits a limit that this process itself cannot reach."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(spent() + allowed.processor) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))
