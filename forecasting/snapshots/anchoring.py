"""The statement of a snapshot, and how the audit compares the stored row with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from forecasting.snapshots.manifest import FORMAT, Manifest
from forecasting.snapshots.models import Snapshot
from traceapp.ledger.models import Record

SNAPSHOT: Final = "snapshot"


def statement(uid: str, manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "forecast": SNAPSHOT,
        "snapshot": uid,
        "measure": manifest.measure,
        "manifest": manifest.sha256,
        "rows": manifest.lines,
        "asOfBlock": manifest.block,
    }


def expected(said: Mapping[str, Any]) -> tuple[str, ...]:
    return SNAPSHOT, str(said["snapshot"]), str(said["manifest"])


def stored(pks: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """By the record's pk, as it is stored now."""
    found = Snapshot.objects.filter(record_id__in=pks)
    return {one.record_id: (SNAPSHOT, str(one.uid), one.manifest) for one in found if one.record_id}


def rebuild(record: Record, said: Mapping[str, Any]) -> None:
    Snapshot.objects.filter(uid=said["snapshot"]).update(record=record, manifest=said["manifest"], statement=said)
