"""How a shipment goes on: who may say what, until when, and what anybody may do afterwards.

A transaction's time is its client's, up to 15 minutes off. So what ends at a deadline is taken up to it, and what
anybody may send afterwards from CLOCKS later: whoever acts by a true clock is never too late for one in a hurry.
"""

from dataclasses import replace

from chaincode.traceability import ids
from chaincode.traceability.access import Caller
from chaincode.traceability.device_state import Leg
from chaincode.traceability.errors import (
    BAD_REQUEST,
    CONFLICT,
    FORBIDDEN,
    TOO_EARLY,
    TOO_LATE,
    WRONG_BAND,
    WRONG_LEG,
    WRONG_STATE,
    ContractError,
)
from chaincode.traceability.rules import legs
from chaincode.traceability.rules.shipment_requests import Agreement, Contest, Step, Taking
from chaincode.traceability.shipment_state import Acceptance, Delivery, Dispute, Moment, Shipment
from chaincode.traceability.state import Holder
from chaincode.traceability.terms_state import Terms
from chaincode.traceability.times import later

PROPOSED, AGREED, FUNDED, DISPATCHED = "proposed", "agreed", "funded", "dispatched"
ARRIVED, DISPUTED = "arrived", "disputed"
TRAVELLED = (DISPATCHED, ARRIVED, DISPUTED)
"""There may be legs, and something still depends on them."""

LAPSED, REFUNDED, SETTLED = "lapsed", "refunded", "settled"
CLOCKS = 30
"""Minutes: from one clock that is 15 minutes slow to another that is 15 minutes fast."""

BY_TERMS = "terms"
MAX_LEGS = 100


def holder(caller: Caller) -> Holder:
    return Holder(caller.msp_id, caller.organisation)


def proposed(shipment_id: str, terms: Terms, caller: Caller, at: str) -> Shipment:
    """ContractError `forbidden` unless the buyer or the seller proposes."""
    by = holder(caller)
    need_party(by, buyer=terms.buyer, seller=terms.seller)
    first = Acceptance(shipment_id, by, at)
    return Shipment(shipment_id, terms, terms.hash, PROPOSED, terms.accept_by, (first,))


def refuse_taken(held: Shipment, wanted: Shipment) -> None:
    """The id is taken: by these very terms of this very party, or by others."""
    same = (held.terms, held.acceptances[0].by) == (wanted.terms, wanted.acceptances[0].by)
    ids.refuse_repeat(same=same, what=f"shipment {held.id} is {held.state}, of terms {held.terms_hash}")


def accepted(held: Shipment, asked: Agreement, caller: Caller, at: str) -> Shipment:
    """After one more party agrees. ContractError `forbidden`, `conflict` (other terms), `too_late`, `wrong_state`."""
    wanted, terms = Acceptance(asked.id, holder(caller), at), held.terms
    if asked.terms != held.terms_hash:
        raise ContractError(CONFLICT, f"the terms of shipment {held.id} are {held.terms_hash}: read them again")
    needed = {"buyer": terms.buyer, "seller": terms.seller} | ({"insurer": terms.insurer} if terms.insurer else {})
    need_party(wanted.by, **needed)
    for one in held.acceptances:
        if one.by == wanted.by:
            ids.refuse_repeat(same=True, what=f"{one.by.organisation} has accepted shipment {held.id} at {one.at}")
    need_state(held, PROPOSED)
    need_in_time(held, at)
    agreed = (*held.acceptances, wanted)
    if len(agreed) < len(needed):
        return replace(held, acceptances=agreed)
    return replace(held, acceptances=agreed, state=AGREED, due=terms.fund_by)


def funded(held: Shipment) -> Shipment:
    """All of its money is there."""
    return replace(held, state=FUNDED, due=held.terms.dispatch_by)


def dispatched(held: Shipment, asked: Step, caller: Caller, at: str) -> Shipment:
    """ContractError `forbidden`, `too_late`, `too_early`, `wrong_state`; `already_recorded` or `conflict` again."""
    need_party(holder(caller), carrier=held.terms.carrier)
    _refuse_second(held.dispatched, asked, f"shipment {held.id} is dispatched")
    need_state(held, FUNDED)
    need_in_time(held, at)
    _need_recent(held, asked, at)
    moment = Moment(asked.id, asked.at, at)
    return replace(held, dispatched=moment, state=DISPATCHED, due=refund_from(held.terms))


