"""The transactions of the money that waits for a shipment: funding it, and its end.

Each takes one JSON object with its caller's id, and works once for it. Any may refuse with `bad_request`, `forbidden`,
`not_found`, `wrong_state`, `too_late`, `too_early`, `already_recorded` (this very request: success for a repeat),
`conflict`, and, once it has ended, `already_settled`.
"""

from chaincode.traceability import keys, queries, requests, rows, shipments
from chaincode.traceability.access import Caller
from chaincode.traceability.canonical import canonical, parse
from chaincode.traceability.context import Context
from chaincode.traceability.device_state import Leg
from chaincode.traceability.rules import consents, escrows, settlement, sheet
from chaincode.traceability.rules import shipment_requests as asked_for
from chaincode.traceability.rules import shipments as rules
from chaincode.traceability.rules.settlement import INSURANCE, PRICE, Act, Held
from chaincode.traceability.shipment_state import Consent, Escrow, Settlement, Shipment
from chaincode.traceability.writing import now, put

MAX_SHIPMENTS = 1_000


def fund_escrow(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, rows}: the buyer brings the price, the insurer the payout. Returns the escrow's document.

    Also refuses with `unknown_account`, `unknown_row` and `insufficient_funds`. Change is row
    `shipment/<id>/<part>/1`.
    """
    asked = asked_for.parse_funding(request_json)
    held = shipments.held(ctx, asked.shipment)
    wanted = escrows.wanted(held, asked, rules.holder(caller), now(ctx))
    waits = _waits(ctx, held)
    mine, other = (waits.price, waits.insurance) if wanted.part == PRICE else (waits.insurance, waits.price)
    if mine is not None:
        escrows.refuse_repeat(mine, wanted)
    rules.need_state(held, rules.AGREED)
    rules.need_in_time(held, wanted.at)
    for one in escrows.payees(held):
        rows.need_account(ctx, one)
    escrow = escrows.funded(wanted, rows.spend(ctx, wanted.funder, wanted.currency, wanted.spent))
    if escrow.change:
        rows.write(ctx, settlement.row(held, f"{escrow.part}/1", escrow.funder, escrow.change, escrow.at))
    if other is not None or held.terms.insurance is None:
        ctx.put_state(keys.shipment(held.id), rules.funded(held).encode())
    return put(ctx, keys.escrow(held.id, escrow.part), escrow, event="escrow_funded")


def settle_due(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment}: by the figures when all had their time, by the terms' default when the arbiter had theirs.

    Returns the settlement; or, where the terms leave it to the arbiter, the shipment, which is then `disputed`.
    """
    asked = asked_for.parse_due(request_json)
    held, act = _ending(ctx, asked, caller)
    if held.dispute is not None and held.dispute.id == asked.id:
        rules.refuse_repeat_of_dispute(held)
    rules.need_due(held, rules.ARRIVED, rules.DISPUTED, at=act.at)
    waits, legs = _waits(ctx, held), _legs(ctx, held)
    if held.state == rules.DISPUTED:
        return _end(ctx, held, waits, settlement.by_default(held, waits, legs, act))
    found = sheet.findings(held, legs, held.delivery)
    if found.dispute:
        after = rules.left_to_the_arbiter(held, act.id, act.by, act.at)
        return put(ctx, keys.shipment(held.id), after, event="contested")
    return _end(ctx, held, waits, settlement.by_figures(held, waits, found, act))


