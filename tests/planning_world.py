"""A finished run on demand without a training: its series and forecasts as rows, for tests of what reads them."""

from datetime import date, timedelta
from typing import Any

from forecasting.hierarchy.models import Group
from forecasting.models import Forecast, Kind, Run, Series, TrainingJob
from forecasting.promotions.models import PlannedPromotion
from traceapp.accounts.models import Organisation

UNTIL = date(2026, 5, 31)
FIVE = (20.0, 12.0, 30.0, 8.0, 37.0)
SLOW = (0.4, 0.0, 1.0, 0.0, 3.0)


def a_run(organisation: Organisation, kind: Kind = Kind.DEMAND, **members: Any) -> Run:
    job = TrainingJob.objects.create(organisation=organisation, kind=kind, state=TrainingJob.State.DONE)
    fields = {
        "statement": {}, "dataset_root": "0" * 64, "as_of_block": 1, "until": UNTIL, "horizon": 28, "rows_used": 1,
        "predictions_hash": "0" * 64, "model_hash": "0" * 64, "metrics": {"alike": {"steady": 0.2, "slow": 0.1}},
    }  # fmt: skip
    return Run.objects.create(job=job, organisation=organisation, kind=kind, **{**fields, **members})


def a_series(run: Run, product: str, place: str, five: tuple[float, ...] = FIVE, **members: Any) -> Series:
    """One series with the same five numbers each day."""
    fields = {"product_name": product, "place_name": place, "every": "day", "champion": "ets", "mode": "steady"}
    series = Series.objects.create(run=run, product=product, place=place, **{**fields, **members})
    names = ("mean", "lo80", "hi80", "lo95", "hi95")
    Forecast.objects.bulk_create(
        Forecast(series=series, day=run.until + timedelta(days=day), **dict(zip(names, five, strict=True)))
        for day in range(1, run.horizon + 1)
    )
    return series


def forecasts_of(organisation: Organisation, products: list[str], place: str) -> Run:
    """A run with a series a product at the place, the wholes that they make up, and an offer that is planned."""
    run = a_run(organisation)
    for product in products:
        past = [[str(UNTIL - timedelta(days=59 - day)), 20.0 + day % 7, 0] for day in range(60)]
        a_series(run, product, place, product_name=f"Product {product}", place_name="Packing house", history=past)
    rows = [[str(UNTIL + timedelta(days=day)), 40.0, 30.0, 52.0, 24.0, 60.0] for day in range(1, run.horizon + 1)]
    parts = [[product, place] for product in products]
    Group.objects.create(run=run, region="Spain", every="day", first=UNTIL + timedelta(days=1), parts=parts, rows=rows)
    PlannedPromotion.objects.create(organisation=organisation, product=products[0], first=UNTIL, last=UNTIL, depth=20)
    return run
