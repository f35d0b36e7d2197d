"""Run the process that sends events to subscribers."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from traceapp.query.subscriptions.daemon import Deliverer


class Command(BaseCommand):
    help = "Send events to the webhooks that subscribed to them."

    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        deliverer = Deliverer()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: deliverer.stop.set())
        deliverer.run()
