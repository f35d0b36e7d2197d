"""Write the pinned trust file, for a stranger to check proofs with."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.ledger import trust


class Command(BaseCommand):
    help = "Write the trust file: the certificates and rules that this instance checks the ledger with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", default="-", help="file to write; - for standard output (default)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content, fingerprint = trust.export(), trust.pinned().fingerprint
            if options["output"] == "-":
                self.stdout.write(content.decode(), ending="")
            else:
                Path(options["output"]).write_bytes(content)
        except trust.NotPinned as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error
        print(f"Fingerprint of this trust: {fingerprint}", file=sys.stderr)
