"""Reads for pages, API and files. Every look-up starts from the viewer's organisation."""

from typing import Any

from django.db.models import QuerySet

from forecasting.dwell.models import DwellJob, PlaceDwell
from traceapp.accounts.visibility import Viewer

COLUMNS = (
    *("rank", "place", "name", "stays", "median_hours", "median_low", "median_high", "ninety_hours"),
    *("waiting", "oldest_hours", "trend_hours_per_30_days", "trend_low", "trend_high", "trend"),
)


def jobs(viewer: Viewer) -> QuerySet[DwellJob]:
    return DwellJob.objects.filter(organisation_id=viewer.organisation_id or 0)


def newest(viewer: Viewer) -> DwellJob | None:
    """The newest measuring that ended well."""
    return jobs(viewer).filter(state=DwellJob.State.DONE).first()


def current(viewer: Viewer) -> DwellJob | None:
    """What waits or runs, or the last one if it failed."""
    last = jobs(viewer).first()
    return last if last is not None and (last.active or last.state == DwellJob.State.FAILED) else None


def lines(job: DwellJob) -> list[dict[str, Any]]:
    """One row a place in the order of rank, for files and API; None where few stays say too little."""
    return [dict(zip(COLUMNS, _values(one), strict=True)) for one in job.places.all()]


def _values(one: PlaceDwell) -> tuple[Any, ...]:
    return (
        *(one.rank, one.place, one.name, one.stays, one.median, one.low, one.high, one.ninety),
        *(one.waiting, one.oldest, one.slope, one.slope_low, one.slope_high, one.direction or "too few stays"),
    )
