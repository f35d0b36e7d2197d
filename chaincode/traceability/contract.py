"""The contract's transactions: check who calls, read, apply a pure rule, write."""

from collections.abc import Callable

from chaincode.traceability import access, events, ids, keys, queries
from chaincode.traceability.context import Context
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.rules import batches
from chaincode.traceability.state import Batch
from chaincode.traceability.times import rfc3339

Handler = Callable[[Context, access.Caller, str], bytes]


def record_batch(ctx: Context, caller: access.Caller, request_json: str) -> bytes:
    """Write a batch's document, once for its id. Returns the document.

    ContractError: `bad_request`, `forbidden`, `already_recorded` (the same batch: success for a repeat), `conflict`
    (the id holds another batch).
    """
    request = batches.parse_request(request_json)
    batch = batches.new_batch(request, caller, rfc3339(ctx.tx_timestamp))
    key = keys.batch(batch.id)
    found = ctx.get_state(key)
    if found is not None:
        held = Batch.decode(found)
        ids.refuse_repeat(same=batches.same(held, batch), what=f"batch {batch.id} is recorded with root {held.root}")
    document = batch.encode()
    ctx.put_state(key, document)
    events.batch_recorded(ctx, batch)
    return document


HANDLERS: dict[str, Handler] = {
    "record_batch": record_batch,
    "get_batch": lambda ctx, _caller, batch_id: queries.get_batch(ctx, batch_id),
    "get_batches": lambda ctx, _caller, ids_json: queries.get_batches(ctx, ids_json),
    "has_id": lambda ctx, _caller, batch_id: queries.has_id(ctx, batch_id),
}


class Traceability:
    """The contract as a peer calls it: a function by name, string arguments, canonical JSON out."""

    def invoke(self, ctx: Context, function: str, args: list[str]) -> bytes:
        """Run one function. Raises ContractError, and nothing else on any input."""
        caller = access.check(ctx, function)
        if len(args) != 1:
            raise ContractError(BAD_REQUEST, f"{function} takes one argument, not {len(args)}")
        return HANDLERS[function](ctx, caller, args[0])
