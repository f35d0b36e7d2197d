"""`manage.py demo_lorry`: the demo's lorry is on the road until this ends. Started by `manage.py demo`."""

import math
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.demo import lorry
from traceapp.demo.client import Client, Refused
from traceapp.demo.generator import SEED
from traceapp.demo.lots import made_before
from traceapp.demo.state import load
from traceapp.sensors.simulation import SimulationError
from traceapp.sensors.uplinks import Rest


class Command(BaseCommand):
    help = "Measure, sign and send as the demo's lorry, until this is ended."

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        folder = Path(settings.DATA_DIR)
        state = load(folder)
        if not state.lorry_came:
            raise CommandError("No lorry is on the road: `manage.py demo` sends it.")
        client, came = Client(url, state.tokens["kestrel"]), datetime.fromisoformat(state.lorry_came)
        try:
            lorry.drive(
                folder,
                lorry.goods(made_before(state.moment, SEED)),
                came,
                client,
                Rest(url),
                until=math.inf,
                clock=time.time,
                wait=time.sleep,
            )
        except (SimulationError, Refused, OSError) as error:
            raise CommandError(str(error)) from error
