"""Write the proof bundle of one record."""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.visibility import Relation, Viewer, relation
from traceapp.ledger import proof
from traceapp.ledger.models import Record


class Command(BaseCommand):
    help = "Write the proof bundle of a verified record, for a stranger to check with traceapp-verify."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("uid", type=UUID, help="the record's public id")
        parser.add_argument("-o", "--output", default="-", help="file to write; - for standard output (default)")
        parser.add_argument("--public", action="store_true", help="only what anyone may see; default: as its owner")
        parser.add_argument("--fields", nargs="+", metavar="POINTER", help="only these fields, e.g. /event/bizStep")

    def handle(self, *args: Any, **options: Any) -> None:
        uid = options["uid"]
        record = Record.objects.filter(uid=uid).first()
        if record is None:
            raise CommandError(f"There is no record {uid}.")
        how = relation(Viewer.nobody(), record) if options["public"] else Relation.OWNER
        if how is None:
            raise CommandError(f"Record {uid} is not public. Leave out --public to export it as its owner sees it.")
        try:
            bundle = proof.make(record, how, fields=options["fields"])
        except proof.NoProof as error:
            raise CommandError(f"Record {uid} is not verified. {error.reason}") from error
        except proof.UnknownFields as error:
            raise CommandError(str(error)) from error
        self._write(options["output"], bundle)

    def _write(self, output: str, bundle: bytes) -> None:
        if output == "-":
            sys.stdout.buffer.write(bundle)
            return
        try:
            Path(output).write_bytes(bundle)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        print(f"Wrote {len(bundle)} bytes to {output}.", file=sys.stderr)
