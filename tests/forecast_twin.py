"""A server in a process and a data folder of its own, for the tests of what a stranger can reproduce.

`python -m tests.forecast_twin ORDER`: the same sales and deliveries as every other one, recorded in an order drawn from
ORDER, in batches of their own; a training of each kind; prints {kind: {run, predictions, model, root}}.
"""

import json
import os
import random
import sys
from typing import Any

import django


def build(order: int) -> None:
    from django.core.management import call_command

    from tests.forecasting_world import record
    from tests.ledger_fixtures import LedgerWorld
    from traceapp.accounts.models import Organisation

    call_command("migrate", verbosity=0)
    firm = Organisation.objects.create(name="Huerta Alba", pgln="9506000000008", msp_id="HuertaMSP")
    Organisation.objects.create(name="Nordmarkt", pgln="9506000000015", msp_id="NordmarktMSP")
    world = LedgerWorld([firm])
    world.provision()
    events = [*_sales(), *_deliveries()]
    chance = random.Random(order)
    chance.shuffle(events)
    half = chance.randrange(1, len(events))
    for part in (events[:half], events[half:]):
        record(firm, part)
        world.anchor()
    print(json.dumps({kind: _trained(world, kind) for kind in ("demand", "delay")}))


def _sales() -> list[dict[str, Any]]:
    """Two products; of one several sales a day, with quantities whose sum depends on the order they are added in."""
    from tests.forecasting_world import GTIN, OTHER_GTIN, sale, sold

    found = [sale(number, gtin=OTHER_GTIN) for number in range(70)]
    for number in range(70):
        for part, share in enumerate((0.1, 0.2, 0.3, 0.4)):
            name = f"urn:uuid:00000000-0000-4000-9000-{part:04d}{number:08d}"
            found.append(sale(number, gtin=GTIN, quantity=sold(number) * share, eventID=name))
    return found


def _deliveries() -> list[dict[str, Any]]:
    from tests.forecasting_world import delivery

    found = []
    for number in range(120):
        for vendor in ("Quick", "Slow"):
            late = (number * 7 + len(vendor)) % 5 - 2 if vendor == "Slow" else -(number % 3)
            both = delivery(number, late=late, **{"traceapp:vendor": vendor})
            for end, event in zip(("plan", "end"), both, strict=True):
                event["eventID"] = f"https://example.org/{vendor}/{number}/{end}"
            found += both if number < 110 else both[:1]
    return found


def _trained(world: Any, kind: str) -> dict[str, str]:
    from forecasting.services import request_training
    from forecasting.training import work

    parameters = {"horizon": 7, "origins": 1, "until": "2026-03-15"} if kind == "demand" else {"until": "2026-04-24"}
    job = request_training(organisation=world.organisations[0], kind=kind, parameters=parameters)
    work(str(job.uid))
    job.refresh_from_db()
    assert job.state == "done", job.error
    world.anchor()
    run = job.run
    return {
        "run": str(run.uid), "predictions": run.predictions_hash, "model": run.model_hash, "root": run.dataset_root
    }  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    build(int(sys.argv[1]))
