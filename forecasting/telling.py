"""How far a training is, written into its row: percent, words, and how long it will still take."""

import time
from typing import Final

from django.conf import settings

from traceapp.jobs.life import Heartbeat

SELDOM: Final = 1.0  # seconds between two writes of nothing but a number
SURE: Final = 5.0  # seconds, and percent, from which on a rate says something


class TookTooLong(Exception):
    """Past its limit; a sentence for whoever waits."""


class Telling:
    """Called with percent and words. Raises `life.Stopped` when the job is cancelled, and TookTooLong."""

    def __init__(self, heart: Heartbeat) -> None:
        self._heart = heart
        self._began = self._told = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._last = ("", -1)

    def __call__(self, percent: int, words: str) -> None:
        now = time.monotonic()
        self._heart.check()
        if now - self._began > settings.FORECAST_JOB_SECONDS:
            hours = settings.FORECAST_JOB_SECONDS / 3600
            raise TookTooLong(f"It took more than {hours:g} hours and was ended. Add workers, or ask for fewer tests.")
        stage = words.partition(":")[0]
        if stage == self._last[0] and now - self._told < SELDOM:
            return
        self._told, self._last = now, (stage, percent)
        self._heart.tell(percent, words, seconds_left=self._left(now, percent))

    def _left(self, now: float, percent: int) -> int | None:
        """By the rate since it first told; None while that says nothing."""
        if self._first is None:
            self._first = (now, percent)
        spent, gone = now - self._first[0], percent - self._first[1]
        return round(spent * (100 - percent) / gone) if spent > SURE and gone > SURE else None
