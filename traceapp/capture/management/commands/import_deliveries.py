"""`manage.py import_deliveries FILE`: USAID's SCMS delivery history, as published or cleaned."""

from typing import Any

from traceapp.capture.importing import ImportCommand
from traceapp.capture.layouts import DELIVERIES


class Command(ImportCommand):
    help = (
        "Import the SCMS delivery history: a planned and, where it was delivered, a receiving event a row. Takes the "
        "published header and the cleaned one. Repeating it stores nothing twice."
    )
    layout = DELIVERIES

    def handle(self, *args: Any, **options: Any) -> None:
        self.run(
            options["file"],
            organisation=options["organisation"],
            strict=options["strict"],
            visibility=options["visibility"],
        )
