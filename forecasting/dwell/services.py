"""Measure dwell times: asked for by people and each night, worked on as a job."""

from dataclasses import asdict

from django.db import transaction

from forecasting.demand.result import rounded
from forecasting.dwell.models import DwellJob, PlaceDwell
from forecasting.dwell.ranking import Dwell, ranking
from forecasting.dwell.reading import Read, read
from forecasting.names import names_of
from traceapp.accounts.models import Organisation, User
from traceapp.jobs import life
from traceapp.jobs.asking import queue, under_way

KEPT = 10  # measurings of an organisation


def request(*, organisation: Organisation, user: User | None = None) -> DwellJob:
    """Queue a measuring, or return the one that waits or runs."""
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        same = under_way(DwellJob, organisation=organisation)
        return same or queue(DwellJob, organisation=organisation, requested_by=user)


def work(uid: str) -> None:
    """Claim a job and bring it to an end, unless somebody else has it. Nothing is stored of one that did not end."""
    job = life.claim(DwellJob, uid, progress=0, doing="Reading verified rows")
    if job is None:
        return
    with life.working(job) as heart:
        found = read(job.organisation, lambda count: heart.tell(min(80, count // 2000), f"Checked {count:,} rows"))
        heart.tell(90, f"{len(found.stays.ended):,} stays")
        places = ranking(found.stays, found.until)
        with transaction.atomic():
            _store(job, found, places)
            left_out = {str(reason): count for reason, count in sorted(found.counts.items())}
            until = found.until if found.used else None
            life.finish(job, until=until, as_of_block=found.as_of_block, used=found.used, left_out=left_out)
            _forget(job)


def _store(job: DwellJob, found: Read, places: list[Dwell]) -> None:
    names = names_of({("", one.place) for one in places}).places
    PlaceDwell.objects.bulk_create(_row(job, rank, one, names[one.place]) for rank, one in enumerate(places, 1))


def _row(job: DwellJob, rank: int, one: Dwell, name: str) -> PlaceDwell:
    said = rounded(asdict(one))
    trend, months = said.pop("trend"), said.pop("months")
    slopes = {"slope": trend["slope"], "slope_low": trend["low"], "slope_high": trend["high"]} if trend else {}
    said["place"] = one.place[:500]
    drawn = [[day.isoformat(), round(median, 6), count] for day, median, count in one.months]
    return PlaceDwell(job=job, rank=rank, name=name[:200], months=drawn if months else [], **slopes, **said)


def _forget(job: DwellJob) -> None:
    """Old measurings say nothing that the newest does not."""
    old = DwellJob.objects.filter(organisation=job.organisation).values_list("pk", flat=True)[KEPT:]
    DwellJob.objects.filter(pk__in=list(old)).exclude(state__in=("queued", "running")).delete()
