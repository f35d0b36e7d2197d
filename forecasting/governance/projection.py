"""Documents of models to rows: each can be made again from its document."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from forecasting.governance.models import Entry, Party
from traceapp.ledger.documents import Content, Source

PREFIXES: Final = ("model/", "deployment/", "serving/", "forecast/", "metric/", "rollback/", "suspension/")


def project(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        Entry.objects.filter(key=key).delete()
        return
    values = _values(document) | {"tx_id": source.tx_id, "block": source.block, "position": source.position}
    entry, _ = Entry.objects.update_or_create(key=key, defaults=values)
    if entry.kind == Entry.Kind.DEPLOYMENT:
        _parties(entry, document)


def rows(keys: Sequence[str]) -> Mapping[str, Any]:
    """What is held of each, to be compared with what its document says."""
    return {
        one.key: (one.kind, one.model, one.msp_id, one.pgln, one.content) for one in Entry.objects.filter(key__in=keys)
    }


def _values(document: Content) -> dict[str, Any]:
    kind = document["docType"]
    ids = {
        "model": document.get("id"),
        "rollback": document.get("from"),
        "serving": (document.get("live") or {}).get("model"),
    }
    return {
        "kind": kind,
        "model": ids.get(kind, document.get("model")) or "",
        "msp_id": document["mspId"],
        "pgln": document["organisation"],
        "purpose": document.get("purpose", ""),
        "content": document,
    }


def _parties(entry: Entry, document: Content) -> None:
    parts = [(Party.Part.ELECTOR, one) for one in [*document["electorate"], *document["former"]]]
    parts += [(Party.Part.REPORTER, one) for one in document["reporters"]]
    entry.parties.all().delete()
    Party.objects.bulk_create(
        Party(entry=entry, model=entry.model, part=part, msp_id=one["mspId"], pgln=one["organisation"])
        for part, one in parts
    )
