"""Readings of a leg to take away, each with the record, batch and transaction that prove it. Never all in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from typing import IO, Final, TypeVar

from django.conf import settings
from django.urls import reverse

from traceapp.coldchain import calibration
from traceapp.coldchain.judging import Judged
from traceapp.ledger import verified
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.units import CANONICAL
from traceapp.web import parquet
from traceapp.web.spreadsheets import harmless

_T = TypeVar("_T")
_PAGE: Final = 200
_CHUNK: Final = 1 << 18  # characters of CSV sent at once
COLUMNS: Final = (
    "time", "quantity", "probe", "value", "unit", "calibrated", "record", "batch", "transaction", "proof",
)  # fmt: skip
_KINDS: Final = ("moment", "text", "text", "number", "text", "yes", "text", "text", "text", "text")


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

    def lines(self, say: Callable[[float], _T]) -> Iterator[tuple[_T, str, str, float, str, bool, str, str, str, str]]:
        """A reading a line, in the order of COLUMNS. `say`: how its time is written."""
        whence = (self.record, self.batch, self.transaction, self.proof)
        for time, value, calibrated in zip(self.times, self.values, self.calibrated, strict=True):
            yield (say(time), self.quantity, self.probe, value, self.unit, calibrated, *whence)


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


def json_text(judged: Judged) -> Iterator[str]:
    """The readings as one JSON object, a message at a time; times are RFC 3339."""
    head = {"leg": str(judged.leg.uid), "left_out": left_out(judged), "columns": COLUMNS}
    yield json.dumps(head)[:-1] + ', "readings": ['
    comma = ""
    for one in pieces(judged):
        for line in one.lines(_said):
            yield comma + json.dumps(line)
            comma = ","
    yield "]}"


def _said(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def csv_text(judged: Judged) -> Iterator[str]:
    """The readings as CSV, some thousand lines at a time; times are RFC 3339.

    Text that a spreadsheet would run as a formula is quoted away.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in pieces(judged):
        writer.writerows(replace(one, probe=harmless(one.probe)).lines(_said))
        if out.tell() > _CHUNK:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def parquet_file(judged: Judged) -> IO[bytes]:
    """The same as Parquet, with the leg, its figures and the batches with their roots in the file's metadata."""
    rows = (line for one in pieces(judged) for line in one.lines(lambda time: round(time * 1000)))
    return parquet.written(dict(zip(COLUMNS, _KINDS, strict=True)), rows, _metadata(judged))


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
