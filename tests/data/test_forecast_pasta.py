"""Daily pasta sales: the champion beside seasonal naive, on the same windows, for some of the series.

The data set is not part of the repository: TRACEAPP_DATA names the folder it is in.
"""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from forecasting.demand.series import SaleRow
from forecasting.metrics import mae
from forecasting.pipeline import run_demand

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRACEAPP_DATA", ROOT.parent / "shared" / "data")) / "demand"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (DATA / "pasta_daily_qty_train.csv").exists(), reason="TRACEAPP_DATA has no pasta sales"),
]
PICKED = 8  # every n-th series


def rows_until(last: date) -> list[SaleRow]:
    with (DATA / "pasta_daily_qty_train.csv").open() as sold, (DATA / "pasta_daily_promo_train.csv").open() as offered:
        days = list(zip(csv.DictReader(sold), csv.DictReader(offered), strict=True))
    picked = [name for name in days[0][0] if name.startswith("B")][::PICKED]
    return [
        SaleRow(
            f"{name}-{sold['date']}",
            0,
            name,
            "Shop 1",
            date.fromisoformat(sold["date"]),
            float(sold[name]),
            "",
            float(offered[name] or 0),
        )
        for sold, offered in days
        for name in picked
        if sold[name] and date.fromisoformat(sold["date"]) <= last
    ]


@pytest.fixture(scope="module")
def result():
    until = date(2017, 10, 29)
    return run_demand(
        rows_until(until), until=until, horizon=28, origins=4, workers=2, progress=lambda percent, words: None
    )


def test_the_champion_is_better_than_seasonal_naive_on_the_same_windows(result):
    figures = result.figures
    assert figures["champion"]["wape"] < 0.8 * figures["seasonal_naive"]["wape"]


def test_the_next_four_weeks_are_forecast_better_too_for_most_series(result):
    truth = {(row.product, row.day): row.quantity for row in rows_until(date(2017, 11, 26))}
    ours, naive = [], []
    for series in result.series:
        week = [value or 0.0 for value in series.values[-7:]]
        ahead = [row for row in result.rows if row.product == series.product]
        assert len(ahead) == 28
        actual = [truth[row.product, row.day] for row in ahead]
        ours.append(mae(actual, [row.mean for row in ahead]))
        naive.append(mae(actual, week * 4))
    assert sum(ours) < sum(naive)
    assert sum(our <= their for our, their in zip(ours, naive, strict=True)) >= 0.7 * len(ours)


def test_the_bands_hold_about_as_often_as_they_promise(result):
    truth = {(row.product, row.day): row.quantity for row in rows_until(date(2017, 11, 26))}
    assert 0.72 < result.figures["coverage80"] < 0.9
    assert 0.9 < result.figures["coverage95"] <= 0.99
    held = [row.lo80 <= truth[row.product, row.day] <= row.hi80 for row in result.rows]
    assert 0.68 < sum(held) / len(held) < 0.92