def arrived(held: Shipment, asked: Step, caller: Caller, at: str) -> Shipment:
    """As `dispatched`. There is no latest time but the refund: late goods are better than none."""
    need_party(holder(caller), carrier=held.terms.carrier)
    _refuse_second(held.arrived, asked, f"shipment {held.id} has arrived")
    need_state(held, DISPATCHED)
    _need_recent(held, asked, at)
    if held.dispatched is None or asked.at <= held.dispatched.at:
        raise ContractError(TOO_EARLY, f"at must be after the dispatch of shipment {held.id}")
    due = later(at, hours=held.terms.contest_hours)
    return replace(held, arrived=Moment(asked.id, asked.at, at), state=ARRIVED, due=due)


def delivered(held: Shipment, asked: Taking, caller: Caller, at: str) -> Shipment:
    """After the consignee took the goods, in full or in part. ContractError as `dispatched`."""
    wanted = Delivery(asked.id, asked.short, asked.damaged, asked.refused, at)
    need_party(holder(caller), consignee=held.terms.consignee)
    if held.delivery is not None:
        same = replace(held.delivery, at=at) == wanted
        ids.refuse_repeat(same=same, what=f"shipment {held.id} was accepted at {held.delivery.at}")
    most = held.terms.quantity.amount
    if asked.short + asked.damaged + asked.refused > most:
        raise ContractError(BAD_REQUEST, f"short, damaged and refused are together more than the {most} agreed")
    need_state(held, ARRIVED)
    need_in_time(held, at)
    return replace(held, delivery=wanted, due=_due_after(held, wanted))


def contested(held: Shipment, asked: Contest, caller: Caller, at: str) -> Shipment:
    """After a party asked for the arbiter. ContractError as `dispatched`."""
    terms, by = held.terms, holder(caller)
    wanted = Dispute(asked.id, by, asked.reason, asked.evidence, at)
    need_party(by, consignee=terms.consignee, buyer=terms.buyer, seller=terms.seller)
    if held.dispute is not None and held.dispute.id == wanted.id:
        same = replace(held.dispute, at=at) == wanted
        ids.refuse_repeat(same=same, what=f"shipment {held.id} is contested")
    need_state(held, ARRIVED, DISPATCHED)
    need_in_time(held, at)
    if held.state == DISPATCHED:
        need_party(by, seller=terms.seller)
        if at <= (until := latest(terms)):
            raise ContractError(TOO_EARLY, f"shipment {held.id} may still arrive in time, until {until}")
    elif held.delivery is not None and by != terms.seller:
        raise ContractError(TOO_LATE, f"the consignee has accepted shipment {held.id} at {held.delivery.at}")
    return disputed(held, wanted)


def disputed(held: Shipment, dispute: Dispute) -> Shipment:
    """The arbiter's, for so many hours, and for as long as legs are taken: nobody's haste cuts that short."""
    due = later(dispute.at, hours=held.terms.resolve_hours)
    if held.arrived and held.terms.legs:
        due = max(due, legs_until(held.terms, held.arrived))
    return replace(held, state=DISPUTED, dispute=dispute, due=due)


def left_to_the_arbiter(held: Shipment, request_id: str, by: Holder, at: str) -> Shipment:
    """The terms say so, of what the figures are; `by` only was the one to send it."""
    return disputed(held, Dispute(request_id, by, BY_TERMS, "", at))


def refuse_repeat_of_dispute(held: Shipment) -> None:
    """A repeat of what left it to the arbiter."""
    ids.refuse_repeat(same=True, what=f"shipment {held.id} is {held.state} until {held.due}")


def ended(held: Shipment, outcome: str) -> Shipment:
    """Nothing can happen to it any more."""
    return replace(held, state=outcome if outcome in {LAPSED, REFUNDED} else SETTLED, due="")


def with_leg(held: Shipment, leg: Leg, at: str) -> Shipment:
    """After a leg was recorded. ContractError `wrong_leg`, `wrong_band`, `wrong_state`, `too_late`, `too_early`."""
    named = (
        legs.device_commitment(leg.giai, held.id),
        legs.responsible_commitment(leg.msp_id, leg.organisation, held.id),
    )
    if named not in {(one.device, one.responsible) for one in held.terms.legs}:
        raise ContractError(
            WRONG_LEG, f"the terms of shipment {held.id} name no device {leg.giai} of {leg.organisation}"
        )
    band = held.terms.temperature
    if band and (band.band_min, band.band_max) != (leg.figures.band_min, leg.figures.band_max):
        raise ContractError(WRONG_BAND, f"the band of shipment {held.id} is {band.band_min} to {band.band_max}")
    need_state(held, *takes_legs(has_arrived=held.arrived is not None))
    if held.arrived and at > (until := legs_until(held.terms, held.arrived)):
        raise ContractError(TOO_LATE, f"legs of shipment {held.id} were taken until {until}")
    if held.dispatched and leg.to <= held.dispatched.at:
        raise ContractError(TOO_EARLY, f"the leg ends before shipment {held.id} was dispatched, {held.dispatched.at}")
    if held.arrived and leg.from_ >= held.arrived.at:
        raise ContractError(TOO_LATE, f"the leg begins after shipment {held.id} arrived, {held.arrived.at}")
    if len(held.legs) == MAX_LEGS:
        raise ContractError(WRONG_LEG, f"shipment {held.id} has {MAX_LEGS} legs, which is all it can have")
    return replace(held, legs=(*held.legs, leg.id))


