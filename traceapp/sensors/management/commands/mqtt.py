"""Run the process that takes device messages in from an MQTT broker."""

import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.sensors import access
from traceapp.sensors.mqtt import Subscriber


class Command(BaseCommand):
    help = "Take device messages in from the broker that MQTT_URL names."

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--passwords", type=Path, metavar="FILE", help="The broker's passwords, kept up to date.")
        parser.add_argument("--write-passwords", action="store_true", help="Write that file once and end.")

    def handle(self, *args: Any, passwords: Path | None, write_passwords: bool, **options: Any) -> None:
        if write_passwords:
            if passwords is None:
                raise CommandError("--write-passwords needs --passwords FILE.")
            access.write(passwords)
            return
        if not settings.MQTT_URL:
            raise CommandError("Set MQTT_URL to the broker's address: mqtts://HOST:8883 (see .env.example).")
        try:
            subscriber = Subscriber(settings.MQTT_URL, ca=settings.MQTT_CA)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: subscriber.stop.set())
        with access.kept(passwords):
            subscriber.run()
