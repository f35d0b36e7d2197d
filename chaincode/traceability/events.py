"""Events a valid transaction raises: for listeners, never a proof of anything."""

from chaincode.traceability.canonical import Json, canonical
from chaincode.traceability.context import Context
from chaincode.traceability.documents import Document
from chaincode.traceability.state import Batch


def batch_recorded(ctx: Context, batch: Batch) -> None:
    """`batch_recorded`: {id, kind, organisation, root, size}."""
    payload: dict[str, Json] = {
        "id": batch.id,
        "kind": batch.kind,
        "organisation": batch.organisation,
        "root": batch.root,
        "size": batch.size,
    }
    ctx.set_event("batch_recorded", canonical(payload))


def written(ctx: Context, name: str, key: str, document: Document) -> None:
    """`minted`, `device_registered`, ...: {key, document}, the document without the rows it spent."""
    told = {member: value for member, value in document.plain().items() if member != "spent"}
    ctx.set_event(name, canonical({"key": key, "document": told}))
