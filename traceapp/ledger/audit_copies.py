"""Calls, copied documents and the rows that rooms made of them, against the ledger's blocks."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from traceapp.ledger import blocks, documents, findings, rooms
from traceapp.ledger.copies import Document
from traceapp.ledger.findings import Found
from traceapp.ledger.models import Checkpoint, Finding
from traceapp.ledger.outgoing import Call
from traceapp.ledger.port import VALID
from traceapp.ledger.projection import NAME as PROJECTION

What = Finding.What
_PAGE: Final = 200
_BATCHES: Final = "batch/"


@dataclass(frozen=True, slots=True)
class _Held:
    """A document as the last block that wrote it left it."""

    digest: bytes
    tx_id: str
    block: int


@dataclass
class Copies:
    """The ledger's own state as far as its blocks were walked: `met` takes each valid transaction in turn."""

    state: dict[str, _Held] = field(default_factory=dict)
    transactions: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    walked: int = 0

    def met(self, one: blocks.Transaction, block: int) -> None:
        if one.code != VALID:
            return
        for key, value in one.writes.items():
            if key.startswith(_BATCHES):
                continue
            if value is None:
                self.state.pop(key, None)
            else:
                self.state[key] = _Held(_digest(value), one.tx_id, block)
        if one.called and one.called[0] != "record_batch":
            self.transactions[one.tx_id] = block, _digest("\0".join(one.called).encode())

    def audit(self) -> bool:
        """Compare, and keep what was found. False if the projection went on meanwhile: walk on, and come again."""
        followed = _followed()
        if followed >= self.walked:
            return False
        found = [*self._calls(), *self._documents(followed)]
        if _followed() != followed:
            return False
        findings.keep(found, scope=findings.OF_COPIES)
        return True

    def _calls(self) -> Iterator[Found]:
        for call in _paged(Call.objects.filter(state=Call.State.VALID).exclude(tx_id="")):
            block, digest = self.transactions.get(call.tx_id, (None, b""))
            name = f"Transaction {call.function} {call.call_id}"
            if block is None:
                message = f"{name} is stored as on the ledger, but no block holds it."
            elif digest != _digest("\0".join(call.request).encode()):
                message = f"{name} is stored with another content than the ledger holds in block {block}."
            elif block != call.block:
                message = f"{name} is stored as of block {call.block}; the ledger holds it in block {block}."
            else:
                continue
            yield Found(What.CALL, message, document=f"call/{call.pk}", organisation_id=call.organisation_id)

    def _documents(self, followed: int) -> Iterator[Found]:
        """`followed`: what came later is not copied yet."""
        seen = set()
        for copy in _paged(Document.objects.all()):
            seen.add(copy.key)
            held = self.state.get(copy.key)
            if held is None:
                yield _found(copy.key, f"{copy.key} is stored as a document of the ledger, which holds none there.")
            elif held.block > followed:
                continue
            elif held.digest != _digest(bytes(copy.content)):
                yield _found(
                    copy.key, f"The copy of {copy.key} is another than the ledger holds in block {held.block}."
                )
            elif (held.tx_id, held.block) != (copy.tx_id, copy.block):
                yield _found(copy.key, f"The copy of {copy.key} names another transaction than wrote it.")
        for key, held in self.state.items():
            if key not in seen and held.block <= followed:
                yield _found(key, f"The copy of {key} is gone; the ledger holds it in block {held.block}.")


def audit_projected() -> Iterator[None]:
    """Make rooms' rows anew from the copies, compare, and put everything back; a page of documents a step."""
    found: list[Found] = [
        Found(What.PROJECTED, f"The rows for {key} could not be made: see ledgerd's log.", document=key)
        for key in Document.objects.filter(projected=False).values_list("pk", flat=True)
    ]
    for one in documents.registered():
        if one.rows is None:
            continue
        for page in rooms.pages(Document.objects.filter(pk__startswith=one.prefix), _PAGE):
            found += _compared(one.rows, page)
            yield
    findings.keep(found, scope=findings.OF_PROJECTED)


def _compared(rows: documents.Rows, page: Sequence[Document]) -> list[Found]:
    keys = [copy.key for copy in page]
    with transaction.atomic():
        before = dict(rows(keys))
        for copy in page:
            documents.project(copy)
        after = dict(rows(keys))
        transaction.set_rollback(True)
    return [
        Found(What.PROJECTED, f"The rows for {key} are not what follows from the document{told}.", document=key)
        for key in keys
        if (told := _difference(before.get(key), after.get(key))) is not None
    ]


def _difference(stored: Any, expected: Any) -> str | None:
    """None if they are the same; else which members differ, where there are any."""
    if stored == expected:
        return None
    if not isinstance(stored, dict) or not isinstance(expected, dict):
        return ": there are none" if stored is None else ""
    names = [name for name in {**expected, **stored} if stored.get(name) != expected.get(name)]
    return ": " + "; ".join(rooms.clause(name, stored.get(name), expected.get(name)) for name in names)


def _followed() -> int:
    block = Checkpoint.objects.filter(pk=PROJECTION).values_list("block", flat=True).first()
    return -1 if block is None else block


def _found(key: str, message: str) -> Found:
    return Found(What.DOCUMENT, message, document=key)


def _paged(rows: QuerySet[Any]) -> Iterator[Any]:
    for page in rooms.pages(rows, _PAGE):
        yield from page


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
