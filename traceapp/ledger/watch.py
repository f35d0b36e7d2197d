"""Looks at the ledger's nodes again and again and notes how they are, so that no page waits for one.

On a thread of its own: a node that hangs holds up neither relay nor projection.
"""

import logging
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from traceapp.ledger import apps
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.oversight import Node
from traceapp.ledger.port import NodeHealth

EVERY: Final = 10.0  # seconds
log = logging.getLogger(__name__)


class Watch:
    """Looks while its block runs."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(EVERY)

    def _run(self) -> None:
        while True:
            try:
                note(apps.ledger().nodes())
            except (LedgerError, DatabaseError) as error:  # what was noted grows old, and the page says so
                log.warning("the ledger's nodes could not be looked at: %s", error)
            except Exception:
                log.exception("the ledger's nodes could not be looked at")
            finally:
                connections.close_all()
            if self._end.wait(EVERY):
                return


def note(found: Sequence[NodeHealth]) -> None:
    """Keep how the nodes are now, since when, and no others."""
    now = timezone.now()
    with transaction.atomic():
        before = {node.name: node for node in Node.objects.all()}
        Node.objects.exclude(name__in=[one.name for one in found]).delete()
        for position, one in enumerate(found):
            known = before.get(one.name)
            same = known is not None and known.well == one.well
            values = {
                "kind": one.kind,
                "msp_id": one.msp_id,
                "well": one.well,
                "said": one.said[:300],
                "height": one.height,
                "looked": now,
                "since": known.since if known is not None and same else now,
                "position": position,
            }
            Node.objects.update_or_create(name=one.name, defaults=values)
