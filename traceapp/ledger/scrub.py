"""The slow walk that rechecks everything, in steps of a fraction of a second, and knows how old its last round is."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from traceapp.ledger import audit
from traceapp.ledger.models import Scrub
from traceapp.ledger.port import Ledger

NAME: Final = "scrub"
SHARE: Final = 0.2
"""Of the daemon's time, at the most."""


class Scrubber:
    """Goes round and round, with a rest after each round. A new daemon begins a new round."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._round: Iterator[None] | None = None
        self._result = audit.Result()
        self._next = 0.0

    def step(self, *, seconds: float = 0.1) -> bool:
        """Check for about so long, if it is time to. False if the walk rests. What goes wrong ends the round."""
        if time.monotonic() < self._next or not self._has_round():
            return False
        began = time.monotonic()
        round_, self._round = self._round, None  # lost if a step raises: the next one begins anew
        assert round_ is not None
        for _ in round_:
            if time.monotonic() - began > seconds:
                self._round = round_
                break
        self._note(finished=self._round is None)
        self._next = time.monotonic() + (time.monotonic() - began) * (1 / SHARE - 1)
        return True

    def _has_round(self) -> bool:
        if self._round is not None:
            return True
        now = datetime.now(UTC)
        walk = Scrub.objects.filter(pk=NAME).first()
        rest = timedelta(seconds=getattr(settings, "SCRUB_EVERY", 600))
        if walk and walk.stage == "resting" and walk.finished and now - walk.finished < rest:
            return False
        Scrub.objects.update_or_create(name=NAME, defaults={"stage": "walking", "began": now, "records": 0})
        self._result = audit.Result()
        self._round = audit.steps(self.ledger, self._result)
        return True

    def _note(self, *, finished: bool) -> None:
        walk = Scrub.objects.get(pk=NAME)
        walk.records = self._result.records
        if finished:
            walk.stage, walk.finished, walk.finished_began = "resting", datetime.now(UTC), walk.began
        walk.save()
