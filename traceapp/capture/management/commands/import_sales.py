"""`manage.py import_sales FILE`: sales from a long CSV (date, product, place, quantity, promotion)."""

from typing import Any

from django.core.management.base import CommandParser

from traceapp.capture.importing import ImportCommand
from traceapp.capture.layouts import SALES
from traceapp.capture.sales import EVERY


class Command(ImportCommand):
    help = (
        "Import sales from a CSV with the columns date, product, place, quantity and promotion. A product or place is "
        "a GTIN or GLN, or a name, which is numbered under the organisation's prefix. A repeat stores nothing twice."
    )
    layout = SALES

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--every", choices=EVERY, default="day", help="what one row sums up")

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(
            options["file"],
            organisation=options["organisation"],
            strict=options["strict"],
            visibility=options["visibility"],
            every=options["every"],
        )
