"""`make bench-workers`: the same training by one worker and by two, over a real Redis; saved as JSON.

Workers are processes of their own with one fitting process each, every numeric library on one thread. Rounds alternate,
and the best of each counts: the ratio is what matters, not the seconds.
"""

import argparse
import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

DAYS = 400
FIRST = date(2025, 1, 6)
WITHIN = 3600.0  # seconds


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="traceapp-bench-") as name:
        folder = Path(name)
        os.environ |= {
            "DATA_DIR": name,
            "BATCH_WAIT": "0",
            "FORECAST_PROCESSES": "1",
            "DJANGO_SETTINGS_MODULE": "traceapp.settings",
        }
        django.setup()
        from django.core.management import call_command

        from tests.bench import saved
        from tests.celery_workers import redis

        call_command("migrate", verbosity=0)
        organisation = _world(asked.series)
        with redis(folder) as url:
            rows = [_measured(folder, url, organisation, n) for _ in range(asked.rounds) for n in (1, 2)]
        best = {n: min(float(row["seconds"]) for row in rows if row["workers"] == n) for n in (1, 2)}
        saved.keep("workers", {"trainings": rows}, series=asked.series, days=DAYS, ratio=round(best[1] / best[2], 2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-workers")
    parser.add_argument("--series", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def _world(series: int) -> Any:
    """A firm with so many products' sales on the ledger, one event a day."""
    from tests.factories import OrganisationFactory
    from tests.forecasting_world import record, sale, sold
    from tests.ledger_fixtures import LedgerWorld
    from traceapp.epcis import identifiers
    from traceapp.epcis.gs1_keys import check_digit

    owner = OrganisationFactory(name="Huerta Alba")
    world = LedgerWorld([owner])
    world.provision()
    bodies = [f"095060001{number:04d}" for number in range(series)]
    products = [identifiers.product(body + check_digit(body)) for body in bodies]
    events = []
    for day in range(DAYS):
        each = [
            {"epcClass": product, "quantity": sold(day + number) + (day * (number + 3)) % 5}
            for number, product in enumerate(products)
        ]
        events.append(sale(day, quantityList=each, eventTime=f"{FIRST + timedelta(days=day)}T18:00:00.000Z"))
    record(owner, events)
    world.anchor()
    return owner


def _measured(folder: Path, url: str, organisation: Any, count: int) -> dict[str, Any]:
    from forecasting.models import TrainingJob
    from tests.celery_workers import Workers
    from tests.stack import until

    workers = Workers(folder, {**os.environ, "CELERY_BROKER_URL": url})
    try:
        for _ in range(count):
            workers.start()
        workers.ready()
        job = TrainingJob.objects.create(
            organisation=organisation,
            kind="demand",
            parameters={"until": None, "horizon": 14, "origins": 3, "measure": "sold"},
            nudged=datetime.now(UTC),
        )
        workers.call("jobs.work", "training", str(job.uid))
        until(lambda: not TrainingJob.objects.get(pk=job.pk).active, "the training ends", within=WITHIN)
    finally:
        workers.end()
    job.refresh_from_db()
    assert job.started is not None
    assert job.finished is not None
    assert not job.error, job.error
    chunks = list(job.chunks.order_by().values_list("worker", flat=True))
    return {
        "workers": count,
        "seconds": round((job.finished - job.started).total_seconds(), 1),
        "chunks": len(chunks),
        "by each": " + ".join(str(chunks.count(one)) for one in sorted(set(chunks))),
        "predictions": job.run.predictions_hash[:8],
    }


if __name__ == "__main__":
    main()
