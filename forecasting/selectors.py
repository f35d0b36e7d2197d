"""Reads for pages and API. Every look-up starts from the viewer's organisation; another's run does not exist."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from forecasting.governance.serving import served, standing
from forecasting.models import Forecast, Kind, LeftOutRow, Run, Series, TrainingJob
from forecasting.reasons import Reason
from forecasting.reproduce import anchored, stored_hash
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Viewer
from traceapp.ledger.models import Record


def runs(viewer: Viewer) -> QuerySet[Run]:
    return Run.objects.filter(organisation_id=viewer.organisation_id or 0)


def jobs(viewer: Viewer) -> QuerySet[TrainingJob]:
    return TrainingJob.objects.filter(organisation_id=viewer.organisation_id or 0)


def latest(viewer: Viewer, kind: str, uid: UUID | None = None) -> Run | None:
    """The run named, or the newest of its kind."""
    found = runs(viewer).filter(kind=kind).select_related("record", "job")
    return (found.filter(uid=uid) if uid else found).first()


def shown(viewer: Viewer, kind: str, uid: UUID | None = None) -> tuple[Run | None, str]:
    """(the run to show, what has to be said of it): the one named, else the version voted live, else the newest."""
    if uid is not None:
        run = latest(viewer, kind, uid)
        return run, standing(run) if run else ""
    organisation = Organisation.objects.filter(pk=viewer.organisation_id or 0).first()
    found = served(organisation, kind) if organisation else None
    if found is None or (found.run is None and not found.note):
        return latest(viewer, kind), ""
    return found.run, found.note


def current_jobs(viewer: Viewer) -> list[TrainingJob]:
    """What runs, then what waits, in the order of asking; and the last that ended of each kind, if it failed."""
    active = jobs(viewer).filter(state__in=(TrainingJob.State.RUNNING, TrainingJob.State.QUEUED))
    found = sorted(active.order_by("created")[:20], key=lambda job: job.state != TrainingJob.State.RUNNING)
    for kind in Kind.values:
        last = jobs(viewer).filter(kind=kind).first()
        if last is not None and last.state == TrainingJob.State.FAILED:
            found.append(last)
    return found


@dataclass(frozen=True)
class Confirmation:
    """What the ledger says, now, of what a run shows."""

    state: str  # a badge's name
    words: str
    said: dict[str, Any]


def confirm(run: Run) -> Confirmation:
    """Read the statement from the ledger's verified rows and compare it with the figures that are about to be shown."""
    said, why = anchored(run)
    if said is None:
        waiting = why.startswith(("Queued", "Sent"))
        return Confirmation("pending" if waiting else "mismatch", why, run.statement)
    if said["predictions"]["hash"] != stored_hash(run):
        return Confirmation("mismatch", "The predictions stored here are not those on the ledger.", said)
    if said["dataset"]["root"] != run.dataset_root or said["model"] != run.model_hash or said["metrics"] != run.metrics:
        return Confirmation("mismatch", "The figures stored here are not those on the ledger.", said)
    return Confirmation("verified", "The forecast shown is the one that was anchored.", said)


def series_of(run: Run, product: str, place: str) -> Series | None:
    """The series picked: the product's at the place if both are known, else the product's first, else the first."""
    found = Series.objects.filter(run=run)
    for chosen in ({"product": product, "place": place}, {"product": product}, {"place": place}, {}):
        if all(chosen.values()) and (one := found.filter(**chosen).first()):
            return one
    return None


def fallbacks(run: Run) -> list[dict[str, str]]:
    """Series for which a simpler model had to speak, and why."""
    rows = Series.objects.filter(run=run, metrics__has_key="note")
    return [
        {
            "product": one.product,
            "place": one.place,
            "product_name": one.product_name,
            "place_name": one.place_name,
            "reason": one.metrics["note"],
        }
        for one in rows
    ]


def choices(run: Run) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(key, name) of products and of places in a run, by name."""
    rows = list(Series.objects.filter(run=run).values_list("product", "product_name", "place", "place_name"))
    products = {product: name for product, name, _, _ in rows}
    places = {place: name for _, _, place, name in rows}
    return sorted(products.items(), key=lambda item: item[1]), sorted(places.items(), key=lambda item: item[1])


def forecasts(series: Series, periods: int | None = None) -> list[Forecast]:
    return list(series.forecasts.all()[:periods])


@dataclass(frozen=True)
class LeftOutCount:
    reason: Reason
    count: int
    listed: int


def left_out_counts(run: Run) -> list[LeftOutCount]:
    """Reasons with their counts, the most frequent first; events of another kind are not among them."""
    listed = dict(
        LeftOutRow.objects.filter(run=run)
        .order_by()
        .values_list("reason")
        .annotate(n=Count("pk"))
        .values_list("reason", "n")
    )
    found = [LeftOutCount(Reason(name), count, listed.get(name, 0)) for name, count in run.left_out.items()]
    return sorted((one for one in found if one.reason is not Reason.OTHER), key=lambda one: -one.count)


def left_out_rows(run: Run, reason: str) -> QuerySet[LeftOutRow]:
    rows = LeftOutRow.objects.filter(run=run).order_by("pk")
    return rows.filter(reason=reason) if reason else rows


def batches_of(rows: Iterable[LeftOutRow]) -> dict[UUID, str]:
    """Where the records of rows stand on the ledger now, for links: batch id by record uid."""
    uids = [row.record_uid for row in rows if row.record_uid and not row.batch_id]
    return dict(Record.objects.filter(uid__in=uids).exclude(batch=None).values_list("uid", "batch_id"))