def takes_legs(*, has_arrived: bool) -> tuple[str, ...]:
    """In which states a shipment takes legs. Of goods that came also while it is disputed: else whom a leg speaks
    against would only have to contest before it is recorded."""
    return TRAVELLED if has_arrived else (DISPATCHED,)


def legs_until(terms: Terms, arrived: Moment) -> str:
    return later(arrived.recorded_at, hours=terms.leg_hours)


def challenge_hours(held: Shipment, caller: Caller, leg: Leg) -> int:
    """How long a party may challenge a leg of the shipment. ContractError `forbidden`, or `wrong_state` at its end."""
    need_any_party(held, holder(caller))
    if leg.challenge is None:
        need_state(held, *TRAVELLED)
    return held.terms.challenge_hours


def need_due(held: Shipment, *states: str, at: str) -> None:
    """ContractError `wrong_state`, or `too_early`: until whose clock it may be is over."""
    need_state(held, *states)
    if at < (since := _over(held)):
        raise ContractError(TOO_EARLY, f"shipment {held.id} is {held.state} until {held.due}: send it from {since} on")


def need_state(held: Shipment, *states: str) -> None:
    if held.state not in states:
        raise ContractError(WRONG_STATE, f"shipment {held.id} is {held.state}; this needs {' or '.join(states)}")


def need_in_time(held: Shipment, at: str) -> None:
    if at > held.due:
        raise ContractError(TOO_LATE, f"shipment {held.id} was {held.state} for this until {held.due}")


def need_any_party(held: Shipment, by: Holder) -> None:
    """ContractError `forbidden` unless the caller is a party."""
    if by not in held.terms.parties:
        raise ContractError(FORBIDDEN, f"{by.organisation} ({by.msp_id}) is no party of shipment {held.id}")


def need_party(by: Holder, **allowed: Holder | None) -> None:
    """ContractError `forbidden` unless the caller is one of these."""
    if by not in allowed.values():
        raise ContractError(FORBIDDEN, f"{by.organisation} ({by.msp_id}) is not its {' or '.join(sorted(allowed))}")


def latest(terms: Terms) -> str:
    """When goods are still in time."""
    return later(terms.deadline.at, minutes=terms.grace_minutes)


def refund_from(terms: Terms) -> str:
    return later(latest(terms), hours=terms.refund_after_hours)


def _due_after(held: Shipment, delivery: Delivery) -> str:
    if _nothing_left(held, delivery):
        return delivery.at
    if delivery.in_full:
        return held.due
    return max(held.due, later(delivery.at, hours=held.terms.contest_hours))


def _nothing_left(held: Shipment, delivery: Delivery | None) -> bool:
    """Whether there is nothing that anybody could contest: accepted in full, on time, and no temperatures agreed."""
    if delivery is None or held.arrived is None or held.terms.temperature is not None:
        return False
    return delivery.in_full and held.arrived.at <= latest(held.terms)


def _over(held: Shipment) -> str:
    """Since when nobody can say any more, by whatever clock, that they were in time."""
    if held.state == ARRIVED and _nothing_left(held, held.delivery):
        return held.due
    return later(held.due, minutes=CLOCKS)


def _refuse_second(held: Moment | None, asked: Step, what: str) -> None:
    if held is not None:
        ids.refuse_repeat(same=(held.id, held.at) == (asked.id, asked.at), what=f"{what} at {held.at}")


def _need_recent(held: Shipment, asked: Step, at: str) -> None:
    """Nobody says long afterwards when something was."""
    if asked.at > at:
        raise ContractError(TOO_EARLY, f"at must not be after the transaction's time, {at}")
    if asked.at < (since := later(at, minutes=-held.terms.record_within_minutes)):
        raise ContractError(TOO_LATE, f"at must be {since} or later: the terms of shipment {held.id} say how soon")
