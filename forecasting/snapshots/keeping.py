"""Write snapshots and use them. One is used only if the ledger confirms its hash now, and its files give that hash.

What it holds was verified when it was written; a batch enters it only if every row of it was. Each batch must be
attested with the same root when it is used; one with an open finding is read row by row instead, so that what is known
to be changed in the database is counted as such.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from forecasting.demand.series import SaleRow
from forecasting.facts import Fact, sales_fact
from forecasting.snapshots import anchoring, parts
from forecasting.snapshots.manifest import Manifest, Part, parsed, reader_hash
from forecasting.snapshots.models import Snapshot
from forecasting.snapshots.parts import Damaged
from forecasting.table import Table
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.ledger import verified
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import Batch, Finding, RecordKind
from traceapp.ledger.verified import VerifiedRecord

Sales = Fact[list[SaleRow]]
MEASURES: Final = ("sold",)  # kept without being asked for
PART: Final = 250_000  # lines a part holds at least, but the last
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Usable:
    """A snapshot whose manifest the ledger confirms. `batches`: those of it that count."""

    manifest: Manifest
    batches: frozenset[str]

    def into(self, table: Table, told: Callable[[int], None] | None = None) -> None:
        """Facts of the batches that count. Raises Damaged at a part whose file is not the one that was anchored."""
        folder, done = folder_of(self.manifest.pgln, self.manifest.measure), 0
        for one in self.manifest.parts:
            if self.batches.isdisjoint(batch for batch, _, _ in one.batches):
                continue
            parts.unpacked(_content(folder / f"{one.sha256}.parquet"), one.sha256, table, self.batches)
            done += one.lines
            if told is not None:
                told(done)


def folder_of(pgln: str, measure: str) -> Path:
    return Path(settings.DATA_DIR) / "snapshots" / pgln / measure


def usable(organisation: Organisation, measure: str, block: int) -> Usable | None:
    """What may be used of the newest snapshot for what was known at `block`. A changed one is dropped."""
    try:
        manifest = _newest_confirmed(organisation, measure)
    except Damaged as error:
        drop(organisation, measure, str(error))
        return None
    if manifest is None:
        return None
    attested = {one: root.hex() for one, root, at in _attested(organisation, block)}
    doubted = set(Finding.objects.filter(resolved=None).exclude(batch_id="").values_list("batch_id", flat=True))
    good = [one for one, root, _ in manifest.batches() if attested.get(one) == root and one not in doubted]
    return Usable(manifest, frozenset(good))


def _newest_confirmed(organisation: Organisation, measure: str) -> Manifest | None:
    """A new one waits for the ledger: until then the one before it serves."""
    newest = Snapshot.objects.filter(organisation=organisation, measure=measure)[:2]
    return next((one for held in newest if (one := _confirmed(held)) is not None), None)


def _confirmed(held: Snapshot) -> Manifest | None:
    """The manifest as the ledger has its hash; None while it waits for the ledger. Raises Damaged."""
    answer = verified.read([held.record_id]) if held.record_id else None
    if answer is None or not answer.verified:
        if answer is not None and answer.unverified[0].state == "pending":
            return None
        raise Damaged("its statement is not on the ledger")
    said = answer.verified[0].body["statement"]
    try:
        manifest = parsed(_content(folder_of(held.organisation.pgln, held.measure) / f"{said['manifest']}.json"))
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("its manifest cannot be read") from error
    if manifest.sha256 != said["manifest"] or said["snapshot"] != str(held.uid):
        raise Damaged("its manifest is not the one that was anchored")
    if (manifest.pgln, manifest.measure, manifest.reader) != (held.organisation.pgln, held.measure, reader_hash()):
        raise Damaged("it was made by other code, or for somebody else")
    return manifest


def extend(organisation: Organisation, measure: str) -> Snapshot | None:
    """Add the batches that came since; a new one where there is none, or where the old one was changed.

    The newest snapshot; None where nothing is anchored. One that waits for the ledger is left as it is.
    """
    top = max((block for _, _, block in _attested(organisation, None)), default=0)
    held = usable(organisation, measure, top)
    if held is not None and not _whole(held):
        drop(organisation, measure, "a part of it is not the one that was anchored")
        held = None
    newest = Snapshot.objects.filter(organisation=organisation, measure=measure).first()
    if newest is not None and (held is None or newest.manifest != held.manifest.sha256):
        return newest
    manifest = held.manifest if held else Manifest(organisation.pgln, measure, reader_hash())
    new = tuple(_written(organisation, manifest, top))
    return (
        newest
        if not new
        else _kept(organisation, Manifest(manifest.pgln, measure, manifest.reader, (*manifest.parts, *new)))
    )


def keep_all() -> list[Snapshot]:
    """Of every organisation with enough events on the ledger that reading them anew takes long."""
    sizes = Batch.objects.filter(kind=RecordKind.EPCIS, state=Batch.State.VALID).values("organisation")
    many = sizes.annotate(events=Sum("size")).filter(events__gte=settings.FORECAST_SNAPSHOT_FROM)
    found = []
    for organisation in Organisation.objects.filter(pk__in=many.values("organisation")).order_by("pk"):
        found += [held for measure in MEASURES if (held := extend(organisation, measure)) is not None]
    return found


def drop(organisation: Organisation, measure: str, why: str) -> None:
    """Forget a snapshot: the next one is made from the ledger's rows."""
    log.warning("snapshot of %s (%s) is not used and will be made anew: %s", organisation.pgln, measure, why)
    Snapshot.objects.filter(organisation=organisation, measure=measure).delete()
    shutil.rmtree(folder_of(organisation.pgln, measure), ignore_errors=True)


