"""The process that serves subscriptions. Several may run: each subscription is leased by one of them at a time."""

import logging
import threading
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from traceapp.query.models import Subscription
from traceapp.query.subscriptions import lease, sending

PAUSE = 0.5  # seconds between looks
AT_ONCE = 8  # subscriptions: a slow receiver holds up no other
AFTER_TROUBLE = 5.0
AFTER_FAILURE = 30.0
FORGET_EVERY = 3600.0
log = logging.getLogger(__name__)


class Deliverer:
    """Looks for subscriptions with something to do until `stop` is set; what is under way is ended first."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._holder = uuid.uuid4()
        self._at_work: dict[int, Future[None]] = {}

    def run(self) -> None:
        log.info("Deliveries begin.")
        forgotten = 0.0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not self.stop.is_set():
                pause = PAUSE
                try:
                    close_old_connections()
                    now = timezone.now()
                    self._start(pool)
                    if now.timestamp() - forgotten > FORGET_EVERY:
                        sending.forget_bodies(now)
                        forgotten = now.timestamp()
                except DatabaseError as error:
                    log.warning("The database cannot be used: %s", error)
                    pause = AFTER_TROUBLE
                self.stop.wait(pause)
        log.info("Deliveries ended.")

    def _start(self, pool: ThreadPoolExecutor) -> None:
        self._at_work = {pk: future for pk, future in self._at_work.items() if not future.done()}
        if self._at_work:
            lease.renew(self._holder, timezone.now())
        for pk in lease.ready(timezone.now()).values_list("pk", flat=True)[: 4 * AT_ONCE]:
            if len(self._at_work) < AT_ONCE and pk not in self._at_work:
                self._at_work[pk] = pool.submit(_work, pk, self._holder)


def _work(pk: int, holder: uuid.UUID) -> None:
    close_old_connections()
    try:
        sending.work(pk, holder)
    except Exception:  # one subscription's trouble is not the others'
        log.exception("Subscription %s could not be served; it is tried again.", pk)
        Subscription.objects.filter(pk=pk).update(not_before=timezone.now() + timedelta(seconds=AFTER_FAILURE))
    finally:
        close_old_connections()
