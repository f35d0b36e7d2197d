"""Reads, in bulk where a caller wants many: one call for a thousand roots instead of a thousand calls."""

from chaincode.traceability import ids, keys
from chaincode.traceability.canonical import CanonicalError, Json, canonical, parse
from chaincode.traceability.context import Context
from chaincode.traceability.errors import BAD_REQUEST, NOT_FOUND, ContractError

MAX_IDS = 10_000


def get_batch(ctx: Context, batch_id: str) -> bytes:
    """The batch's document. ContractError `not_found`."""
    found = ctx.get_state(keys.batch(ids.check(batch_id)))
    if found is None:
        raise ContractError(NOT_FOUND, f"there is no batch {batch_id}")
    return found


def get_batches(ctx: Context, ids_json: str) -> bytes:
    """{id: document or null} for a JSON list of at most MAX_IDS ids."""
    wanted = _list_of_ids(ids_json)
    found = ctx.get_state_multiple([keys.batch(batch_id) for batch_id in wanted])
    answer = {name: None if data is None else parse(data.decode()) for name, data in zip(wanted, found, strict=True)}
    return canonical(answer)


def has_id(ctx: Context, used_id: str) -> bytes:
    """`true` or `false`: whether an id was used, by a batch or by a movement of money."""
    wanted = ids.check(used_id)
    places = (keys.batch, keys.transfer, keys.consolidation, keys.redemption)
    return canonical(any(found is not None for found in ctx.get_state_multiple([key(wanted) for key in places])))


def _list_of_ids(text: str) -> list[str]:
    try:
        found: Json = parse(text)
    except CanonicalError as error:
        raise ContractError(BAD_REQUEST, str(error)) from error
    if not isinstance(found, list) or len(found) > MAX_IDS:
        raise ContractError(BAD_REQUEST, f"the ids must be a JSON list of at most {MAX_IDS}")
    return list(dict.fromkeys(ids.check(item, f"ids[{index}]") for index, item in enumerate(found)))
