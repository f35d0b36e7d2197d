"""Replay a CSV as a device would: signed, buffered while offline, uploaded late and out of order. Or measure now."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.sensors import broker, live, simulation
from traceapp.sensors.identity import IdentityError, giai_of
from traceapp.sensors.simulation import Behaviour, Columns, Kept, SimulationError
from traceapp.sensors.uplinks import Mqtt, Rest
from traceapp.sensors.virtual import VirtualDevice


class Command(BaseCommand):
    help = "Replay a CSV (time, value) as a device: by REST or MQTT, with outages. docs/devices.md shows it whole."

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV with a header; the first two columns unless named.")
        parser.add_argument("--device", type=Path, required=True, help="The device's file: its key, and how far it is.")
        parser.add_argument("--make", metavar="GIAI", help="Make that file for a new device, and say its code.")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="The server (REST).")
        parser.add_argument("--mqtt", metavar="URL", help="A broker instead: mqtts://HOST:8883.")
        parser.add_argument("--ca", default="", help="PEM file of whoever vouches for the broker.")
        parser.add_argument("--password", default="", help="For the broker; as the device's page shows it.")
        parser.add_argument("--time", default="", metavar="COLUMN")
        parser.add_argument("--value", default="", metavar="COLUMN")
        parser.add_argument("--probe", default="", metavar="COLUMN", help="Names the probe of each row.")
        parser.add_argument("--unit", default="Cel", help="As SenML or degF.")
        parser.add_argument("--ending-now", action="store_true", help="Move all times so that the last one is now.")
        parser.add_argument("--a-message", type=int, default=20, help="Readings in one message.")
        parser.add_argument("--offline", type=float, default=0.0, help="Share of the time without network, 0 to 1.")
        parser.add_argument("--shuffle", action="store_true", help="Upload the buffer in any order.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--pause", type=float, default=0.0, help="Seconds between two uploads.")
        parser.add_argument("--live", type=float, metavar="SECONDS", help="No CSV: measure as time passes, so long.")
        parser.add_argument("--at", type=float, default=4.0, metavar="DEGREES", help="What --live measures, in °C.")
        parser.add_argument("--every", type=float, default=1.0, help="Seconds between two readings of --live.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["make"]:
                self._make(options["device"], options["make"])
            elif options["file"] is None and options["live"] is None:
                raise CommandError("Name a CSV to replay, or --live for how long to measure, or --make a device first.")
            else:
                with live.alone(options["device"]):
                    self._run(options)
        except (SimulationError, IdentityError) as error:
            raise CommandError(str(error)) from error

    def _make(self, path: Path, giai: str) -> None:
        if path.exists():
            raise CommandError(f"{path} is there already: a key is made once.")
        device = VirtualDevice(giai_of(giai), os.urandom(32))
        Kept(path, device).write()
        self.stdout.write(f"kid   {device.kid}\ncode  {device.code}\nRegister it under Devices by its code.")

    def _run(self, options: dict[str, Any]) -> None:
        kept = Kept.read(options["device"])
        uplink, outcome = _uplink(options, kept), simulation.Outcome()
        for told in _live(options, kept, uplink) if options["file"] is None else _replay(options, kept, uplink):
            outcome = told
            time.sleep(options["pause"])
        if isinstance(uplink, Mqtt):
            uplink.close()
        self.stdout.write(outcome.as_text())
        if outcome.waiting:
            raise CommandError("What waits stays in the buffer: run this again to send it.")


def _uplink(options: dict[str, Any], kept: Kept) -> Mqtt | Rest:
    password = options["password"] or broker.password(kept.device.kid)
    return Mqtt(options["mqtt"], kept.device.kid, password, options["ca"]) if options["mqtt"] else Rest(options["url"])


def _replay(options: dict[str, Any], kept: Kept, uplink: Mqtt | Rest) -> Iterator[simulation.Outcome]:
    columns = Columns(options["time"], options["value"], options["probe"])
    rows = simulation.readings(options["file"], columns, options["unit"], ending_now=options["ending_now"])
    how = Behaviour(options["a_message"], options["offline"], options["shuffle"], options["seed"])
    return simulation.run(kept, rows, uplink, how)


def _live(options: dict[str, Any], kept: Kept, uplink: Mqtt | Rest) -> Iterator[simulation.Outcome]:
    degrees, pace = options["at"], live.Pace(max(0.1, options["every"]), options["a_message"])
    until = time.time() + options["live"]
    return live.measure(kept, uplink, pace, lambda _: degrees, until=until, clock=time.time, wait=time.sleep)
