"""`manage.py company_prefixes`: GS1's list of company prefix lengths, which EPC URNs need."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.epcis.company_prefix import TableError
from traceapp.epcis.identifiers import IdentifierError, canonical
from traceapp.epcis.urn_writer import to_urn
from traceapp.masterdata import company_prefixes


class Command(BaseCommand):
    help = (
        "Take in GS1's list of company prefix lengths (GCPPrefixFormatList), or write identifiers as EPC URNs with it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=argparse.ArgumentParser)
        update = actions.add_parser("update", help="replace the list by GS1's GCPPrefixFormatList, JSON or XML")
        update.add_argument("file", metavar="FILE", help="- reads the standard input")
        actions.add_parser("show", help="say which list is in use")
        urn = actions.add_parser("urn", help="write an identifier (Digital Link or URN) in both forms")
        urn.add_argument("identifier", metavar="IDENTIFIER")
        urn.add_argument(
            "--length", type=int, metavar="N", help="the company prefix has N digits, whatever the list says"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _update(self, options: dict[str, Any]) -> None:
        name = options["file"]
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
            table = company_prefixes.take_in(text)
        except (OSError, UnicodeDecodeError, TableError) as error:
            raise CommandError(f"{name}: {error}. The list in use stays as it was.") from error
        self.stdout.write(f"{len(table.lengths):,} entries of {table.date or 'an unknown date'} are in use.")

    def _show(self, options: dict[str, Any]) -> None:
        table = company_prefixes.taken_in()
        if table.lengths:
            self.stdout.write(f"{len(table.lengths):,} entries of {table.date or 'an unknown date'}, and behind them:")
        self.stdout.write("the list that came with this release. `company_prefixes update FILE` takes in a newer one.")

    def _urn(self, options: dict[str, Any]) -> None:
        length = options["length"]
        try:
            name = canonical(options["identifier"])
            urn = to_urn(name, company_prefixes.length_of() if length is None else lambda _digits: length)
        except IdentifierError as error:
            raise CommandError(f"{error}") from error
        self.stdout.write(f"{name}\n{urn}")
