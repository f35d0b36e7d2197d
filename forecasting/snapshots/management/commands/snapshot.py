"""`manage.py snapshot`: keep what is verified of large training sets as Parquet, so that trainings need no database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forecasting.demand.sales import STEPS
from forecasting.management.commands.forecast import organisations
from forecasting.snapshots.keeping import extend, keep_all


class Command(BaseCommand):
    help = (
        "Write what was verified since to the snapshots of sales; it is used once its statement is on the ledger. "
        "Without --organisation for all that have recorded FORECAST_SNAPSHOT_FROM events or more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="name, party GLN or MSP id")
        parser.add_argument("--measure", choices=list(STEPS), default="sold", help="what counts as demand")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["organisation"]:
            found = [extend(one, options["measure"]) for one in organisations(options["organisation"])]
        else:
            found = list(keep_all())
        for held in found:
            if held is not None:
                self.stdout.write(
                    f"{held.organisation.name}: {held.lines:,} rows ({held.measure}) as of block {held.block}, "
                    f"manifest {held.manifest[:8]}"
                )
        if not any(found):
            self.stdout.write("Nothing to keep: too few events are on the ledger.")
