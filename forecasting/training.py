"""One training from claim to result: dataset, pipeline, results and statement in one transaction."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from forecasting import chunks, dataset, runtime
from forecasting.dataset import Dataset
from forecasting.demand.fitting import Fitters, Fitting
from forecasting.demand.holiday import code_of
from forecasting.kept import Kept
from forecasting.models import Kind, TrainingJob
from forecasting.names import countries_of
from forecasting.pipeline import DelayResult, DemandResult, NothingToLearn, run_delay, run_demand
from forecasting.promotions import services
from forecasting.promotions.plan import PlanRow, ahead, plans
from forecasting.reasons import Reason
from forecasting.statement import delay_line, demand_line, parameters_hash, predictions_hash
from forecasting.table import sellers
from forecasting.tasks import call_for_help
from forecasting.telling import Telling, TookTooLong
from traceapp.accounts.models import Organisation
from traceapp.jobs import life

if TYPE_CHECKING:
    from forecasting.delay.ensemble import Keep

Tell = Callable[[int, str], None]


@dataclass(frozen=True)
class Trained:
    """A training's answer, before it is stored or printed."""

    kind: Kind
    data: Dataset[Any]
    result: DemandResult | DelayResult
    parameters: dict[str, Any]
    counts: dict[str, int] = field(default_factory=dict)
    plan: list[PlanRow] = field(default_factory=list)
    countries: dict[str, str] = field(default_factory=dict)

    @property
    def predictions(self) -> str:
        if isinstance(self.result, DemandResult):
            return predictions_hash(demand_line(row) for row in self.result.rows)
        return predictions_hash(delay_line(row) for row in self.result.rows)

    @property
    def model(self) -> str:
        return parameters_hash(self.result.parameters)


def workers() -> int:
    """Fitting processes: FORECAST_PROCESSES, else one a core."""
    return settings.FORECAST_PROCESSES or max(1, min(8, os.cpu_count() or 1))


def train(
    organisation: Organisation,
    kind: Kind,
    parameters: dict[str, Any],
    tell: Tell,
    *,
    block: int | None = None,
    waiting: bool | None = None,
    fitting: Fitting | None = None,
    plan: Sequence[PlanRow] | None = None,
    countries: Mapping[str, str] | None = None,
    kept: "Callable[[str], Keep] | None" = None,
) -> Trained:
    """Read, fit, forecast. Raises NothingToLearn.

    `block`: as known at that block; without it, now. `waiting`: whether what is not on the ledger yet is counted as
    left out (by default only without a block). `fitting`: who fits series, else processes of this one. `plan`: the
    planned offers that it knows, and `countries` (ISO codes by place) whose holidays it keeps, else those of now.
    `kept`: by the root of the rows, who remembers what was worked out before a kill.
    """
    until = date.fromisoformat(parameters["until"]) if parameters["until"] else None
    told = lambda count: tell(min(20, count // 5000), f"Checked {count:,} rows")  # noqa: E731
    runtime.one_thread(os.environ)
    data: Dataset[Any]
    result: DemandResult | DelayResult
    rows: list[PlanRow] = []
    codes: dict[str, str] = {}
    if kind == Kind.DEMAND:
        data = dataset.demand_dataset(
            organisation=organisation,
            until=until,
            measure=parameters["measure"],
            block=block,
            waiting=waiting,
            told=told,
        )
        if not data.rows:
            raise NothingToLearn("No verified sales yet: record or import some, and wait until they are on the ledger.")
        rows = ahead(services.known(organisation) if plan is None else plan, data.until)
        keys = sellers(data.rows)
        codes = dict(_codes({place for _, place in keys}) if countries is None else countries)
        result = run_demand(
            data.rows,
            countries=codes,
            plans=plans(rows, keys, data.until),
            until=data.until,
            horizon=parameters["horizon"],
            origins=parameters["origins"],
            workers=workers(),
            fitting=fitting,
            progress=lambda percent, words: tell(20 + percent * 7 // 10, words),
        )
    else:
        data = dataset.delay_dataset(organisation=organisation, until=until, block=block, waiting=waiting, told=told)
        result = run_delay(
            data.rows,
            until=data.until,
            horizon=parameters["horizon"],
            progress=lambda percent, words: tell(20 + percent * 7 // 10, words),
            kept=kept(data.root) if kept else None,
        )
    return Trained(kind, data, result, parameters, _counts(data, result), rows, codes)


def _codes(places: set[str]) -> dict[str, str]:
    """ISO codes of the countries that places are registered in, where these have a calendar."""
    known = countries_of(places)
    return {place: code for place in sorted(known) if (code := code_of(known[place]))}


def _counts(data: Dataset[Any], result: DemandResult | DelayResult) -> dict[str, int]:
    counts = data.counts.copy()
    for one in result.left_out:
        counts[one.reason] += 1
    return {str(reason): counts[reason] for reason in Reason if counts[reason]}


def work(uid: str) -> None:
    """Claim a job and bring it to an end, unless somebody else has it."""
    job = life.claim(TrainingJob, uid, progress=0, doing="Reading verified rows")
    if job is None:
        return
    with life.working(job, NothingToLearn, TookTooLong) as heart, Fitters(workers()) as fitters:
        _bring_to_an_end(job, Telling(heart), fitters)
    chunks.forget(job)  # also where it was stopped or failed


def _bring_to_an_end(job: TrainingJob, telling: Telling, fitters: Fitters) -> None:
    """Resumed, it learns as of the same block, asks the same, and finds answered what was."""
    from forecasting.results import store

    if job.block is None:
        job.block, job.plan = dataset.as_of(), services.known(job.organisation)
        life.beat(job, block=job.block, plan=job.plan)
    spread = chunks.Spread(job, fitters, call_for_help)
    trained = train(
        job.organisation,
        Kind(job.kind),
        job.parameters,
        telling,
        block=job.block,
        waiting=True,
        fitting=spread,
        plan=job.plan or [],
        kept=partial(Kept, job),
    )
    telling(95, "Writing the result and its statement")
    with transaction.atomic():
        store(job, trained)
        life.finish(job, seconds_left=None)
        chunks.forget(job)


__all__ = ["Trained", "TrainingJob", "train", "work", "workers"]
