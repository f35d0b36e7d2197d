"""The contract's transactions: check who calls, read, apply a pure rule, write."""

from collections.abc import Callable

from chaincode.traceability import (
    access,
    deposits,
    devices,
    escrow,
    events,
    ids,
    keys,
    legs,
    models,
    money_queries,
    queries,
    shipments,
)
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


def _query(read: Callable[[Context, str], bytes]) -> Handler:
    return lambda ctx, _caller, argument: read(ctx, argument)


HANDLERS: dict[str, Handler] = {
    "record_batch": record_batch,
    "register_device": devices.register_device,
    "rotate_device": devices.rotate_device,
    "revoke_device": devices.revoke_device,
    "record_leg": legs.record_leg,
    "challenge_leg": legs.challenge_leg,
    "register_shipment": shipments.register_shipment,
    "accept_terms": shipments.accept_terms,
    "fund_escrow": escrow.fund_escrow,
    "dispatch": shipments.dispatch,
    "record_arrival": shipments.record_arrival,
    "accept_delivery": shipments.accept_delivery,
    "contest": shipments.contest,
    "settle_due": escrow.settle_due,
    "settle_agreed": escrow.settle_agreed,
    "resolve": escrow.resolve,
    "refund_expired": escrow.refund_expired,
    "open_account": deposits.open_account,
    "propose_mint": deposits.propose_mint,
    "approve_mint": deposits.approve_mint,
    "withdraw_mint": deposits.withdraw_mint,
    "transfer": deposits.transfer,
    "consolidate": deposits.consolidate,
    "redeem": deposits.redeem,
    "confirm_redemption": deposits.confirm_redemption,
    "register_model": models.register_model,
    "propose_deployment": models.propose_deployment,
    "vote": models.vote,
    "roll_back": models.roll_back,
    "record_forecast": models.record_forecast,
    "report_metric": models.report_metric,
    "get_batch": _query(queries.get_batch),
    "get_batches": _query(queries.get_batches),
    "has_id": _query(queries.has_id),
    "get_devices": _query(devices.get_devices),
    "get_legs": _query(legs.get_legs),
    "get_shipments": _query(escrow.get_shipments),
    "get_account": _query(money_queries.get_account),
    "get_rows": _query(money_queries.get_rows),
    "get_balance": _query(money_queries.get_balance),
    "get_mint": _query(money_queries.get_mint),
    "get_transfer": _query(money_queries.by_id(keys.transfer, "transfer")),
    "get_consolidation": _query(money_queries.by_id(keys.consolidation, "consolidation")),
    "get_redemption": _query(money_queries.by_id(keys.redemption, "redemption")),
    "get_models": _query(models.get_models),
    "get_deployments": _query(models.get_deployments),
    "get_serving": _query(models.get_serving),
    "get_forecasts": _query(models.get_forecasts),
    "get_metrics": _query(models.get_metrics),
}


class Traceability:
    """The contract as a peer calls it: a function by name, string arguments, canonical JSON out.

    `settlement` is the MSP id of the organisation with which deposits are made; empty: nobody mints.
    """

    def __init__(self, settlement: str = "") -> None:
        self._settlement = settlement

    def invoke(self, ctx: Context, function: str, args: list[str]) -> bytes:
        """Run one function. Raises ContractError, and nothing else on any input."""
        caller = access.check(ctx, function, self._settlement)
        if len(args) != 1:
            raise ContractError(BAD_REQUEST, f"{function} takes one argument, not {len(args)}")
        return HANDLERS[function](ctx, caller, args[0])
