"""Stocks of all series as files: the numbers of page and API."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from forecasting.inventory.selectors import KINDS, NUMBERS, Stock
from forecasting.statement import six
from traceapp.web import parquet
from traceapp.web.spreadsheets import harmless

FORMS = ("csv", "parquet")


def answer(name: str, form: str, found: Iterable[Stock]) -> HttpResponseBase:
    """CSV goes out as it is worked out; a Parquet file is whole first."""
    if form == "parquet":
        rows = ([one.line[column] for column in KINDS] for one in found)
        file = parquet.written(KINDS, rows)
        return FileResponse(file, as_attachment=True, filename=f"{name}.parquet", content_type=parquet.TYPE)
    said = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    said["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return said


def _csv(found: Iterable[Stock]) -> Iterator[str]:
    yield _text(list(KINDS))
    for one in found:
        line = one.line
        yield _text([six(float(line[c])) if c in NUMBERS else str(harmless(line[c])) for c in KINDS])


def _text(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