def settle_agreed(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, seller, insured}: whoever's money it is need not wait, once all of them say the same of it.

    Returns the consent; of the last of them the settlement. `conflict`: the figures come to something else now.
    """
    asked = asked_for.parse_content(request_json)
    held, act = _ending(ctx, asked, caller)
    others = consents.others(held, act.by)
    made = Consent(asked.id, held.id, act.by, asked.seller, asked.insured, act.at)
    key = keys.consent(held.id, act.by)
    if (before := ctx.get_state(key)) is not None:
        consents.refuse_repeat(Consent.decode(before), made)
    rules.need_state(held, rules.ARRIVED)
    waits, legs = _waits(ctx, held), _legs(ctx, held)
    end = settlement.by_figures(held, waits, sheet.findings(held, legs, held.delivery), act)
    consents.need_same(made, end)
    said = ctx.get_state_multiple([keys.consent(held.id, one) for one in others])
    if not all(one and consents.is_same(Consent.decode(one), end) for one in said):
        return put(ctx, key, made, event="settlement_agreed")
    ctx.put_state(key, made.encode())
    return _end(ctx, held, waits, end)


def resolve(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment, seller, insured, reason}: the arbiter decides. Returns the settlement."""
    verdict = asked_for.parse_verdict(request_json)
    held, act = _ending(ctx, verdict, caller, verdict.reason)
    rules.need_party(act.by, arbiter=held.terms.arbiter)
    rules.need_state(held, rules.DISPUTED)
    rules.need_in_time(held, act.at)
    waits = _waits(ctx, held)
    return _end(ctx, held, waits, settlement.by_verdict(held, waits, verdict, act))


def refund_expired(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, shipment}: what was to happen by a deadline did not; the money goes back. Returns the settlement."""
    held, act = _ending(ctx, asked_for.parse_due(request_json), caller)
    rules.need_due(held, rules.PROPOSED, rules.AGREED, rules.FUNDED, rules.DISPATCHED, at=act.at)
    waits = _waits(ctx, held)
    return _end(ctx, held, waits, settlement.by_lapse(held, waits, act))


def get_shipments(ctx: Context, request_json: str) -> bytes:
    """{ids}: {id: {shipment, price, insurance, settlement}}, each a document or null."""
    named = queries.ids_of(requests.members(request_json, ("ids",))["ids"], most=MAX_SHIPMENTS)
    wanted = [key for one in named for key in _keys(one).values()]
    found = iter(ctx.get_state_multiple(wanted))
    return canonical(
        {one: {part: parse(data.decode()) if (data := next(found)) else None for part in _keys(one)} for one in named}
    )


def _keys(shipment_id: str) -> dict[str, str]:
    return {
        "shipment": keys.shipment(shipment_id),
        "price": keys.escrow(shipment_id, PRICE),
        "insurance": keys.escrow(shipment_id, INSURANCE),
        "settlement": keys.settlement(shipment_id),
    }


def _ending(
    ctx: Context, asked: asked_for.Due | asked_for.Content | asked_for.Verdict, caller: Caller, reason: str = ""
) -> tuple[Shipment, Act]:
    """The shipment that a party wants to end, unless it has ended."""
    held, by = shipments.held(ctx, asked.shipment), rules.holder(caller)
    if (found := ctx.get_state(keys.settlement(held.id))) is not None:
        settlement.refuse_second(Settlement.decode(found), asked.id)
    rules.need_any_party(held, by)
    return held, Act(asked.id, by, now(ctx), reason)


def _waits(ctx: Context, held: Shipment) -> Held:
    found = ctx.get_state_multiple([keys.escrow(held.id, part) for part in (PRICE, INSURANCE)])
    return Held(*(Escrow.decode(data) if data else None for data in found))


def _legs(ctx: Context, held: Shipment) -> list[Leg]:
    found = ctx.get_state_multiple([keys.leg(one) for one in held.legs])
    return [Leg.decode(data) for data in found if data]


def _end(ctx: Context, held: Shipment, waits: Held, end: Settlement) -> bytes:
    """All of its money leaves the escrow, and nothing can happen to it any more."""
    for row in settlement.rows(held, waits, end):
        rows.write(ctx, row)
    for escrow in (waits.price, waits.insurance):
        if escrow is not None:
            ctx.put_state(keys.escrow(held.id, escrow.part), settlement.less(escrow, escrow.left).encode())
    ctx.put_state(keys.shipment(held.id), rules.ended(held, end.outcome).encode())
    return put(ctx, keys.settlement(held.id), end, event="settled")
