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

from traceapp.ledger import apps, documents, errors, evidence, keystore, projection, provision, succession, trust
from traceapp.ledger.duties import Duties
from traceapp.ledger.errors import LedgerError, Unavailable
from traceapp.ledger.keystore import KeyStoreError
from traceapp.ledger.lock import SingleRunner
from traceapp.ledger.models import Heartbeat
from traceapp.ledger.projection import FollowedElsewhere, LedgerMismatch
from traceapp.ledger.relay import Relay
from traceapp.ledger.scrub import Scrubber
from traceapp.ledger.signers import Signers
from traceapp.ledger.told import Told
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
        self._told = Told(logger)
        self._worker: _Worker | None = None
        self._height: int | None = None
        self._pause = 0.0

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
                self._told.say(NAME, f"The lock cannot be taken: {error}")
                close_old_connections()
            self.stop.wait(_STAND_BY)
        return False

    def _work(self) -> None:
        while not self.stop.is_set():
            try:
                if not self._lock.held() and not self._lock.take():
                    raise OSError("the lock was lost: another ledgerd works now")
                pause = self.turn()
            except (DatabaseError, OSError) as error:
                pause = self._trouble(error)
            self.stop.wait(pause)

    def turn(self) -> float:
        """Each task once. Returns after how many seconds to do so again; whatever fails was said."""
        try:
            if self._worker is None or not self._worker.is_current:
                self._worker = _Worker(self._told)
            moved = self._worker.turn()
            self._height = self._worker.height
            self._beat("")
            self._pause = 0.0
        except FollowedElsewhere as error:
            logger.warning("%s", error)
            return 0.0
        except Exception as error:
            if not isinstance(error, TROUBLES):
                logger.exception("ledgerd met something unforeseen.")
            return self._trouble(error)
        return 0.0 if moved else LOOK

    def _trouble(self, error: Exception) -> float:
        """Say it, forget the connection, and wait: longer each time."""
        self._pause = min(_LONGEST_PAUSE, max(0.5, self._pause * 2))
        sentence = sentence_for(error)
        self._told.say(NAME, f"{sentence} Next try in {self._pause:g} s.", key=sentence)
        if isinstance(error, DatabaseError):
            connection.close()
        self._beat_trouble(sentence)
        self._worker = None
        return self._pause

    def _beat_trouble(self, sentence: str) -> None:
        try:
            self._beat(sentence, now=True)
        except DatabaseError:
            connection.close()

    def _beat(self, trouble: str, *, now: bool = False) -> None:
        at = datetime.now(UTC)
        if not trouble and self._told.over(NAME, "ledgerd goes on."):
            now = True
        if not now and self._last_beat and (at - self._last_beat).total_seconds() < _BEAT:
            return
        Heartbeat.objects.update_or_create(
            name=NAME,
            defaults={
                "pid": os.getpid(),
                "host": socket.gethostname()[:255],
                "started": self._started,
                "beat": at,
                "height": self._height,
                "trouble": trouble,
            },
        )
        self._last_beat = at


class _Worker:
    """One connection to the ledger and all that is remembered about it; made anew after trouble."""

    def __init__(self, told: Told) -> None:
        keystore.check()
        self.ledger = apps.ledger()
        self.signers = Signers()
        self.relay = Relay(self.ledger, self.signers, told)
        self.scrubber = Scrubber(self.ledger)
        self.founder = apps.founder()
        self.height: int | None = None
        self._told = told
        self._duties = Duties(told)
        self._pinned: str | None = None
        documents.project_waiting()

    @property
    def is_current(self) -> bool:
        """Whether the ledger is still the one that the settings and its connection file name."""
        return self.ledger is apps.ledger()

    def turn(self) -> bool:
        """Each task once. True if anything moved."""
        configuration = self.ledger.configuration()
        if self._pinned != configuration or provision.wanted(self.founder):
            self._provision()
        if not trust.is_pinned():
            return False  # no organisation yet
        self._duties.step()
        moved = self.relay.step()
        moved += projection.follow(self.ledger, timeout=LOOK if self.relay.in_flight() else 0)
        moved += evidence.gather(self.ledger, self.signers, self._told)
        moved += evidence.gather_wanted(self.ledger, self.signers, self._told)
        self.height = self.ledger.height()
        if not moved:
            succession.forget_ended()
            self.scrubber.step()
        return bool(moved)

    def _provision(self) -> None:
        """Make newcomers known, and pin what the ledger shows of its members now."""
        for newcomer in provision.provision(self.ledger, self.founder):
            logger.info("%s is a member of the ledger now.", newcomer)
        if trust.is_pinned():
            self.ledger.require_contract()
        self._pinned = self.ledger.configuration() if trust.is_pinned() else None


def sentence_for(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, Unavailable):
        return errors.sentence(f"the ledger is away: {error.message}")
    if isinstance(error, LedgerError):
        return errors.sentence(error.message)
    if isinstance(error, DatabaseError):
        return f"The database does not take it: {error}."
    if isinstance(error, OSError):
        return f"The system refuses: {error}."
    return str(error) if isinstance(error, TROUBLES) else f"An error in the program: {type(error).__name__}: {error}."
