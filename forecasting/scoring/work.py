"""One job of scores, from claim to statement. Worker code: brings LightGBM."""

import os
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from forecasting import dataset, runtime
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.foretell import model_of, planned_for, score
from forecasting.delay.learn import sort_out
from forecasting.delay.result import DelayRow
from forecasting.governance import artefacts
from forecasting.reproduce import anchored
from forecasting.results import foretold
from forecasting.scoring import anchoring
from forecasting.scoring.models import Score, ScoreJob
from forecasting.scoring.services import ScoreError, refuse_fallen
from traceapp.accounts.visibility import Visibility
from traceapp.jobs import life
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import RecordKind


def work(uid: str) -> None:
    """Claim a job and bring it to an end, unless somebody else has it. Scores and statement are stored at once."""
    job = life.claim(ScoreJob, uid, progress=0, doing="Checking the model")
    if job is None:
        return
    with life.working(job, ScoreError, artefacts.Changed) as heart:
        _scored(job, heart)


def _scored(job: ScoreJob, heart: life.Heartbeat) -> None:
    runtime.one_thread(os.environ)
    refuse_fallen(job.run)  # since it was asked
    said, why = anchored(job.run)
    if said is None:
        raise ScoreError(f"The run's statement is not verified on the ledger. {why}")
    model = model_of(artefacts.load(job.run, said["model"]))
    told = lambda count: heart.tell(min(60, count // 2000), f"Checked {count:,} rows")  # noqa: E731
    data = dataset.delay_dataset(organisation=job.organisation, until=None, told=told)
    known, ahead, _ = sort_out(data.rows, data.until, job.run.horizon)
    heart.tell(70, f"{len(known):,} outcomes known by {data.until}")
    found = score(model, data.rows, known, _asked(job, data.rows, ahead), data.until)
    with transaction.atomic():
        _store(job, found, data.until, (said["model"], data.root, data.as_of_block))
        life.finish(job, until=data.until, used=len(known))


def _asked(job: ScoreJob, rows: Sequence[DeliveryRow], ahead: list[DeliveryRow]) -> list[DeliveryRow]:
    if job.record_uid is None or job.scheduled is None:
        return ahead
    row = next((one for one in rows if one.uid == str(job.record_uid)), None)
    if row is None:
        raise ScoreError("The delivery is not among the verified rows any more.")
    return [planned_for(row, job.scheduled)]


def _store(job: ScoreJob, found: list[DelayRow], until: date, learnt: tuple[str, str, int]) -> None:
    """A what-if is a thought: it is kept here, and no statement is made of it."""
    scores = [Score(job=job, **foretold(one)) for one in found]
    Score.objects.bulk_create(scores, batch_size=500)
    if job.record_uid is not None:
        return
    job.until = until
    model, root, block = learnt
    new = anchoring.statement(job, scores, model=model, root=root, block=block)
    record = append(
        organisation=job.organisation,
        records=[NewRecord(RecordKind.FORECAST, {"statement": new}, Visibility.PRIVATE)],
    )[0]
    ScoreJob.objects.filter(pk=job.pk).update(record=record)
