"""What a batch may say, and when two of the same id are the same batch."""

import re
from dataclasses import dataclass

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.state import Batch

KINDS = ("epcis", "sensor", "forecast", "model")
MAX_SIZE = 2**31 - 1
MEMBERS = ("id", "kind", "root", "size", "from", "to")

_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """What a recorder asks for: everything but who and when."""

    id: str
    kind: str
    root: str
    size: int
    from_: str
    to: str


def parse_request(text: str) -> Request:
    """Read the JSON argument of record_batch. ContractError `bad_request` names the first thing wrong."""
    found = requests.members(text, MEMBERS)
    kind, root, size = found["kind"], found["root"], found["size"]
    batch_id = ids.check(found["id"])
    if not isinstance(kind, str) or kind not in KINDS:
        raise ContractError(BAD_REQUEST, f"kind must be one of {', '.join(KINDS)}")
    if not isinstance(root, str) or not _ROOT.fullmatch(root):
        raise ContractError(BAD_REQUEST, "root must be 64 lower-case hex characters")
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIZE:
        raise ContractError(BAD_REQUEST, f"size must be an integer from 1 to {MAX_SIZE}")
    start, end = requests.time(found["from"], "from"), requests.time(found["to"], "to")
    if start > end:  # of one fixed form, so text order is time order
        raise ContractError(BAD_REQUEST, "from must not be after to")
    return Request(id=batch_id, kind=kind, root=root, size=size, from_=start, to=end)


def new_batch(request: Request, caller: Caller, recorded_at: str) -> Batch:
    """The document to write."""
    return Batch(
        id=request.id,
        kind=request.kind,
        root=request.root,
        size=request.size,
        from_=request.from_,
        to=request.to,
        organisation=caller.organisation,
        msp_id=caller.msp_id,
        recorded_at=recorded_at,
    )


def same(held: Batch, wanted: Batch) -> bool:
    """Whether the ledger already holds what is asked for: the same commitment by the same organisation."""
    mine = (wanted.organisation, wanted.msp_id, wanted.kind, wanted.root, wanted.size)
    return (held.organisation, held.msp_id, held.kind, held.root, held.size) == mine
