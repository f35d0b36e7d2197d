"""Readings of a leg to take away, each with the record, batch and transaction that prove it. Never all in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from traceapp.coldchain import calibration
from traceapp.coldchain.judging import Judged
from traceapp.ledger import verified
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.units import CANONICAL
from traceapp.web.spreadsheets import harmless

_PAGE: Final = 200
_GROUP: Final = 20_000  # rows of a row group
_CHUNK: Final = 1 << 18  # characters of CSV sent at once
COLUMNS: Final = (
    "time", "quantity", "probe", "value", "unit", "calibrated", "record", "batch", "transaction", "proof",
)  # fmt: skip

_SAME: Final = [(at, name) for at, name in enumerate(COLUMNS) if name not in ("time", "value", "calibrated")]
"""Columns that are the same for all readings of a piece."""


@dataclass(frozen=True)
class Piece:
    """Readings of one probe in one message. `calibrated`: of each. `proof`: where the bundle of the message is."""

    times: list[float]
    values: list[float]
    calibrated: list[bool]
    quantity: str
    probe: str
    unit: str
    record: str
    batch: str
    transaction: str
    proof: str


def pieces(judged: Judged) -> Iterator[Piece]:
    """Every verified reading of the leg, message by message, hashed once more on the way."""
    start, end = judged.leg.began.timestamp(), judged.until.timestamp()
    pks = judged.measured.records
    for at in range(0, len(pks), _PAGE):
        page = pks[at : at + _PAGE]
        expired = calibration.expired(page)
        for one in verified.read(page).verified:
            proof = settings.PUBLIC_URL + reverse("api-proof", args=[one.uid])
            about = (str(one.uid), one.batch_id, one.tx_id, proof)
            since = expired.get(one.pk, inf)
            for probe, (times, values) in senml.readings(payload_of(one.body["message"])).series.items():
                inside = [(t, v) for t, v in zip(times, values, strict=True) if start <= t <= end]
                yield Piece(
                    [time for time, _ in inside],
                    [value for _, value in inside],
                    [time < since for time, _ in inside],
                    str(probe.quantity),
                    probe.name,
                    CANONICAL[probe.quantity],
                    *about,
                )


def left_out(judged: Judged) -> int:
    """How many messages of the leg are not in it: changed ones, those of a key not to be trusted, waiting ones."""
    found = judged.measured
    return len(found.findings) + found.distrusted + found.waiting


def csv_text(judged: Judged) -> Iterator[str]:
    """The readings as CSV, some thousand lines at a time; times are RFC 3339.

    Text that a spreadsheet would run as a formula is quoted away.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in pieces(judged):
        what = (one.quantity, harmless(one.probe))
        whence = (one.record, one.batch, one.transaction, one.proof)
        for time, value, calibrated in zip(one.times, one.values, one.calibrated, strict=True):
            said = datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
            writer.writerow((said, *what, value, one.unit, calibrated, *whence))
        if out.tell() > _CHUNK:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def parquet(judged: Judged, into: Any) -> None:
    """The readings as Parquet, with the leg, its figures and the batches with their roots in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    kinds = (pa.timestamp("ms", "UTC"), text, text, number, text, pa.bool_(), text, text, text, text)
    schema = pa.schema(list(zip(COLUMNS, kinds, strict=True)), metadata=_metadata(judged))
    with pq.ParquetWriter(into, schema, compression="zstd") as writer:
        for group in _groups(pieces(judged)):
            columns: list[list[Any]] = [[] for _ in COLUMNS]
            for one in group:
                size = len(one.times)
                columns[0] += [round(time * 1000) for time in one.times]
                columns[3] += one.values
                columns[5] += one.calibrated
                for at, same in _SAME:
                    columns[at] += [getattr(one, same)] * size
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _groups(given: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Pieces that together make a row group."""
    group: list[Piece] = []
    filled = 0
    for one in given:
        group.append(one)
        filled += len(one.times)
        if filled >= _GROUP:
            yield group
            group, filled = [], 0
    if group:
        yield group


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
        "left_out": str(left_out(judged)),
        "verified": "each message was hashed and compared with the root that the ledger attests for its batch",
    }
    return {f"traceapp.{name}": value for name, value in said.items()}
