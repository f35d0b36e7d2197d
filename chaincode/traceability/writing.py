"""What every transaction does with the document it made."""

from chaincode.traceability import events
from chaincode.traceability.context import Context
from chaincode.traceability.documents import Document
from chaincode.traceability.times import rfc3339


def now(ctx: Context) -> str:
    """The transaction's time."""
    return rfc3339(ctx.tx_timestamp)


def put(ctx: Context, key: str, document: Document, *, event: str) -> bytes:
    """Write it and raise the event: the document as it lies on the ledger."""
    ctx.put_state(key, written := document.encode())
    events.written(ctx, event, key, document)
    return written
