"""A data folder with a year of minute readings on one leg: `DATA_DIR=... python -m tests.bench.year`.

Prints, as JSON, how long the page of that leg takes a web server, the first time and then, and what memory it took.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.bench.memory import children, peak_mb, processor_ms
from tests.stack import ROOT, free_port, until

MINUTES = 525_600
A_MESSAGE = 100
EXCURSION = (300_000, 300_045)  # minutes
GAP = (400_000, 401_000)
PEAK = 123_456  # a single reading
REQUESTS = 10


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
    from traceapp.coldchain import keeping, watch
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
    keeping.keep_new(seconds=600)  # as beat's rounds do, five seconds each
    return str(Leg.objects.get().uid), person.email


def pages(uid: str, email: str) -> dict[str, float]:
    """Asked of a web server as the demo runs it, with one worker whose memory and processor time are read."""
    from django.test import Client

    from traceapp.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=email))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    with web() as (url, server):
        ask(f"{url}/coldchain/legs/", cookie)
        (worker,) = children(server)
        before, taken = peak_mb(worker), []
        taken.append(ask(f"{url}/coldchain/legs/{uid}/now/", cookie))
        busy = processor_ms(worker)
        taken += [ask(f"{url}/coldchain/legs/{uid}/now/", cookie) for _ in range(REQUESTS)]
        busy = processor_ms(worker) - busy
        after = peak_mb(worker)
    return {
        "chart_year_first_ms": taken[0],
        "chart_year_ms": statistics.median(taken[1:]),
        "chart_year_processor_ms": busy / REQUESTS,
        "chart_year_readings": MINUTES - (GAP[1] - GAP[0]),
        "web_worker_before_charts_mb": before,
        "web_worker_after_charts_mb": after,
    }


@contextmanager
def web() -> Iterator[tuple[str, int]]:
    """Its address and process."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "traceapp.wsgi", "--bind", address, "--no-control-socket"]
    with subprocess.Popen(
        [*command, "--workers", "1", "--threads", "4", "--timeout", "120", "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, "ALLOWED_HOSTS": "127.0.0.1"},
    ) as server:
        try:
            until(lambda: answers(port), "the web server answers")
            yield f"http://{address}", server.pid
        finally:
            server.terminate()


def answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    except OSError:
        return False


def ask(url: str, cookie: str) -> float:
    """Milliseconds until the whole answer has come."""
    started = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie})) as answer:
        content = answer.read()
    taken = 1000 * (time.perf_counter() - started)
    if url.endswith("/now/"):
        assert content.count(b'class="area-bad"') == 6, "both excursions at each of the three widths"
    return taken


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
