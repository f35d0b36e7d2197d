"""Forecasts as rows of a file: the same numbers for command and API, as CSV, JSON and Parquet."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO, Any, TextIO

from forecasting.models import DelayPrediction, Forecast, Run
from forecasting.names import names_of
from forecasting.pipeline import DelayResult, DemandResult
from forecasting.statement import six
from traceapp.web import parquet
from traceapp.web.spreadsheets import harmless

DEMAND_COLUMNS = ("product", "place", "date", "mean", "lo80", "hi80", "lo95", "hi95")
DELAY_COLUMNS = ("delivery", "p_late", "days_p10", "days_p50", "days_p90")
KINDS = {"product": "text", "place": "text", "delivery": "text", "date": "day"}  # of columns; others hold numbers
IN_ORDER = ("series__product", "series__place", "day")
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
    rows = list(Forecast.objects.filter(series__run=run).select_related("series").order_by(*IN_ORDER))
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


def for_spreadsheets(kind: str, lines: Iterable[Line]) -> Iterable[Line]:
    """Names that a spreadsheet would run as a formula, quoted away; numbers as they are."""
    words = [name in KINDS for name in columns(kind)]
    return ([harmless(cell) if word else cell for word, cell in zip(words, line, strict=True)] for line in lines)


def as_objects(kind: str, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """JSON objects with numbers where the CSV has numbers."""
    return [dict(zip(columns(kind), cells, strict=True)) for cells in _cells(kind, lines)]


def write_parquet(run: Run) -> IO[bytes]:
    """An open Parquet file; its metadata say which run it is and what was anchored of it."""
    about = {"run": str(run.uid), "until": run.until.isoformat(), "predictions": run.predictions_hash}
    kinds = {name: KINDS.get(name, "number") for name in columns(run.kind)}
    return parquet.written(kinds, _cells(run.kind, lines_of_run(run)), about)


def _cells(kind: str, lines: Iterable[Line]) -> Iterable[list[str | float]]:
    words = [name in KINDS for name in columns(kind)]
    for line in lines:
        yield [cell if word else float(cell) for word, cell in zip(words, line, strict=True)]
