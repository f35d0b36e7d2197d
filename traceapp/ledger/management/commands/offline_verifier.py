"""Write the proof checker as one HTML file that works offline."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.ledger import offline


class Command(BaseCommand):
    help = "Write one HTML file that checks proof bundles in a browser, opened from disk, without any network."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", default="-", help="file to write; - for standard output (default)")

    def handle(self, *args: Any, **options: Any) -> None:
        content = offline.page()
        if options["output"] == "-":
            self.stdout.write(content, ending="")
            return
        try:
            Path(options["output"]).write_text(content, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error
