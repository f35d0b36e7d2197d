"""Readings of a leg to take away, each with the record, batch and transaction that prove it. Never all in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from traceapp.coldchain.judging import Judged
from traceapp.ledger import verified
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.models import Message
from traceapp.sensors.units import CANONICAL

_PAGE: Final = 200
_GROUP: Final = 50_000  # rows of a row group
COLUMNS: Final = (
    "time", "quantity", "probe", "value", "unit", "calibrated", "record", "batch", "transaction", "proof",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A reading. `proof`: where the bundle of its message is to be had."""

    time: float
    quantity: str
    probe: str
    value: float
    unit: str
    calibrated: bool
    record: str
    batch: str
    transaction: str
    proof: str


def rows(judged: Judged) -> Iterator[Row]:
    """Every verified reading of the leg, message by message, hashed once more on the way."""
    start, end = judged.leg.began.timestamp(), judged.until.timestamp()
    pks = judged.measured.records
    for at in range(0, len(pks), _PAGE):
        page = pks[at : at + _PAGE]
        late = set(Message.objects.filter(pk__in=page, out_of_calibration=True).values_list("pk", flat=True))
        for one in verified.read(page).verified:
            proof = settings.PUBLIC_URL + reverse("api-proof", args=[one.uid])
            about = (one.pk not in late, str(one.uid), one.batch_id, one.tx_id, proof)
            for probe, series in senml.readings(payload_of(one.body["message"])).series.items():
                unit = CANONICAL[probe.quantity]
                for time, value in zip(series.times, series.values, strict=True):
                    if start <= time <= end:
                        yield Row(time, str(probe.quantity), probe.name, value, unit, *about)


def csv_lines(judged: Judged) -> Iterator[str]:
    """The rows as CSV; times are RFC 3339. Text that a spreadsheet would run as a formula is quoted away."""
    yield _line(COLUMNS)
    for row in rows(judged):
        time = datetime.fromtimestamp(row.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield _line((time, *(_harmless(cell) for cell in astuple(row)[1:])))


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell


def parquet(judged: Judged, into: Any) -> None:
    """The rows as Parquet, with the leg, its figures and the batches with their roots in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    kinds = (pa.timestamp("ms", "UTC"), text, text, number, text, pa.bool_(), text, text, text, text)
    schema = pa.schema(list(zip(COLUMNS, kinds, strict=True)), metadata=_metadata(judged))
    with pq.ParquetWriter(into, schema, compression="zstd") as writer:
        waiting = rows(judged)
        while group := list(islice(waiting, _GROUP)):
            columns = list(zip(*(astuple(row) for row in group), strict=True))
            columns[0] = tuple(round(time * 1000) for time in columns[0])
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _metadata(judged: Judged) -> dict[str, str]:
    from traceapp.coldchain.arguments import batches_of
    from traceapp.commitments.canonical import Json, canonical
    from traceapp.sensors.summary import figures

    leg = judged.leg
    said = {
        "leg": str(leg.uid),
        "goods": leg.goods,
        "device": leg.device.giai,
        "from": leg.began.isoformat(),
        "to": judged.until.isoformat(),
        "figures": canonical(figures(judged.summary, judged.rule.low, judged.rule.high)).decode(),
        "batches": canonical([dict[str, Json](one) for one in batches_of(judged.measured.records)]).decode(),
        "verified": "each message was hashed and compared with the root that the ledger attests for its batch",
    }
    return {f"traceapp.{name}": value for name, value in said.items()}
