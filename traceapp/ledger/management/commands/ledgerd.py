"""Run the daemon that talks to the ledger."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from traceapp.ledger.daemon import Daemon


class Command(BaseCommand):
    help = (
        "Send queued records to the ledger, follow its blocks, and recheck what is stored. One works, others stand by."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        daemon = Daemon()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: daemon.stop.set())
        daemon.run()