def _whole(held: Usable) -> bool:
    folder = folder_of(held.manifest.pgln, held.manifest.measure)
    try:
        for one in held.manifest.parts:
            parts.check(_content(folder / f"{one.sha256}.parquet"), one.sha256)
    except Damaged:
        return False
    return True


def _written(organisation: Organisation, manifest: Manifest, top: int) -> Iterator[Part]:
    """Parts of the batches that are not in it yet, written to disk; one part is held at once, in columns."""
    known = {batch for batch, _, _ in manifest.batches()}
    roots = {one: (root.hex(), block) for one, root, block in _attested(organisation, top)}
    table, batches = Table(), list[tuple[str, str, int]]()
    for batch_id, some in _whole_batches(organisation, manifest.measure, known, top):
        for fact in some:
            table.add(fact)
        batches.append((batch_id, *roots[batch_id]))
        if len(table) >= PART:
            yield _part(manifest, table, batches)
            table, batches = Table(), []
    if batches:
        yield _part(manifest, table, batches)


def _whole_batches(
    organisation: Organisation, measure: str, known: set[str], top: int
) -> Iterator[tuple[str, list[Sales]]]:
    """(batch id, its facts) of each batch of which every row is verified."""
    current, facts, good = "", list[Sales](), True
    stream = verified.read_kind(RecordKind.EPCIS, organisations=[organisation.pk], up_to_block=top, passing_by=known)
    for record in stream:
        if record.batch_id != current:
            if current and good:
                yield current, facts
            current, facts, good = record.batch_id or "", [], True
        if isinstance(record, VerifiedRecord):
            facts.append(sales_fact(record, measure))
        else:
            good = False
    if current and good:
        yield current, facts


def _part(manifest: Manifest, table: Table, batches: list[tuple[str, str, int]]) -> Part:
    content = parts.packed(table)
    part = Part(hashlib.sha256(content).hexdigest(), len(table), tuple(batches))
    _write(folder_of(manifest.pgln, manifest.measure) / f"{part.sha256}.parquet", content)
    return part


def _kept(organisation: Organisation, manifest: Manifest) -> Snapshot:
    """The row and its statement together."""
    folder = folder_of(manifest.pgln, manifest.measure)
    _write(folder / f"{manifest.sha256}.json", manifest.content)
    uid = uuid.uuid4()
    said = anchoring.statement(str(uid), manifest)
    with transaction.atomic():
        new = NewRecord(RecordKind.FORECAST, {"statement": said}, Visibility.PRIVATE)
        record = append(organisation=organisation, records=[new])[0]
        return Snapshot.objects.create(
            uid=uid,
            organisation=organisation,
            measure=manifest.measure,
            manifest=manifest.sha256,
            lines=manifest.lines,
            block=manifest.block,
            record=record,
            statement=said,
        )


def _attested(organisation: Organisation, block: int | None) -> list[tuple[str, bytes, int]]:
    return verified.batches(RecordKind.EPCIS, block, organisations=[organisation.pk])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Damaged(f"{path.name[:12]} cannot be read: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    """All of it under its name, or nothing: whoever is killed leaves no half file behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.half")
    try:
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        with contextlib.suppress(OSError):
            half.unlink()
