"""The transactions of legs, and their bulk query."""

from chaincode.traceability import devices, keys, queries, requests, shipments
from chaincode.traceability.access import Caller
from chaincode.traceability.context import Context
from chaincode.traceability.device_state import DeviceLeg, Leg
from chaincode.traceability.errors import NOT_FOUND, ContractError
from chaincode.traceability.rules import legs
from chaincode.traceability.rules import shipments as rules
from chaincode.traceability.state import Batch
from chaincode.traceability.writing import now, put


def record_leg(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, kid, goods, shipment, from, to, seq, batches, figures}: a device was with these goods, and measured this.

    ContractError `bad_request`, `forbidden`, `already_recorded`, `conflict`, `unknown_device`, `device_not_active`,
    `device_revoked`, `unknown_batch`, `overlap`, and of the shipment `not_found`,
    `wrong_leg`, `wrong_band`, `wrong_state`, `too_late`, `too_early`.
    """
    wanted = legs.parse(request_json, caller, now(ctx))
    key = keys.leg(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        legs.refuse_repeat(Leg.decode(held), wanted)
    leg = legs.of_device(wanted, devices.held(ctx, wanted.kid))
    _need_batches(ctx, leg)
    _reserve(ctx, leg)
    if leg.shipment:
        after = rules.with_leg(shipments.held(ctx, leg.shipment), leg, now(ctx))
        ctx.put_state(keys.shipment(after.id), after.encode())
    return put(ctx, key, leg, event="leg_recorded")


def challenge_leg(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, leg, reason, evidence}: say that a leg is wrong, within the window.

    ContractError `bad_request`, `forbidden`, `not_found`, `already_recorded`, `conflict`, `already_challenged`,
    `wrong_state`, `too_late`.
    """
    asked = legs.parse_objection(request_json)
    key = keys.leg(asked.leg)
    found = ctx.get_state(key)
    if found is None:
        raise ContractError(NOT_FOUND, f"there is no leg {asked.leg}")
    leg, hours = Leg.decode(found), legs.CHALLENGE_HOURS
    if leg.shipment:
        hours = rules.challenge_hours(shipments.held(ctx, leg.shipment), caller, leg)
    return put(ctx, key, legs.challenged(leg, asked, caller, now(ctx), hours), event="leg_challenged")


def get_legs(ctx: Context, request_json: str) -> bytes:
    """{ids}: {id: document or null}."""
    return queries.documents(ctx, keys.leg, queries.ids_of(requests.members(request_json, ("ids",))["ids"]))


def _need_batches(ctx: Context, leg: Leg) -> None:
    found = ctx.get_state_multiple([keys.batch(one.id) for one in leg.batches])
    for named, data in zip(leg.batches, found, strict=True):
        legs.need_batch(named, Batch.decode(data) if data else None, leg)


def _reserve(ctx: Context, leg: Leg) -> None:
    """The device's time of this leg is taken. A range is read, so that of two at once that meet one is invalid."""
    name = legs.device_name(leg)
    prefix = keys.device_leg(name, "")
    for key, data in ctx.get_state_range(keys.device_leg(name, legs.earliest(leg)), keys.device_leg(name, leg.to)):
        legs.refuse_overlap(leg, key.removeprefix(prefix), DeviceLeg.decode(data))
    ctx.put_state(keys.device_leg(name, leg.from_), DeviceLeg(leg.id, leg.to).encode())
