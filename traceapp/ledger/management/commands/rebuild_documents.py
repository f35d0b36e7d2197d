"""Copy the contract's documents anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from traceapp.ledger import apps, rebuild
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.models import Checkpoint


class Command(BaseCommand):
    help = (
        "Copy the contract's documents anew from the ledger, and make the rows that follow from them. Can be repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rebuild.rebuild(apps.ledger())
        except LedgerError as error:
            raise CommandError(f"The ledger cannot be read: {error.message}") from error
        except Checkpoint.DoesNotExist:
            raise CommandError("Nothing was followed yet: start ledgerd once.") from None
        self.stdout.write(f"{count} document{'' if count == 1 else 's'} of the ledger copied.")
