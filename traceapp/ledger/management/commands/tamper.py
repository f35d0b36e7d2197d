"""Change one stored byte, to see it named."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.ledger import tamper
from traceapp.ledger.models import Record


class Command(BaseCommand):
    help = "Change one byte of a stored record behind the application's back. For demos: it says what will show it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("record", nargs="?", help="public id or row number; without it, any record on the ledger")
        parser.add_argument("--force", action="store_true", help="also where this is not a demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO and not options["force"]:
            raise CommandError("This damages a record for good. It is for demos (DEMO=1); elsewhere give --force.")
        try:
            done = tamper.tamper_record(_pk(options["record"]) if options["record"] else tamper.fitting_record())
        except tamper.NothingToChange as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Changed one byte of record {done.uid} (row {done.pk}), field {done.pointer}:\n"
            f"  before: {done.before}\n  after:  {done.after}\n"
            f"{done.page} now says that it does not match, and `verify_ledger` names it."
        )


def _pk(given: str) -> int:
    try:
        wanted = {"pk": int(given)} if given.isdigit() else {"uid": UUID(given)}
    except ValueError as error:
        raise CommandError(f"{given!r} is neither a record's public id nor a row number.") from error
    pk = Record.objects.filter(**wanted).values_list("pk", flat=True).first()
    if pk is None:
        raise CommandError(f"There is no record {given}.")
    return pk
