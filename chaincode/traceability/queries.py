"""Reads, in bulk where a caller wants many: one call for a thousand roots instead of a thousand calls."""

from collections.abc import Callable

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
    try:
        found: Json = parse(ids_json)
    except CanonicalError as error:
        raise ContractError(BAD_REQUEST, str(error)) from error
    return documents(ctx, keys.batch, ids_of(found))


def has_id(ctx: Context, used_id: str) -> bytes:
    """`true` or `false`: whether an id was used, by a batch, a leg, a shipment or a movement of money."""
    wanted = ids.check(used_id)
    places = (keys.batch, keys.leg, keys.shipment, keys.transfer, keys.consolidation, keys.redemption)
    return canonical(any(found is not None for found in ctx.get_state_multiple([key(wanted) for key in places])))


def documents(ctx: Context, key: Callable[[str], str], names: list[str]) -> bytes:
    """{name: document or null}, in one exchange with the peer."""
    found = ctx.get_state_multiple([key(name) for name in names])
    return canonical({name: parse(data.decode()) if data else None for name, data in zip(names, found, strict=True)})


def ids_of(found: Json, most: int = MAX_IDS) -> list[str]:
    """The ids that were asked for, each once."""
    if not isinstance(found, list) or len(found) > most:
        raise ContractError(BAD_REQUEST, f"the ids must be a JSON list of at most {most}")
    return list(dict.fromkeys(ids.check(item, f"ids[{index}]") for index, item in enumerate(found)))
