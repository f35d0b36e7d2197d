"""Reported metrics as files: the same numbers as CSV and Parquet."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from traceapp.web import parquet

TYPES = {"csv": "text/csv; charset=utf-8", "parquet": parquet.TYPE}
NUMBERS = ("error", "coverage", "bias", "psi")
COLUMNS = (
    *("from", "to", "mode", "timing", "reporter", "by", "group", "rows"),
    *NUMBERS,
    *("beyond", "forecast", "transaction"),
)


def written(lines: Sequence[dict[str, Any]], form: str) -> bytes:
    """`csv` or `parquet`. Shares, not millionths; empty where a group has no such figure."""
    return _csv(lines) if form == "csv" else _parquet(lines)


def _csv(lines: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _cell(name, line[name]) for name in COLUMNS})
    return out.getvalue().encode()


def _cell(name: str, value: Any) -> Any:
    return f"{value:.6f}" if name in NUMBERS and value is not None else value


def _parquet(lines: Sequence[dict[str, Any]]) -> bytes:
    kinds = {name: "number" if name in NUMBERS else "whole" if name == "rows" else "text" for name in COLUMNS}
    with parquet.written(kinds, ([line[name] for name in COLUMNS] for line in lines)) as file:
        return file.read()
