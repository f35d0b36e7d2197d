"""The transactions of a shipment that is paid on delivery: what is agreed, and what happens to the goods.

Each takes one JSON object with its caller's id, works once for it, and returns the shipment's document. Any may refuse
with `bad_request`, `forbidden`, `not_found`, `wrong_state`, `too_late`, `too_early`, and, for what was done before,
`already_recorded` (by this very request: success for a repeat) or `conflict`.
"""

from chaincode.traceability import keys, rows
from chaincode.traceability.access import Caller
from chaincode.traceability.context import Context
from chaincode.traceability.errors import NOT_FOUND, ContractError
from chaincode.traceability.rules import settlement, shipments, terms
from chaincode.traceability.rules import shipment_requests as asked_for
from chaincode.traceability.shipment_state import Escrow, Shipment
from chaincode.traceability.writing import now, put


def register_shipment(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, terms}: the buyer or the seller proposes terms, and accepts them by it."""
    shipment_id, wanted = terms.parse_registration(request_json)
    made = shipments.proposed(shipment_id, wanted, caller, now(ctx))
    key = keys.shipment(shipment_id)
    if (found := ctx.get_state(key)) is not None:
        shipments.refuse_taken(Shipment.decode(found), made)
    terms.check_times(wanted, now(ctx))
    return put(ctx, key, made, event="shipment_registered")


def accept_terms(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, terms}: another party agrees, to the terms of this hash."""
    asked = asked_for.parse_agreement(request_json)
    after = shipments.accepted(held(ctx, asked.shipment), asked, caller, now(ctx))
    return put(ctx, keys.shipment(after.id), after, event="terms_accepted")


def dispatch(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, at}: the carrier has the goods; the seller is paid what the terms say."""
    asked = asked_for.parse_step(request_json)
    after = shipments.dispatched(held(ctx, asked.shipment), asked, caller, now(ctx))
    _pay_on_the_way(ctx, after, "dispatch/0", after.terms.payments.dispatch)
    return put(ctx, keys.shipment(after.id), after, event="dispatched")


def record_arrival(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, at}: the carrier has brought the goods; the seller is paid what the terms say."""
    asked = asked_for.parse_step(request_json)
    after = shipments.arrived(held(ctx, asked.shipment), asked, caller, now(ctx))
    _pay_on_the_way(ctx, after, "arrival/0", after.terms.payments.arrival)
    return put(ctx, keys.shipment(after.id), after, event="arrived")


def accept_delivery(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, short, damaged, refused}: the consignee took all but these units."""
    asked = asked_for.parse_taking(request_json)
    after = shipments.delivered(held(ctx, asked.shipment), asked, caller, now(ctx))
    return put(ctx, keys.shipment(after.id), after, event="delivery_accepted")


def contest(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, reason, evidence}: consignee, buyer or seller want the arbiter to decide."""
    asked = asked_for.parse_contest(request_json)
    after = shipments.contested(held(ctx, asked.shipment), asked, caller, now(ctx))
    return put(ctx, keys.shipment(after.id), after, event="contested")


def held(ctx: Context, shipment_id: str) -> Shipment:
    """The shipment's document. ContractError `not_found`."""
    found = ctx.get_state(keys.shipment(shipment_id))
    if found is None:
        raise ContractError(NOT_FOUND, f"there is no shipment {shipment_id}")
    return Shipment.decode(found)


def _pay_on_the_way(ctx: Context, after: Shipment, name: str, amount: int) -> None:
    """From the escrow to the seller."""
    if not amount:
        return
    key = keys.escrow(after.id, settlement.PRICE)
    found = ctx.get_state(key)
    if found is None:
        raise ValueError(f"{key} is missing, of a shipment that is {after.state}")
    escrow = settlement.less(Escrow.decode(found), amount)
    ctx.put_state(key, escrow.encode())
    rows.write(ctx, settlement.row(after, name, after.terms.seller, amount, now(ctx)))
