"""A reporter recomputes what became of a version's forecasts, and reports it on the ledger. One window at a time.

A report's id follows from the forecast and the reporter, so a job that is killed and worked on again reports once.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from forecasting.governance.figures import drift, groups, measures, millionths
from forecasting.governance.models import Entry, MonitorJob, Party, Version
from forecasting.governance.outcomes import Actuals, actuals, in_windows, outcomes
from forecasting.governance.registry import ANALYST
from forecasting.governance.windows import windows_of
from forecasting.models import Kind, Run
from traceapp.accounts.models import Organisation
from traceapp.jobs import life
from traceapp.jobs.asking import queue, under_way
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call
from traceapp.ledger.settle import OPEN


def due(organisation: Organisation, model: str) -> list[Entry]:
    """Forecasts of a version whose window is over, that this organisation reports on and has not yet."""
    mine = Party.objects.filter(
        part=Party.Part.REPORTER, model=model, msp_id=organisation.msp_id, pgln=organisation.pgln
    )
    named = {one.entry.content["id"] for one in mine.select_related("entry")}
    reported = _reports(organisation, model).values_list("content__forecast", flat=True)
    done = set(reported)
    latest = Entry.objects.filter(key=f"model/{model}").values_list("content__deployment", flat=True).first()
    today = datetime.now(UTC).date().isoformat()
    found = Entry.objects.filter(kind=Entry.Kind.FORECAST, model=model).order_by("block", "position", "key")
    return [
        one
        for one in found
        if (one.content["deployment"] or latest) in named
        and one.content["id"] not in done
        and one.content["window"]["to"] < today
    ]


def request(*, organisation: Organisation, model: str) -> MonitorJob | None:
    """Queue the work that is due; the job that is at it already; None where nothing is due."""
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        same = under_way(MonitorJob, organisation=organisation, model=model)
        if same is not None:
            return same
        windows = len(due(organisation, model))
        if not windows:
            return None
        return queue(MonitorJob, organisation=organisation, model=model, total=windows)


def work(uid: str) -> None:
    """Claim a job and bring it to an end, unless somebody else has it."""
    job = life.claim(MonitorJob, uid, doing="Reading verified rows", done=0, notes=[])
    if job is None:
        return
    with life.working(job) as heart:
        life.finish(job, notes=_all_windows(job, heart))


def _all_windows(job: MonitorJob, heart: life.Heartbeat) -> list[str]:
    windows = due(job.organisation, job.model)
    version = Version.objects.filter(model=job.model).select_related("run__organisation").first()
    if version is None:
        return ["The version's forecasts are not on this server: ask its owner for them."]
    known = actuals(version.run)
    notes: list[str] = []
    for number, entry in enumerate(windows, 1):
        days = entry.content["window"]
        heart.tell(99 * number // len(windows), f"Window {number} of {len(windows)}", done=number, total=len(windows))
        if why := report(job.organisation, entry, version.run, known):
            notes.append(f"{days['from']} to {days['to']}: {why}")
    return notes


def report(organisation: Organisation, entry: Entry, run: Run, known: Actuals) -> str:
    """Ask the ledger for the report of one window. Answers why there is none, in words; nothing if there is one."""
    days = entry.content["window"]
    start, end = date.fromisoformat(days["from"]), date.fromisoformat(days["to"])
    if known.until < end:
        return "verified events do not reach its end yet"
    if not any(one.predictions == entry.content["predictions"] and one.days == days for one in windows_of(run)):
        return "the predictions stored here are not those that were anchored"
    found, values = outcomes(run, known, start, end)
    if not found:
        return "nothing happened that was foretold"
    absolute = run.kind == Kind.DEMAND
    before = in_windows(known, (end - start).days + 1)
    argument: dict[str, Any] = {
        "id": report_id(entry.content["id"], organisation),
        "forecast": entry.content["id"],
        "predictions": entry.content["predictions"],
        "window": days,
        "figures": measures(found, absolute=absolute) | {"psi": millionths(drift(before, values))},
        "groups": groups(found, absolute=absolute),
    }
    with transaction.atomic():
        if not _asked(organisation, argument["id"]):
            calls.request(organisation=organisation, role=ANALYST, function="report_metric", argument=argument)
    return ""


def report_id(forecast: str, organisation: Organisation) -> str:
    return uuid.uuid5(uuid.UUID(forecast), f"{organisation.msp_id}/{organisation.pgln}").hex


def _asked(organisation: Organisation, call_id: str) -> bool:
    """Under way already: perhaps with figures from before a row was added, which then stand."""
    return Call.objects.filter(
        organisation=organisation, function="report_metric", call_id=call_id, state__in=OPEN
    ).exists()


def _reports(organisation: Organisation, model: str) -> QuerySet[Entry]:
    return Entry.objects.filter(kind=Entry.Kind.METRIC, model=model, msp_id=organisation.msp_id, pgln=organisation.pgln)
