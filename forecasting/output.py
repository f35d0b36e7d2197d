"""Forecasts as rows of a file: one spelling for command, download and API."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from forecasting.models import DelayPrediction, Forecast, Run
from forecasting.names import names_of
from forecasting.pipeline import DelayResult, DemandResult
from forecasting.statement import six

DEMAND_COLUMNS = ("product", "place", "date", "mean", "lo80", "hi80", "lo95", "hi95")
DELAY_COLUMNS = ("delivery", "p_late", "days_p10", "days_p50", "days_p90")
Line = Sequence[str]


def lines_of_result(result: DemandResult | DelayResult) -> list[Line]:
    """What the command prints: plain names where an import registered by name, else GTIN and GLN."""
    if isinstance(result, DelayResult):
        return [[r.delivery, *map(six, (r.p_late, r.days_p10, r.days_p50, r.days_p90))] for r in result.rows]
    names = names_of({(row.product, row.place) for row in result.rows})
    return [
        [
            names.plain_products[row.product],
            names.plain_places[row.place],
            row.day.isoformat(),
            *map(six, (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)),
        ]
        for row in result.rows
    ]


def lines_of_run(run: Run) -> list[Line]:
    """The same from what a run stored."""
    if run.kind == "delay":
        delays = DelayPrediction.objects.filter(run=run).order_by("scheduled", "delivery")
        return [[d.delivery, *map(six, (d.p_late, d.days_p10, d.days_p50, d.days_p90))] for d in delays]
    rows = list(Forecast.objects.filter(series__run=run).select_related("series").order_by("series__product", "day"))
    names = names_of({(row.series.product, row.series.place) for row in rows})
    return [
        [
            names.plain_products[row.series.product],
            names.plain_places[row.series.place],
            row.day.isoformat(),
            *map(six, (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)),
        ]
        for row in rows
    ]


def columns(kind: str) -> tuple[str, ...]:
    return DELAY_COLUMNS if kind == "delay" else DEMAND_COLUMNS


def write_csv(out: TextIO, kind: str, lines: Iterable[Line]) -> None:
    """Header and lines, ended by a plain newline."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(kind))
    writer.writerows(lines)


def as_objects(kind: str, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """JSON objects with numbers where the CSV has numbers."""
    words = {"product", "place", "date", "delivery"}
    names = columns(kind)
    return [
        {name: value if name in words else float(value) for name, value in zip(names, line, strict=True)}
        for line in lines
    ]
