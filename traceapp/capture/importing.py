"""What the two import commands share: whose data it is, the progress bar, the report."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.capture.csv_columns import CsvRefused, RowError
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.imports import Import, Taken, drafts
from traceapp.capture.layouts import Draft, Layout
from traceapp.capture.naming import NoNumbersLeft
from traceapp.epcis.identifiers import check_digit

SHOWN = 20  # bad rows named on the screen
IMPORTER = "Imported data"
PREFIX = "9529990"  # of GS1's numbers for examples (952)


class ImportCommand(BaseCommand):
    """`FILE`, whose it is, and what to do with bad rows."""

    layout: Layout

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--organisation",
            help=f"name or party GLN (13 digits) of whose data it is; without it the only one, else {IMPORTER!r}",
        )
        parser.add_argument("--strict", action="store_true", help="store nothing if any row is bad")
        parser.add_argument(
            "--visibility",
            choices=[name.lower() for name in Visibility.names],
            default="private",
            help="who may read it",
        )

    def run(self, path: Path, *, organisation: str | None, strict: bool, visibility: str, every: str = "day") -> None:
        """Take the file in. CommandError, with a sentence, for what cannot be imported at all."""
        try:
            rows = list(drafts(path, self.layout))
            errors = [row for row in rows if isinstance(row, RowError)]
            if strict and errors:
                self._name(errors)
                raise CommandError(f"{len(errors):,} of {len(rows):,} rows are bad; nothing was imported (--strict).")
            owner = organisation_named(organisation)
            self.stdout.write(f"Importing {path.name} for {owner.name} (party GLN {owner.pgln}).")
            importer = Import(
                organisation=owner,
                member=None,
                layout=self.layout,
                every=every,
                visibility=Visibility[visibility.upper()],
            )
            self._report(self._take(importer, rows), strict=strict)
        except (CsvRefused, CaptureRefused, NoNumbersLeft) as error:
            raise CommandError(str(error)) from error

    def _take(self, importer: Import, rows: list[Draft | RowError]) -> Taken:
        total = Taken()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        with Progress(*columns, console=console, transient=True, disable=not self.stdout.isatty()) as progress:
            task = progress.add_task("rows", total=len(rows))
            for taken in importer.take(rows):
                total.rows += taken.rows
                total.stored += taken.stored
                total.repeated += taken.repeated
                total.errors += taken.errors
                progress.advance(task, taken.rows)
        return total

    def _report(self, total: Taken, *, strict: bool) -> None:
        bad = {error.line for error in total.errors}
        self._name(total.errors)
        self.stdout.write(
            f"{total.rows:,} rows read: {total.stored:,} events stored and queued for the ledger, "
            f"{total.repeated:,} stored before, {len(bad):,} bad rows left out."
        )
        if strict and bad:
            raise CommandError(f"{len(bad):,} rows could not be stored (--strict).")

    def _name(self, errors: list[RowError]) -> None:
        for error in errors[:SHOWN]:
            self.stderr.write(str(error))
        if len(errors) > SHOWN:
            self.stderr.write(f"... and {len(errors) - SHOWN:,} more.")


def organisation_named(given: str | None) -> Organisation:
    """By name or party GLN. Without either the only one there is, else one for imported data, made on first use."""
    known = Organisation.objects.all()
    if given:
        found = known.filter(pgln=given).first() or known.filter(name__iexact=given).first()
        if found is None:
            names = "; ".join(f"{one.name} ({one.pgln})" for one in known[:20]) or "none yet"
            raise CommandError(f"There is no organisation {given!r}. Known: {names}.")
        return found
    return known.get() if known.count() == 1 else _importer()


def _importer() -> Organisation:
    body = f"{PREFIX}{'0' * (12 - len(PREFIX))}"
    defaults = {
        "name": IMPORTER,
        "msp_id": "ImportedDataMSP",
        "company_prefix": PREFIX,
        "default_visibility": Visibility.PRIVATE,
    }
    return Organisation.objects.get_or_create(pgln=body + check_digit(body), defaults=defaults)[0]
