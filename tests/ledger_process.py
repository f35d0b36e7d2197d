"""What the tests of ledgerd's process run in processes of their own, on a data folder of their own (see its caller).

`python -m tests.ledger_process begin|append N`
"""

import os
import sys

import django


def begin() -> None:
    """An empty database with two organisations."""
    from django.core.management import call_command

    from traceapp.accounts.models import Organisation

    call_command("migrate", verbosity=0)
    for name, pgln in (("Huerta Alba", "9506000000008"), ("Nordmarkt", "9506000000015")):
        Organisation.objects.create(name=name, pgln=pgln, msp_id=f"{name.split()[0]}MSP")


def append_records(number: int) -> None:
    """One record a transaction; its public id is printed once it is committed."""
    from tests.ledger_fixtures import LedgerWorld
    from traceapp.accounts.models import Organisation

    world = LedgerWorld([Organisation.objects.earliest("pk")])
    for _ in range(number):
        print(world.record().uid, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    begin() if sys.argv[1] == "begin" else append_records(int(sys.argv[2]))
