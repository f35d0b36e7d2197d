"""The projected copy of the contract's documents, and what other rooms derive from them.

A room registers, when it starts, which keys concern it. Its projector is handed every document that a valid transaction
wrote or deleted there, in the ledger's order, in the database transaction that moves the checkpoint. It must be
idempotent: a document is handed to it again whenever its rows are rebuilt or compared.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import OperationalError, transaction

from traceapp.ledger import blocks
from traceapp.ledger.copies import Document
from traceapp.ledger.port import VALID

logger = logging.getLogger(__name__)

_BATCHES: Final = "batch/"  # those have rows of their own, and are many
_PAGE: Final = 200


@dataclass(frozen=True)
class Source:
    """The transaction that wrote a document. `position`: which one of its block. `time` as its client gave it."""

    tx_id: str
    block: int
    position: int
    time: datetime | None
    msp_id: str


Content: TypeAlias = dict[str, Any]
Projector: TypeAlias = Callable[[str, Content | None, Source], None]
Rows: TypeAlias = Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True)
class Registered:
    prefix: str
    projector: Projector
    rows: Rows | None


_registered: dict[tuple[str, str], Registered] = {}


def register(prefix: str, projector: Projector, *, rows: Rows | None = None) -> None:
    """To be called from the room's `AppConfig.ready`. One projector of a module a prefix (such as `device/`): the last
    one counts. Rooms that are concerned by the same documents are handed them one after another.

    `rows` answers, for some keys, what the room holds of each, as any value that can be compared: with it the audit
    makes the rows anew from the documents and names those that differ.
    """
    _registered[prefix, projector.__module__] = Registered(prefix, projector, rows)


def registered() -> list[Registered]:
    return list(_registered.values())


def get(key: str) -> Content | None:
    """The document under a key as last copied; None if there is none."""
    content = Document.objects.filter(pk=key).values_list("content", flat=True).first()
    return None if content is None else _parsed(bytes(content))


def many(keys: Sequence[str]) -> dict[str, Content]:
    """Several by their keys; one that is not there is left out."""
    found: dict[str, Content] = {}
    for start in range(0, len(keys), _PAGE):
        for one in Document.objects.filter(pk__in=keys[start : start + _PAGE]):
            found[one.key] = _parsed(bytes(one.content))
    return found


def below(prefix: str) -> Iterator[Document]:
    """All copies whose key begins so, in order of their transactions."""
    yield from Document.objects.filter(key__startswith=prefix).order_by("block", "position", "key")


def note(one: blocks.Transaction, block: int, position: int) -> None:
    """Copy what a valid transaction wrote, and have it projected. Inside the checkpoint's database transaction."""
    writes = {key: value for key, value in one.writes.items() if not key.startswith(_BATCHES)}
    if one.code != VALID or not writes:
        return
    source = Source(one.tx_id, block, position, one.time, one.msp_id)
    gone = [key for key, value in writes.items() if value is None]
    Document.objects.filter(pk__in=gone).delete()
    kept = [_row(key, value, source) for key, value in writes.items() if value is not None]
    Document.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["content", "tx_id", "block", "position", "time", "msp_id", "projected"],
    )
    for key, value in sorted(writes.items()):
        _project_or_note(key, value, source)


def source_of(copy: Document) -> Source:
    return Source(copy.tx_id, copy.block, copy.position, copy.time, copy.msp_id)


def project(copy: Document) -> bool:
    """Hand a document to its projector once more. False if it fails, which is logged."""
    done = _project(copy.key, bytes(copy.content), source_of(copy))
    if copy.projected != done:
        Document.objects.filter(pk=copy.pk).update(projected=done)
    return done


def project_waiting() -> int:
    """Try again what a projector failed at: a newer program may do better. Returns how many were made up for."""
    waiting = Document.objects.filter(projected=False).order_by("block", "position", "key")
    with transaction.atomic():
        return sum(project(one) for one in waiting)


def _row(key: str, value: bytes, source: Source) -> Document:
    return Document(
        key=key,
        content=value,
        tx_id=source.tx_id,
        block=source.block,
        position=source.position,
        time=source.time,
        msp_id=source.msp_id,
    )


def _project_or_note(key: str, content: bytes | None, source: Source) -> None:
    if not _project(key, content, source):
        Document.objects.filter(pk=key).update(projected=False)


def _project(key: str, content: bytes | None, source: Source) -> bool:
    """False if a projector fails: one room's fault must not stop the ledger's blocks, or another room."""
    done = True
    for one in _registered.values():
        if not key.startswith(one.prefix):
            continue
        try:
            with transaction.atomic():
                one.projector(key, None if content is None else _parsed(content), source)
        except OperationalError:
            raise  # the database's own trouble: the block is noted later
        except Exception:
            logger.exception("The rows for %s cannot be made from block %s.", key, source.block)
            done = False
    return done


def _parsed(content: bytes) -> Content:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("a document of the ledger is a JSON object")
    return found
