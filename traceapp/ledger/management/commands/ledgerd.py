"""Run the daemon that talks to the ledger."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from traceapp.ledger.daemon import Daemon
from traceapp.ledger.selectors import ledger_status


class Command(BaseCommand):
    help = (
        "Send queued records to the ledger, follow its blocks, and recheck what is stored. One works, others stand by."
    )

    requires_system_checks = ()  # what is wrong it says in its log and on the ledger page, and tries again

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether one works; exit 1 if none does")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        daemon = Daemon()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: daemon.stop.set())
        daemon.run()

    def _check(self) -> None:
        """By its heartbeat. Trouble with the ledger is said, and is no reason to start the process anew."""
        status = ledger_status()
        if status.heartbeat is None:
            raise CommandError("No ledgerd has worked on this database yet.")
        age = (timezone.now() - status.heartbeat).total_seconds()
        if not status.running:
            raise CommandError(f"No ledgerd works: the last heartbeat was {age:.0f} s ago.")
        self.stdout.write(f"ledgerd works; its last heartbeat was {age:.0f} s ago. {status.trouble}".rstrip())
