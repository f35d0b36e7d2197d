"""A data folder with a year of minute readings on one leg: `DATA_DIR=... python -m tests.bench.year`.

Prints, as JSON, how long the page of that leg takes a web process: the first time, when readings are decoded, and then.
"""

import json
import math
import os
import statistics
import time
from datetime import UTC, datetime, timedelta

MINUTES = 525_600
A_MESSAGE = 100
EXCURSION = (300_000, 300_045)  # minutes
GAP = (400_000, 401_000)
PEAK = 123_456  # a single reading


def value(minute: int) -> float:
    """A refrigerated lorry: it breathes, and once it fails."""
    if EXCURSION[0] <= minute < EXCURSION[1]:
        return 11.4
    return 15.5 if minute == PEAK else round(5 + 1.6 * math.sin(minute / 700) + 0.4 * math.sin(minute / 9), 2)


def build() -> tuple[str, str]:
    """The leg's uid and the e-mail address of somebody who may see it."""
    from tests.coldchain_world import SSCC, Logger, association, capture
    from tests.factories import OrganisationFactory, member
    from tests.ledger_fixtures import LedgerWorld
    from traceapp.accounts.roles import Role
    from traceapp.coldchain import watch
    from traceapp.coldchain.models import Conditions, Leg

    owner = OrganisationFactory(name="Kestrel Cold Freight")
    world = LedgerWorld([owner])
    world.provision()
    person = member(owner, Role.QUALITY, Role.ADMIN)
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=MINUTES + 10)
    logger = Logger(owner, name="Reefer 7, return air")
    Conditions.objects.create(
        organisation=owner,
        name="Vaccines",
        product_class="refrigerated",
        low=2,
        high=8,
        minimum=1,
        budget=4320,
        ceiling=25,
    )
    from tests.coldchain_world import START

    capture(owner, association("ADD", SSCC, [logger.uri], (began - START) / timedelta(minutes=1)))
    base = began.timestamp()
    rows = [(base + 60 * minute, value(minute)) for minute in range(MINUTES) if not GAP[0] <= minute < GAP[1]]
    for at in range(0, len(rows), 50 * A_MESSAGE):
        logger.tell(rows[at : at + 50 * A_MESSAGE], a_message=A_MESSAGE)
    world.anchor()
    watch.follow_events()
    return str(Leg.objects.get().uid), person.email


def pages(uid: str, email: str) -> dict[str, float]:
    from django.test import Client

    from traceapp.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=email))
    taken: list[float] = []
    busy: list[float] = []
    for _ in range(8):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(f"/coldchain/legs/{uid}/now/")
        taken.append(1000 * (time.perf_counter() - started))
        busy.append(1000 * (time.process_time() - worked))
        assert answer.status_code == 200
        assert answer.content.count(b'class="area-bad"') == 6, "both excursions at each of the three widths"
    return {
        "chart_year_first_ms": taken[0],
        "chart_year_ms": statistics.median(taken[1:]),
        "chart_year_processor_ms": statistics.median(busy[1:]),
        "chart_year_readings": MINUTES - (GAP[1] - GAP[0]),
        "chart_year_kb": len(answer.content) / 1024,
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    os.environ["BATCH_WAIT"] = "0"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    uid, email = build()
    print(json.dumps({"leg": uid, "email": email, **pages(uid, email)}))


if __name__ == "__main__":
    main()
