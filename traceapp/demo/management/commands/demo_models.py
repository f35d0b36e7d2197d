"""`manage.py demo_models`: the demo's models before those who vote, as trainings end. Started by `manage.py demo`."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from forecasting.governance.decisions import DecisionError
from forecasting.governance.registry import ModelError
from traceapp.demo.governing import Governing, Stopped
from traceapp.demo.state import load
from traceapp.intents.services import IntentError

LOOK_AGAIN = 0.5  # seconds
WITHIN = 7200.0  # seconds for one condition: a slow machine trains for long


class Command(BaseCommand):
    help = "Register the demo's models, have them voted on and reported on. What is done already is not done again."

    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        state = load(Path(settings.DATA_DIR))
        try:
            Governing(state.moment.date(), _wait, self.stdout.write).go()
            self.stdout.write("The models are where they are meant to be.")
        except (Stopped, ModelError, DecisionError, IntentError) as error:
            self.stdout.write(f"{error} The next start of the demo goes on from here.")


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN
    while not holds():
        if time.monotonic() > until:
            raise Stopped("It takes too long.")
        time.sleep(LOOK_AGAIN)
