"""`manage.py demo_shipment`: a cold shipment due in a few minutes, and what to do with it, step by step."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.demo import cold_shipment, lorry
from traceapp.demo.client import Client, Refused
from traceapp.demo.cold_shipment import LEAST_MINUTES, LOGGER, PAYOUT, ZONE, NotProposed, Proposed
from traceapp.demo.generator import SEED
from traceapp.demo.lots import made_before
from traceapp.demo.state import load
from traceapp.payments.services import MoneyError


class Command(BaseCommand):
    help = (
        "Propose a cold shipment that is due in a few minutes, while `manage.py demo` runs. docs/payments.md has more."
    )

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="Where the demo is served.")
        parser.add_argument("--minutes", type=int, default=8, help="Until it is late.")
        parser.add_argument("--insured", action="store_true", help="With an insurance that pays when it was too warm.")

    def handle(self, *args: Any, url: str, minutes: int, insured: bool, **options: Any) -> None:
        folder = Path(settings.DATA_DIR)
        state = load(folder)
        if not (settings.DEMO and state.measured and state.paid):
            raise CommandError(
                "This is for a demo that runs (DEMO=1, DATA_DIR as the demo's): start `make demo` first."
            )
        if not LEAST_MINUTES <= minutes <= 1440:
            raise CommandError(f"Name {LEAST_MINUTES} to 1440 minutes: terms are agreed, paid for and sent before.")
        client = Client(url.rstrip("/"), state.tokens["kestrel"])
        try:
            lot = lorry.goods(made_before(state.moment, SEED))
            made = cold_shipment.propose(lot, client, minutes, insured=insured)
        except (Refused, NotProposed, MoneyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(steps(made, client.url, folder, state.password, insured=insured))


def steps(made: Proposed, url: str, folder: Path, password: str, *, insured: bool) -> str:
    """What to do, in order."""
    page = f"{url}/money/shipments/{made.shipment_id}/"
    due, agree_by = (f"{one.astimezone(ZoneInfo(ZONE)):%H:%M}" for one in (made.due, made.agree_by))
    insurer = "\n   As supplier@alpes-cremerie.example (the insurer)"
    insures = f"{insurer}: accept the terms, put EUR {PAYOUT:,}.00 into escrow." if insured else ""
    agrees = f"{insurer}: agree, too; what is paid out goes to the buyer." if insured else ""
    simulate = f"DATA_DIR={folder} DEMO=1 .venv/bin/python manage.py simulate_device"
    simulate += f" --device {lorry.device_file(folder, LOGGER)} --url {url} --a-message 5"
    return f"""{made.title} is due at {due} in Hamburg ({made.due:%H:%M} UTC). {page}
Everybody's password is {password}; each confirmation shows its code.

1. Before {agree_by}, as admin@gruenmarkt.example (the buyer): accept the terms, put EUR 9,600.00 into escrow.{insures}
2. As carrier@kestrel.example: The goods have left. EUR 1,000.00 go to the seller.
3. Warm them up, two minutes at 9 degrees where 0 to 4 are agreed:
   {simulate} --live 120 --at 9
4. And cool them again:
   {simulate} --live 30 --at 2.5
5. After {due} in Hamburg, as the carrier: The goods have arrived. They are late.
6. The logger says once more that all is well, so its leg is complete and goes to the ledger by itself:
   {simulate} --live 10 --at 2.5
7. As the buyer, once the sheet names a leg: accept the delivery (all 0), then agree to the figures.
8. As admin@huerta-alba.example (the seller): agree to the figures.{agrees}
The money moves, and the sheet is final."""
