"""The one process that talks to the ledger: makes organisations known, sends batches, follows blocks, rechecks.

It may be killed at any line. Whatever fails is said in a sentence, in the log and in the heartbeat, and tried again.
"""

import logging
import os
import socket
import threading
from datetime import UTC, datetime
from typing import Final

from django.db import DatabaseError, close_old_connections, connection

from traceapp.ledger import apps, evidence, projection, provision, trust
from traceapp.ledger.errors import LedgerError, Unavailable
from traceapp.ledger.keystore import KeyStoreError
from traceapp.ledger.lock import SingleRunner
from traceapp.ledger.models import Heartbeat
from traceapp.ledger.projection import FollowedElsewhere, LedgerMismatch
from traceapp.ledger.relay import Relay
from traceapp.ledger.scrub import Scrubber
from traceapp.ledger.signers import Signers
from traceapp.ledger.trust import NotPinned, TrustChanged
from traceapp.ledger.watch import Watch
from traceapp.verifier.errors import TrustError

logger = logging.getLogger(__name__)

NAME: Final = "ledgerd"
LOOK: Final = 0.1
"""Seconds between two looks at the queue, while nothing else moves."""
_BEAT: Final = 2.0
_STAND_BY: Final = 0.5
_LONGEST_PAUSE: Final = 3.0  # what an outage may last beyond its end; much shorter than a heartbeat may be old

TROUBLES: Final = (
    LedgerError,
    LedgerMismatch,
    TrustChanged,
    TrustError,
    NotPinned,
    KeyStoreError,
    DatabaseError,
    OSError,
    ValueError,
)
"""What is foreseen, and needs no stack trace. The daemon survives these and the rest: it waits and begins again."""


class Daemon:
    """`run` works until `stop` is set, in this process alone."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._lock = SingleRunner()
        self._started = datetime.now(UTC)
        self._last_beat: datetime | None = None
        self._said = ""

    def run(self) -> None:
        """Wait for the lock, then work. Returns after `stop`, with what was under way in order."""
        if not self._wait_for_lock():
            return
        logger.info("ledgerd works (process %s).", os.getpid())
        try:
            with Watch():
                self._work()
        finally:
            self._lock.release()
            logger.info("ledgerd stopped.")

    def _wait_for_lock(self) -> bool:
        said = False
        while not self.stop.is_set():
            try:
                if self._lock.take():
                    return True
                if not said:
                    logger.info("Another ledgerd works; this one stands by and takes over when it ends.")
                    said = True
            except (DatabaseError, OSError) as error:
                self._say(f"The lock cannot be taken: {error}")
                close_old_connections()
            self.stop.wait(_STAND_BY)
        return False

    def _work(self) -> None:
        pause = 0.0
        worker = _Worker()
        while not self.stop.is_set():
            try:
                if not self._lock.held() and not self._lock.take():
                    raise OSError("the lock was lost: another ledgerd works now")
                moved = worker.turn()
                self._beat(worker, "")
                pause = 0.0
                if not moved:
                    self.stop.wait(LOOK)
            except FollowedElsewhere as error:
                logger.warning("%s", error)
            except Exception as error:
                if not isinstance(error, TROUBLES):
                    logger.exception("ledgerd met something unforeseen.")
                pause = min(_LONGEST_PAUSE, max(0.5, pause * 2))
                self._trouble(worker, error, pause)
                worker = _Worker()
                self.stop.wait(pause)

    def _trouble(self, worker: "_Worker", error: Exception, pause: float) -> None:
        sentence = sentence_for(error)
        self._say(f"{sentence} Next try in {pause:g} s.", key=sentence)
        if isinstance(error, DatabaseError):
            connection.close()
        try:
            self._beat(worker, sentence, now=True)
        except DatabaseError:
            connection.close()

    def _say(self, sentence: str, key: str = "") -> None:
        """In the log, once for each trouble rather than once for each try."""
        if (key or sentence) != self._said:
            logger.error("%s", sentence)
            self._said = key or sentence

    def _beat(self, worker: "_Worker", trouble: str, *, now: bool = False) -> None:
        at = datetime.now(UTC)
        if not now and self._last_beat and (at - self._last_beat).total_seconds() < _BEAT:
            return
        if not trouble and self._said:
            logger.info("ledgerd goes on.")
            self._said = ""
        Heartbeat.objects.update_or_create(
            name=NAME,
            defaults={
                "pid": os.getpid(),
                "host": socket.gethostname()[:255],
                "started": self._started,
                "beat": at,
                "height": worker.height,
                "trouble": trouble,
            },
        )
        self._last_beat = at


class _Worker:
    """One connection to the ledger and all that is remembered about it; made anew after trouble."""

    def __init__(self) -> None:
        self.ledger = apps.ledger()
        self.signers = Signers()
        self.relay = Relay(self.ledger, self.signers)
        self.scrubber = Scrubber(self.ledger)
        self.founder = apps.founder()
        self.height: int | None = None
        self._pinned = False

    def turn(self) -> bool:
        """Each task once. True if anything moved."""
        if not self._pinned or provision.wanted(self.founder):
            for newcomer in provision.provision(self.ledger, self.founder):
                logger.info("%s is a member of the ledger now.", newcomer)
            self._pinned = trust.is_pinned()
        if not self._pinned:
            return False  # no organisation yet
        moved = self.relay.step()
        moved += projection.follow(self.ledger, timeout=LOOK if self.relay.in_flight() else 0)
        moved += evidence.gather(self.ledger, self.signers)
        self.height = self.ledger.height()
        if not moved:
            self.scrubber.step()
        return bool(moved)


def sentence_for(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, Unavailable):
        return f"The ledger is away: {error.message}."
    if isinstance(error, DatabaseError):
        return f"The database does not take it: {error}."
    if isinstance(error, OSError):
        return f"The system refuses: {error}."
    return str(error) if isinstance(error, TROUBLES) else f"An error in the program: {type(error).__name__}: {error}."
