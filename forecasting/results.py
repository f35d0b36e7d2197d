"""A training's answer to rows, and its statement to the ledger: in the caller's transaction, all of it or nothing."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from forecasting import runtime
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.result import DelayRow
from forecasting.demand.one import CHAMPION
from forecasting.demand.result import rounded
from forecasting.governance import artefacts
from forecasting.hierarchy import keeping
from forecasting.inventory import inbound
from forecasting.models import Backtest, DelayPrediction, Forecast, Kind, LeftOutRow, Run, Series, TrainingJob
from forecasting.names import names_of
from forecasting.pipeline import DelayResult, DemandResult
from forecasting.promotions import plan
from forecasting.scoring.models import LaneTrend
from forecasting.statement import statement
from forecasting.training import Trained
from traceapp.accounts.visibility import Visibility
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import RecordKind

SHOWN = {"day": 365, "week": 156, "month": 72}  # periods of history kept for the drawing
AT_ONCE = 500


def store(job: TrainingJob, trained: Trained) -> Run:
    """Store a run with everything it says, and append its statement."""
    uid = uuid.uuid4()
    said = make_statement(str(uid), trained)
    if trained.plan:
        said["plan"] = plan.said(trained.plan)
    if trained.countries:
        said["countries"] = trained.countries
    wholes = keeping.of(trained.result) if isinstance(trained.result, DemandResult) else []
    if wholes:
        said["groups"] = keeping.said(wholes)
    new = NewRecord(RecordKind.FORECAST, {"statement": said}, Visibility.PRIVATE)
    record = append(organisation=job.organisation, records=[new])[0]
    run = Run.objects.create(
        uid=uid,
        job=job,
        organisation=job.organisation,
        kind=job.kind,
        record=record,
        statement=said,
        dataset_root=trained.data.root,
        as_of_block=trained.data.as_of_block,
        until=trained.data.until,
        horizon=trained.parameters["horizon"],
        rows_used=len(trained.data.rows),
        left_out=trained.counts,
        metrics=rounded(trained.result.figures),
        predictions_hash=said["predictions"]["hash"],
        model_hash=said["model"],
    )
    artefacts.keep(run, trained.result.parameters)
    left_out = [*trained.data.left_out, *trained.result.left_out]
    _bulk(
        LeftOutRow(
            run=run,
            reason=one.reason,
            record_uid=one.uid,
            batch_id=one.batch_id or "",
            position=one.position,
            detail=one.detail,
        )
        for one in left_out
    )
    if isinstance(trained.result, DemandResult):
        _demand(run, trained.result)
        keeping.keep(run, wholes)
    else:
        _delay(run, trained.result, trained.data.rows)
    return run


def make_statement(run: str, trained: Trained) -> dict[str, Any]:
    """What is anchored of a training."""
    data, result = trained.data, trained.result
    split: dict[str, Any]
    if isinstance(result, DemandResult):
        starts = sorted({window.start for each in result.results for window in each.windows})
        split = {"by": "rolling origins", "testsFrom": starts[0] if starts else None, "windows": len(starts)}
    else:
        split = {"by": "time", "testsFrom": result.figures.get("test_from"), "learnt": result.figures.get("learnt")}
    return statement(
        kind=str(trained.kind.value),
        run=run,
        dataset={
            "root": data.root,
            "rows": len(data.rows),
            "asOfBlock": data.as_of_block,
            "until": data.until.isoformat(),
            "leftOut": trained.counts,
            **({"snapshot": data.snapshot} if data.snapshot else {}),
        },
        parameters={**trained.parameters, "seed": runtime.SEED},
        split=split,
        figures=result.figures,
        model=trained.model,
        predictions={"hash": trained.predictions, "rows": len(result.rows)},
        environment=runtime.code() | runtime.fingerprint(),
    )


def _bulk(rows: Iterable[Any]) -> None:
    made = list(rows)
    if made:
        type(made[0]).objects.bulk_create(made, batch_size=AT_ONCE)


def _demand(run: Run, result: DemandResult) -> None:
    names = names_of({(each.product, each.place) for each in result.results})
    stored: dict[tuple[str, str], Series] = {}
    for series, each in zip(result.series, result.results, strict=True):
        key = (each.product, each.place)
        days = range(max(0, len(series.values) - SHOWN[series.every]), len(series.values))
        stored[key] = Series(
            run=run,
            product=each.product,
            place=each.place,
            product_name=names.products[each.product],
            place_name=names.places[each.place],
            every=each.every,
            unit=series.unit,
            champion=each.champion,
            mode=each.mode,
            metrics=rounded(result.each[key]) | ({"note": each.note} if each.note else {}),
            drivers=each.drivers,
            history=[[series.day(d).isoformat(), series.values[d], series.promotions[d]] for d in days],
        )
    _bulk(stored.values())
    _bulk(
        Forecast(
            series=stored[row.product, row.place],
            day=row.day,
            mean=row.mean,
            lo80=row.lo80,
            hi80=row.hi80,
            lo95=row.lo95,
            hi95=row.hi95,
        )
        for row in result.rows
    )
    _bulk(
        Backtest(
            series=stored[each.product, each.place],
            start=date.fromisoformat(window.start),
            periods=len(window.steps),
            model=window.error(CHAMPION),
            naive=window.error("seasonal_naive"),
        )
        for each in result.results
        for window in each.windows
    )


def foretold(row: DelayRow) -> dict[str, Any]:
    """The columns of `Foretold` for one delivery."""
    return {
        "record_uid": row.uid,
        "delivery": row.delivery[:200],
        "scheduled": row.scheduled,
        "p_late": row.p_late,
        "days_p10": row.days_p10,
        "days_p50": row.days_p50,
        "days_p90": row.days_p90,
        "reasons": row.reasons,
    }


def _delay(run: Run, result: DelayResult, rows: Sequence[DeliveryRow]) -> None:
    inbound.keep(run, rows)
    plans = {row.uid: row for row in rows}
    _bulk(DelayPrediction(run=run, **foretold(row), attributes=dict(plans[row.uid].attributes)) for row in result.rows)
    _bulk(
        LaneTrend(
            run=run,
            rank=rank,
            lane=lane.lane[:400],
            deliveries=lane.deliveries,
            months=[[month.day.isoformat(), round(month.days, 6), month.late, month.count] for month in lane.months],
            trend=rounded(lane.trend),
            slope=lane.slope,
            note=lane.note,
        )
        for rank, lane in enumerate(result.lanes, 1)
    )


__all__ = ["Kind", "make_statement", "store"]
